import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.settings import ApiSettings
from indexer.artifact import Index
from indexer.encoders import Encoder
from retrieval import Diagnoser, DiagnosisRequest
from tests.api.problem import problem_of
from tests.api.slow_encoder import SlowEncoder
from tests.serving import serving

DIAGNOSES = "/v1/diagnoses"
SYMPTOM = "Why does sending to gmail time out from our server?\nThe queue keeps growing."
TORN = "mail stopped overnight, messages wait in the queue"
"""Fits two entries, so that a question can tell them apart."""


def post(client: httpx.Client, **request: Any) -> httpx.Response:  # noqa: ANN401 -- fields of the request
    return client.post(DIAGNOSES, json=request)


def post_raw(client: httpx.Client, content: bytes) -> httpx.Response:
    return client.post(DIAGNOSES, content=content, headers={"content-type": "application/json"})


@pytest.fixture(scope="module")
def answer(client: httpx.Client) -> dict[str, Any]:
    """An answer with everything in it."""
    response = post(
        client,
        symptom=SYMPTOM,
        evidence=[{"name": "nc.txt", "text": "port 25: timed out"}],
        answers={"disk-full": "no"},
    )
    assert response.status_code == 201
    answer: dict[str, Any] = response.json()
    return answer


def test_an_answer_has_the_promised_shape(answer: dict[str, Any]) -> None:
    assert answer.keys() == {
        "id",
        "index",
        "confidence",
        "none_probability",
        "causes",
        "ruled_out",
        "findings",
        "unreadable",
        "follow_up",
        "signals",
        "message",
    }
    assert answer["index"].keys() == {"id", "built_at"}
    assert answer["confidence"] in ("confident", "likely", "unsure")
    assert answer["signals"] == ["dense", "lexical", "errors", "identifiers", "findings"]


def test_a_cause_has_the_promised_shape(answer: dict[str, Any]) -> None:
    cause = answer["causes"][0]

    assert cause.keys() == {
        "entry_id",
        "title",
        "section",
        "probability",
        "score",
        "reasons",
        "summary",
        "confirm",
        "fix",
        "links",
        "url",
    }
    assert cause["reasons"][0].keys() == {"signal", "quote", "matched", "weight", "where"}
    assert cause["fix"] == [
        {
            "text": "Ask the provider to open port 25, or relay over port 587.",
            "code": [
                {"sdk": "shell", "source": "pigeon set relay smtp.example.com:587"},
                {"sdk": "python", "source": 'server.relay = "smtp.example.com:587"\n'},
            ],
        }
    ]
    assert cause["links"] == [{"title": "Relaying", "url": "https://pigeon.example/docs/relaying"}]


def test_a_finding_says_what_proves_it_and_where(answer: dict[str, Any]) -> None:
    findings = {finding.pop("id"): finding for finding in answer["findings"]}

    assert findings == {
        "disk-full": {"holds": False, "quote": "no", "where": "your answer", "decided_by": "answer"},
        "port-25-blocked": {"holds": True, "quote": "port 25: timed out", "where": "nc.txt", "decided_by": "text"},
        "queue-grows": {"holds": True, "quote": "The queue keeps growing.", "where": "symptom", "decided_by": "text"},
    }


def test_a_cause_that_was_ruled_out_has_the_promised_shape(client: httpx.Client) -> None:
    (ruled_out,) = post(client, symptom=TORN, answers={"disk-full": "no"}).json()["ruled_out"]

    assert ruled_out == {
        "entry_id": "disk-full-stops-queue",
        "title": "The disk is full, so the queue manager stops",
        "probability": ruled_out["probability"],
        "url": "/v1/entries/disk-full-stops-queue",
        "finding_id": "disk-full",
        "question": "Is the disk of the mail server full?",
        "holds": False,
        "quote": "no",
        "where": "your answer",
    }


def test_a_follow_up_has_the_promised_shape(client: httpx.Client) -> None:
    follow_up = post(client, symptom=TORN).json()["follow_up"]

    assert follow_up.keys() == {"finding_id", "question", "how_to_look"}


def test_the_library_gives_the_same_answer(client: httpx.Client, diagnoser: Diagnoser) -> None:
    over_http = post(client, symptom=SYMPTOM, top_k=2).json()

    in_process = diagnoser.diagnose(DiagnosisRequest(symptom=SYMPTOM, top_k=2)).model_dump(mode="json")
    del over_http["id"], in_process["id"]
    assert over_http == in_process


def test_the_url_of_a_cause_leads_to_its_entry(client: httpx.Client, answer: dict[str, Any]) -> None:
    cause = answer["causes"][0]

    assert client.get(cause["url"]).json()["id"] == cause["entry_id"]


def test_an_answer_to_the_follow_up_refines_the_diagnosis(client: httpx.Client) -> None:
    first = post(client, symptom=TORN).json()
    question = first["follow_up"]["finding_id"]

    refined = post(client, symptom=TORN, answers={question: "yes"}).json()

    assert [cause["probability"] for cause in refined["causes"]] != [cause["probability"] for cause in first["causes"]]
    assert refined["follow_up"] is None or refined["follow_up"]["finding_id"] != question


def test_filters_narrow_the_causes(client: httpx.Client) -> None:
    filtered = post(client, symptom="mail stopped overnight", filters={"section": ["login"]}).json()

    assert {cause["section"] for cause in filtered["causes"]} == {"login"}


@pytest.mark.parametrize(
    "symptom",
    [
        "mail stopped " * 7_692,
        "mail\x00 stopped",
        'const sent = await relay.send(mail);\nif (!sent) { throw new Error("refused"); }',
        "Seit heute Morgen kommt keine Post mehr an",
        "登录失败 服务器拒绝密码",
        "\u202ereversed\u202c and \u200bzero\u200d wide",
    ],
    ids=["100 kB", "NUL", "only code", "German", "Chinese", "invisible characters"],
)
def test_unusual_text_is_answered(client: httpx.Client, symptom: str) -> None:
    response = post(client, symptom=symptom)

    assert response.status_code == 201
    assert response.json()["causes"] != []


@pytest.mark.parametrize(
    "symptom",
    ["", "  \n\t ", "\x00\x00", "😀 🎉", "https://pigeon.example/docs/queue?page=2", "4.3.1 !?"],
    ids=["empty", "blank", "NUL bytes", "only emoji", "only a URL", "no letters"],
)
def test_a_symptom_without_words_is_unprocessable(client: httpx.Client, symptom: str) -> None:
    problem = problem_of(post(client, symptom=symptom), 422)

    assert problem["detail"] == (
        "there is nothing to read in this symptom: describe in words what you see and what you expected"
    )


@pytest.mark.parametrize(
    ("request_body", "pointers"),
    [
        ({}, ["body/symptom"]),
        ({"symptom": 5}, ["body/symptom"]),
        ({"symptom": None}, ["body/symptom"]),
        ({"symptom": ["mail"]}, ["body/symptom"]),
        ({"symptom": "m" * 100_001}, ["body/symptom"]),
        ({"symptom": "mail", "symptons": "mail"}, ["body/symptons"]),
        ({"symptom": "mail", "top_k": 0}, ["body/top_k"]),
        ({"symptom": "mail", "top_k": 21}, ["body/top_k"]),
        ({"symptom": "mail", "top_k": "many"}, ["body/top_k"]),
        ({"symptom": "mail", "answers": {"disk-full": "perhaps"}}, ["body/answers/disk-full"]),
        ({"symptom": "mail", "answers": ["disk-full"]}, ["body/answers"]),
        ({"symptom": "mail", "filters": {"section": "login"}}, ["body/filters/section"]),
        ({"symptom": "mail", "filters": {"colour": ["red"]}}, ["body/filters/colour"]),
        ({"symptom": "mail", "evidence": [{"name": "a"}]}, ["body/evidence/0/text"]),
        ({"symptom": "mail", "evidence": [{"name": "n" * 201, "text": ""}]}, ["body/evidence/0/name"]),
        ({"symptom": "mail", "evidence": [{"name": "a", "text": ""}] * 11}, ["body/evidence"]),
        ({"symptom": 5, "top_k": 0, "extra": 1}, ["body/symptom", "body/top_k", "body/extra"]),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_every_invalid_field_is_named(client: httpx.Client, request_body: dict[str, Any], pointers: list[str]) -> None:
    problem = problem_of(post(client, **request_body), 422)

    assert [error["pointer"] for error in problem["errors"]] == pointers
    for error in problem["errors"]:
        assert f"{error['pointer']}: {error['detail']}" in problem["detail"]


def test_what_was_sent_is_not_repeated_in_a_problem(client: httpx.Client) -> None:
    response = post(client, symptom={"password": "correct horse battery staple"})

    problem_of(response, 422)
    assert "correct horse" not in response.text


@pytest.mark.parametrize(
    "request_body",
    [
        {"symptom": "mail", "answers": {"moon-full": "yes"}},
        {"symptom": "mail", "filters": {"section": ["billing"]}},
        {"symptom": "mail", "filters": {"platform": ["toaster"]}},
        {"symptom": "mail", "filters": {"sdk": ["cobol"]}},
    ],
    ids=["finding", "section", "platform", "SDK"],
)
def test_an_id_that_this_index_lacks_is_named(client: httpx.Client, request_body: dict[str, Any]) -> None:
    problem = problem_of(post(client, **request_body), 422)

    assert problem["detail"].startswith("unknown ")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"mail stopped"',
        b"{",
        b'{"symptom": "mail"',
        b'{"symptom": "mail",}',
        b"symptom=mail",
        b'{"symptom": "mail", "top_k": NaN}',
        b'{"symptom": "mail", "top_k": 1e999}',
    ],
)
def test_a_body_that_is_no_such_object_is_unprocessable(client: httpx.Client, body: bytes) -> None:
    problem_of(post_raw(client, body), 422)


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b'{"symptom":' * 100_000, b'{"symptom": "\xff"}', b'{"top_k": ' + b"9" * 5_000 + b"}"],
    ids=["deep list", "deep object", "not UTF-8", "endless number"],
)
def test_a_body_that_cannot_be_parsed_is_unprocessable(client: httpx.Client, body: bytes) -> None:
    problem_of(post_raw(client, body), 422)


def test_a_body_nested_deeply_but_validly_is_unprocessable(client: httpx.Client) -> None:
    problem_of(post_raw(client, b'{"symptom": ' + b"[" * 400 + b"]" * 400 + b"}"), 422)


@pytest.mark.parametrize(
    "body",
    [
        r'{"symptom": "mail \ud800 stopped"}',
        r'{"symptom": "mail", "\ud800": 1}',
        r'{"symptom": "mail", "evidence": [{"name": "\ud800", "text": "a"}]}',
        r'{"symptom": "mail", "answers": {"\ud800": "maybe"}}',
        r'{"symptom": "mail", "answers": {"\ud800": "yes"}}',
        r'{"symptom": "mail", "filters": {"section": ["\ud800"]}}',
    ],
    ids=["symptom", "key", "evidence name", "answer", "finding id", "filter"],
)
def test_half_a_character_is_unprocessable_wherever_it_is(client: httpx.Client, body: str) -> None:
    problem_of(post_raw(client, body.encode()), 422)


def test_the_service_stays_responsive_while_an_answer_is_computed(small_index: Index, encoder: Encoder) -> None:
    slow = SlowEncoder(encoder)
    app = create_app(Diagnoser(dataclasses.replace(small_index, encoder=slow)), ApiSettings())
    with serving(app) as url, httpx.Client(base_url=url, timeout=10) as client, ThreadPoolExecutor() as threads:
        answers = [threads.submit(post, client, symptom="mail stopped overnight") for _ in range(3)]
        try:
            assert slow.started.wait(timeout=10)

            assert client.get("/healthz").status_code == 200
            assert client.get("/v1/entries").status_code == 200
            assert not any(answer.done() for answer in answers)
        finally:
            slow.may_answer.set()
        assert [answer.result().status_code for answer in answers] == [201] * 3


def test_concurrent_requests_get_their_own_answers(client: httpx.Client, small_index: Index) -> None:
    phrasings = {entry.symptoms[0]: entry.id for entry in small_index.entries.values()}

    def first_cause(symptom: str) -> str:
        first: str = post(client, symptom=symptom).json()["causes"][0]["entry_id"]
        return first

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(first_cause, list(phrasings) * 5))

    assert found == list(phrasings.values()) * 5
