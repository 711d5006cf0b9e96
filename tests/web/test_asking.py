"""Asking without scripts, and what the answer's page says."""

import dataclasses
import html
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from indexer.artifact import Index
from indexer.encoders import Encoder
from retrieval import Diagnoser
from retrieval.diagnosis import MAX_EVIDENCE_ITEMS, MAX_SYMPTOM_CHARACTERS
from tests.api.security.service import Service, running
from tests.api.slow_encoder import SlowEncoder
from tests.serving import serving

SYMPTOM = "mail stopped, the queue grows, the disk may be full"
HOSTILE = (
    """</textarea></title><script>alert(1)</script><img src=x onerror=alert(1)>" onmouseover="alert(1)' x='`<b>`"""
)


def words(page: httpx.Response) -> str:
    """What a page says, without its markup."""
    visible = re.sub(r"<(svg|head|style)\b.*?</\1>|<[^>]+>", " ", page.text, flags=re.DOTALL)
    return " ".join(html.unescape(visible).split())


def ask(visitor: httpx.Client, symptom: str = SYMPTOM, **form: Any) -> httpx.Response:  # noqa: ANN401
    return visitor.post("/", data={"symptom": symptom, **form})


def files(*named: tuple[str, str]) -> list[tuple[str, tuple[str, bytes, str]]]:
    return [("evidence", (name, text.encode(), "text/plain")) for name, text in named]


def path(page: httpx.Response) -> str:
    return page.url.path


def stored(visitor: httpx.Client, page: httpx.Response) -> Any:  # noqa: ANN401 -- JSON
    return visitor.get(f"/v1/diagnoses/{path(page).removeprefix('/d/')}").json()


def test_the_box_tells_its_limits_beforehand_and_shows_what_can_be_asked(visitor: httpx.Client) -> None:
    page = visitor.get("/")

    assert page.status_code == 200
    assert "Up to 10 text files, 10 MB together." in words(page)
    assert "read once and not stored" in words(page)
    assert "Up to 100,000 characters." in words(page)
    assert "nothing arrives since this morning, the queue only grows" in words(page)


def test_a_link_fills_the_box(visitor: httpx.Client) -> None:
    page = visitor.get("/", params={"symptom": "\n535 & <more>"})

    assert ">\n\n535 &amp; &lt;more&gt;</textarea>" in page.text


def test_an_answer_has_an_address_of_its_own(visitor: httpx.Client) -> None:
    page = ask(visitor)

    assert [step.status_code for step in page.history] == [303]
    assert re.fullmatch("/d/[0-9a-f]{32}", path(page))
    assert words(visitor.get(path(page))) == words(page)
    assert '<meta name="robots" content="noindex">' in page.text


def test_an_answer_says_how_sure_it_is_and_why(visitor: httpx.Client) -> None:
    page = ask(visitor, "nothing is sent: write failed: No space left on device")

    diagnosis = stored(visitor, page)
    cause = diagnosis["causes"][0]
    assert cause["entry_id"] == "disk-full-stops-queue"
    assert diagnosis["confidence"] in words(page)
    assert cause["title"] in words(page)
    assert f"{cause['probability'] * 100:.2f}" in page.text
    assert "<mark>write failed</mark>: <mark>No space left on device</mark>" in page.text
    assert "strongly for" in words(page)
    assert all(link["title"] in words(page) for link in cause["links"])
    assert f'href="/entries/{cause["entry_id"]}"' in page.text
    assert diagnosis["index"]["id"] in words(page)


def test_only_the_first_cause_is_open(visitor: httpx.Client) -> None:
    page = ask(visitor)

    opened = re.findall(r'<details id="details-([^"]+)"( open)?>', page.text)
    assert len(opened) > 1
    assert [bool(is_open) for _, is_open in opened] == [True] + [False] * (len(opened) - 1)


def test_an_unsure_answer_says_that_it_does_not_know(visitor: httpx.Client) -> None:
    page = ask(visitor, "how do I bake sourdough bread?")

    assert "<title>I don&#39;t know" in page.text
    assert re.search(r"<h1[^>]*>I don&#39;t know\.</h1>", page.text)
    assert "Nearest entries, none of them likely" in words(page)
    assert not re.search(r'<details id="details-[^"]+" open>', page.text)


def test_evidence_is_quoted_with_its_place_and_not_stored(visitor: httpx.Client) -> None:
    page = visitor.post(
        "/",
        data={"symptom": "what is this?"},
        files=files(("mail.log", "09:00 cat asleep\nwrite failed: No space left on device")),
    )

    assert "Is the disk of the mail server full? Yes mail.log write failed: No space left on device" in words(page)
    assert "cat asleep" not in words(page)


def test_what_evidence_proves_is_told_with_the_line_that_proves_it(visitor: httpx.Client) -> None:
    curl = "> POST /send HTTP/1.1\n> Host: a.example\n\n< HTTP/1.1 507 Insufficient Storage\n< Pigeon-Version: 2\n"

    page = visitor.post("/", data={"symptom": "sending fails"}, files=files(("curl.txt", curl)))

    proof = "for curl.txt, line 1, response of POST /send Is the disk of the mail server full? Yes"
    assert f"Why strongly {proof}" in words(page), "before what only sounds alike"


def test_files_may_say_everything(visitor: httpx.Client) -> None:
    page = visitor.post("/", data={"symptom": ""}, files=files(("mail.log", "No space left on device")))

    assert page.status_code == 200
    assert "You see Copy link to this answer Only files, which are not kept." in words(page)


def test_evidence_that_cannot_be_read_is_named(visitor: httpx.Client) -> None:
    page = visitor.post("/", data={"symptom": SYMPTOM}, files=files(("photo.png", "\x89PNG\0\0")))

    assert "Not everything could be read." in words(page)
    assert "photo.png" in words(page)


def test_a_form_without_chosen_files_has_no_evidence(visitor: httpx.Client) -> None:
    page = visitor.post("/", data={"symptom": SYMPTOM}, files=[("evidence", ("", b"", "application/octet-stream"))])

    assert page.status_code == 200
    assert "could be read" not in words(page)


def test_causes_can_be_narrowed_to_sdks_and_platforms(visitor: httpx.Client) -> None:
    page = ask(visitor, sdk=["rust", "python"], platform="phone")

    assert stored(visitor, page)["filters"] == {"section": [], "platform": ["phone"], "sdk": ["rust", "python"]}
    assert "Looked only at Rust client, Python client, Phone." in words(page)


def test_line_breaks_are_as_they_were_typed(visitor: httpx.Client) -> None:
    page = ask(visitor, "mail stopped\r\n  the queue grows")

    assert stored(visitor, page)["symptom"] == "mail stopped\n  the queue grows"


@pytest.mark.parametrize("symptom", ["", " \n ", "…!?"])
def test_nothing_to_read_is_said_where_it_was_typed(visitor: httpx.Client, symptom: str) -> None:
    page = ask(visitor, symptom, sdk="rust")

    assert page.status_code == 422
    assert path(page) == "/"
    assert 'role="alert"' in page.text
    assert "There is nothing to read in this symptom" in words(page)
    assert 'value="rust" checked' in page.text


def test_what_was_typed_is_kept_when_it_is_refused(visitor: httpx.Client) -> None:
    page = ask(visitor, "mail & <stopped>", sdk="cobol")

    assert page.status_code == 422
    assert "Unknown sdk cobol" in words(page)
    assert "mail &amp; &lt;stopped&gt;</textarea>" in page.text


def test_a_text_that_is_too_long_is_kept_and_told_how_to_send(visitor: httpx.Client) -> None:
    text = "mail stopped " * (MAX_SYMPTOM_CHARACTERS // 13 + 1)

    page = ask(visitor, text)

    assert page.status_code == 422
    assert "attach the long part as a file" in words(page)
    assert text in page.text


def test_too_many_files_are_refused_with_the_text_kept(visitor: httpx.Client) -> None:
    too_many = files(*((f"{number}.log", "line") for number in range(MAX_EVIDENCE_ITEMS + 1)))

    page = visitor.post("/", data={"symptom": SYMPTOM}, files=too_many)

    assert page.status_code == 422
    assert "These are 11 files, and up to 10 are read" in words(page)
    assert "Your files have to be attached again." in words(page)
    assert f"{SYMPTOM}</textarea>" in page.text


def test_more_than_the_service_takes_is_a_page_in_plain_words(visitor: httpx.Client) -> None:
    page = visitor.post("/", data={"symptom": SYMPTOM}, files=files(("large.har", "x" * 16_000_000)))

    assert page.status_code == 413
    assert "That is too much at once" in words(page)
    assert "your browser still has what you wrote" in words(page)


@pytest.mark.parametrize("content_type", ["text/plain", "application/json", "multipart/form-data", ""])
def test_a_body_that_is_no_form_is_refused(visitor: httpx.Client, content_type: str) -> None:
    page = visitor.post("/", content=b'{"symptom": "mail"}', headers={"Content-Type": content_type})

    assert page.status_code in (400, 422)
    assert page.headers["content-type"] == "text/html; charset=utf-8"


def test_a_busy_service_keeps_what_was_typed(small_index: Index, encoder: Encoder, tmp_path: Path) -> None:
    slow = SlowEncoder(encoder)
    settings = ApiSettings(database_url=f"sqlite:///{tmp_path}/causeway.db", max_working=1, max_queued=0)
    app = create_app(Diagnoser(dataclasses.replace(small_index, encoder=slow)), settings)
    with serving(app) as url, httpx.Client(base_url=url, timeout=30) as visitor, ThreadPoolExecutor(1) as threads:
        first = threads.submit(visitor.post, "/v1/diagnoses", json={"symptom": SYMPTOM})
        assert slow.started.wait(timeout=30)

        page = ask(visitor, "mail & queue")
        slow.may_answer.set()

        assert first.result().status_code == 201
    assert page.status_code == 503
    assert "The service is busy: try again in a second." in words(page)
    assert "mail &amp; queue</textarea>" in page.text


def test_an_answer_to_the_question_moves_the_causes(visitor: httpx.Client) -> None:
    page = ask(visitor, "my mail does not work")
    before = stored(visitor, page)
    question = before["follow_up"]
    assert question["question"] in words(page)

    refined = visitor.post(f"{path(page)}/answers", data={"finding_id": question["finding_id"], "answer": "no"})

    after = stored(visitor, page)
    assert path(refined) == path(page)
    assert after["answers"] == {question["finding_id"]: "no"}
    assert [cause["probability"] for cause in after["causes"]] != [cause["probability"] for cause in before["causes"]]
    assert f"You answered {question['question']} No" in words(refined)


def test_an_answer_can_be_changed(visitor: httpx.Client) -> None:
    page = ask(visitor, "mail stopped, the queue grows")
    visitor.post(f"{path(page)}/answers", data={"finding_id": "disk-full", "answer": "no"})

    changed = visitor.post(f"{path(page)}/answers", data={"finding_id": "disk-full", "answer": "unknown"})

    assert "Is the disk of the mail server full? Don't know" in words(changed)
    assert 'value="unknown" aria-pressed="true"' in changed.text


def test_a_cause_that_an_answer_rules_out_is_told_with_it(visitor: httpx.Client) -> None:
    page = ask(visitor, "my mail does not work")

    page = visitor.post(f"{path(page)}/answers", data={"finding_id": "disk-full", "answer": "no"})

    (ruled_out,) = stored(visitor, page)["ruled_out"]
    assert "Ruled out: 1 cause" in words(page)
    assert f"{ruled_out['title']} {ruled_out['question']} No your answer" in words(page)


def test_feedback_is_shown_as_given_and_replaced_by_a_later_word(visitor: httpx.Client) -> None:
    page = ask(visitor)
    entry_id = stored(visitor, page)["causes"][0]["entry_id"]

    first = visitor.post(f"{path(page)}/feedback", data={"entry_id": entry_id, "verdict": "not_it"})
    second = visitor.post(f"{path(page)}/feedback", data={"entry_id": entry_id, "verdict": "solved"})

    assert "This was not it just now" in words(first)
    assert first.url.fragment == f"cause-{entry_id}"
    assert "This solved it just now" in words(second)
    assert "This was not it" not in words(second)


def test_what_is_wrong_with_an_entry_reaches_the_maintainers_and_nobody_else(visitor: httpx.Client) -> None:
    page = ask(visitor)
    entry_id = stored(visitor, page)["causes"][0]["entry_id"]

    page = visitor.post(
        f"{path(page)}/feedback", data={"entry_id": entry_id, "verdict": "wrong", "comment": "the path is another"}
    )

    (feedback,) = visitor.get("/v1/feedback", params={"diagnosis_id": path(page)[3:]}).json()["feedback"]
    assert (feedback["verdict"], feedback["comment"]) == ("wrong", "the path is another")
    assert "The entry is wrong just now" in words(page)
    assert "the path is another" not in words(page)


@pytest.mark.parametrize(
    ("action", "form", "status"),
    [
        ("answers", {"finding_id": "no-such-finding", "answer": "yes"}, 422),
        ("answers", {"finding_id": "disk-full", "answer": "perhaps"}, 422),
        ("answers", {}, 422),
        ("feedback", {"entry_id": "no-such-entry", "verdict": "solved"}, 422),
        ("feedback", {"entry_id": "disk-full-stops-queue", "verdict": "perhaps"}, 422),
        ("feedback", {"entry_id": "disk-full-stops-queue", "verdict": "wrong", "comment": "x" * 4001}, 422),
        ("feedback", {}, 422),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_page(
    visitor: httpx.Client, action: str, form: dict[str, str], status: int
) -> None:
    page = visitor.post(f"{path(ask(visitor))}/{action}", data=form)

    assert page.status_code == status
    assert "That can't be read" in words(page)


@pytest.mark.parametrize("diagnosis_id", ["unknown", "0" * 32, "%00", "%F0%9F%92%A9", "a%2Fb", "<script>"])
def test_an_unknown_answer_is_a_page_that_leads_on(visitor: httpx.Client, diagnosis_id: str) -> None:
    for page in (
        visitor.get(f"/d/{diagnosis_id}"),
        visitor.post(f"/d/{diagnosis_id}/answers", data={"finding_id": "disk-full", "answer": "yes"}),
    ):
        assert page.status_code == 404
        assert "There is nothing here" in words(page)
        assert 'href="/entries"' in page.text
        assert "<script>" not in page.text


def test_markup_in_what_people_send_is_text(visitor: httpx.Client) -> None:
    page = visitor.post(
        "/",
        data={"symptom": f"{HOSTILE} no space left on device {HOSTILE}"},
        files=files((f"{HOSTILE}.log", f"write failed: No space left on device {HOSTILE}"), (HOSTILE, "\0")),
    )
    entry_id = stored(visitor, page)["causes"][0]["entry_id"]
    page = visitor.post(f"{path(page)}/feedback", data={"entry_id": entry_id, "verdict": "wrong", "comment": HOSTILE})
    pages = [
        page,
        visitor.get("/", params={"symptom": HOSTILE}),
        ask(visitor, HOSTILE, sdk=HOSTILE, platform=HOSTILE),
        visitor.post(f"{path(page)}/answers", data={"finding_id": HOSTILE, "answer": HOSTILE}),
        visitor.post(f"{path(page)}/feedback", data={"entry_id": HOSTILE[:80], "verdict": "solved"}),
        visitor.get(f"/d/{HOSTILE}"),
    ]

    assert "write failed" in words(page)
    for each in pages:
        assert not re.search(r"<script>|<img|<b>", each.text)
        assert not re.search(r"<[^>]+\son\w+=", each.text)


@pytest.fixture
def public(diagnoser: Diagnoser, tmp_path: Path) -> Any:  # noqa: ANN401
    """A service that everybody may ask, and that takes feedback from people with a key only."""
    key, _ = make_key("somebody", frozenset({Scope.ADMIN}))
    with running(diagnoser, f"sqlite:///{tmp_path}/causeway.db", key, public_scopes="read") as service:
        service.client.follow_redirects = True
        yield service


def test_who_may_not_give_feedback_is_not_offered_to(public: Service) -> None:
    page = ask(public.client)

    assert page.status_code == 200
    assert "Was it this?" not in words(page)


def test_who_gives_feedback_all_the_same_is_told_why_not(public: Service) -> None:
    page = ask(public.client)

    refused = public.client.post(
        f"{path(page)}/feedback", data={"entry_id": "disk-full-stops-queue", "verdict": "solved"}
    )

    assert refused.status_code == 401
    assert "You are not signed in" in words(refused)


def test_the_page_asks_in_the_name_of_who_looks_at_it(public: Service) -> None:
    _, key = public.make_key(Scope.FEEDBACK)

    page = public.client.get("/", headers={"Authorization": f"Bearer {key}"})

    assert page.status_code == 403
    assert "needs a key with the scope 'read'" in words(page)


def test_who_asks_too_often_keeps_what_was_typed(diagnoser: Diagnoser, tmp_path: Path) -> None:
    key, handed_out = make_key("somebody", frozenset({Scope.READ}))
    with running(diagnoser, f"sqlite:///{tmp_path}/causeway.db", key, rate_limit_per_key="1/hour") as service:
        page = service.client.post(
            "/", data={"symptom": "mail & queue"}, headers={"Authorization": f"Bearer {handed_out}"}
        )

    assert page.status_code == 429
    assert "More than 1 per 1 hour" in words(page)
    assert "mail &amp; queue</textarea>" in page.text
