"""Whatever maintainers and users write is shown as they wrote it, and none of it does anything.

Without the policy that would stop scripts: what it would have to stop must not be there in the first place.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.client import Answer, CausewayClient, DiagnosisRequest, Evidence, FeedbackRequest, Verdict
from api.settings import ApiSettings
from indexer.artifact import load_index
from indexer.build import build_index
from indexer.encoders import Encoder
from indexer.publication import current_build
from kb import KnowledgeBase
from retrieval import Diagnoser
from tests.browser.accessibility import open_details
from tests.browser.hostile import MARKUP, SHORT, hostile_knowledge_base
from tests.browser.troubles import Troubles
from tests.serving import serving
from tests.symptoms import DISK_ENTRY, UNKNOWN, VAGUE

ATTACK = "window.attacks = 0; window.attack = () => { window.attacks += 1; };"
FOREIGN = "img, iframe, object, base, b, script:not([src^='/assets/']), a[href^='javascript:'], [onerror], [onload]"
"""What pages have none of, so that it came from somebody's text."""

LOG = f"Jan 1 pigeon[3]: queue manager: write failed: No space left on device {MARKUP}\n"
HAR = json.dumps(
    {
        "log": {
            "version": "1.2",
            "creator": {"name": MARKUP, "version": MARKUP},
            "entries": [
                {
                    "startedDateTime": "2026-01-01T00:00:00Z",
                    "request": {
                        "method": "GET",
                        "url": f"https://mail.example/{SHORT}",
                        "headers": [{"name": "X-Test", "value": MARKUP}],
                    },
                    "response": {"status": 500, "headers": [], "content": {"text": MARKUP}},
                }
            ],
        }
    }
)


@pytest.fixture(scope="module")
def hostile_service(
    small_kb: KnowledgeBase, encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Base URL of a service whose knowledge base is full of markup."""
    folder: Path = tmp_path_factory.mktemp("hostile")
    build_index(hostile_knowledge_base(small_kb), encoder, folder / "index")
    diagnoser = Diagnoser(load_index(current_build(folder / "index"), encoder))
    settings = ApiSettings(database_url=f"sqlite:///{folder}/causeway.db")
    with serving(create_app(diagnoser, settings)) as url:
        yield url


@pytest.fixture(scope="module")
def answers(hostile_service: str) -> Mapping[str, str]:
    """Paths of answers to symptoms, of evidence and with comments that are full of markup."""
    evidence = tuple(
        Evidence(name=name + SHORT, text=text)
        for name, text in (("mail.log", LOG), ("session.har", HAR), ("broken.har", HAR[:300]))
    )
    with CausewayClient(hostile_service) as client:
        of_evidence = client.diagnose(DiagnosisRequest(symptom=f"mail stopped {MARKUP}", evidence=evidence))
        for verdict in Verdict:
            said = FeedbackRequest(entry_id=DISK_ENTRY, verdict=verdict, comment=MARKUP, actor=verdict.value)
            client.feedback(of_evidence.id, said)
        vague = client.diagnose(VAGUE + MARKUP)
        asking = client.diagnose(VAGUE)
        assert asking.follow_up is not None
        client.answer(asking.id, {asking.follow_up.finding_id: Answer.YES})
        unsure = [client.diagnose(f"{UNKNOWN} {number} {MARKUP}") for number in range(3)]
    return {
        "of evidence": f"/d/{of_evidence.id}",
        "vague": f"/d/{vague.id}",
        "answered": f"/d/{asking.id}",
        "unsure": f"/d/{unsure[0].id}",
        "entry to write": f"/insights/new-entry?diagnosis={unsure[0].id}",
    }


@pytest.fixture(scope="module")
def victim(browser: Browser, hostile_service: str) -> Iterator[Page]:
    """A page that any markup could attack; one for all tests, as each loads it anew."""
    troubles = Troubles()
    troubles.expect("status of 404")
    with browser.new_context(base_url=hostile_service, bypass_csp=True) as context:
        troubles.watch(context, hostile_service)
        context.add_init_script(ATTACK)
        yield context.new_page()
    assert troubles.unexpected() == []


def assert_harmless(page: Page) -> None:
    open_details(page)
    expect(page.locator("body")).to_contain_text("<script>attack()</script>")
    assert page.locator(FOREIGN).evaluate_all("elements => elements.map(each => each.outerHTML)") == []
    assert page.evaluate("window.attacks") == 0


@pytest.mark.usefixtures("answers")  # of which the insights tell
@pytest.mark.parametrize("path", ["/", "/entries", f"/entries/{DISK_ENTRY}", "/insights", "/login"])
def test_markup_is_text_on_pages_that_show_the_knowledge_base_and_what_was_asked(victim: Page, path: str) -> None:
    victim.goto(path)

    assert_harmless(victim)


@pytest.mark.parametrize("kind", ["of evidence", "vague", "answered", "unsure", "entry to write"])
def test_markup_in_answers_symptoms_evidence_and_comments_is_text(
    victim: Page, answers: Mapping[str, str], kind: str
) -> None:
    victim.goto(answers[kind])

    assert_harmless(victim)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/?symptom=", 200),
        ("/entries?query=", 200),
        ("/entries?section=", 200),
        ("/entries?platform=", 200),
        ("/entries?sdk=", 200),
        ("/entries/", 404),
        ("/d/", 404),
        ("/insights/new-entry?diagnosis=", 200),
        ("/login?next=", 200),
        ("/login?next=/", 200),
    ],
)
def test_markup_in_addresses_is_text(victim: Page, path: str, status: int) -> None:
    response = victim.goto(path + quote(MARKUP, safe=""))

    assert response is not None
    assert response.status == status
    assert_harmless(victim)


def test_markup_is_text_while_somebody_searches(victim: Page) -> None:
    victim.goto("/entries")
    victim.get_by_role("searchbox").fill(SHORT)

    expect(victim.get_by_role("status")).not_to_be_empty()
    assert_harmless(victim)


def test_markup_is_text_while_somebody_asks_answers_and_complains(victim: Page) -> None:
    victim.goto("/")
    victim.get_by_label("Your symptom").fill(VAGUE + MARKUP)
    name = f"{SHORT.replace('/', '')}.log"
    victim.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/plain", "buffer": HAR.encode()})
    expect(victim.get_by_role("listitem").filter(has_text=name)).to_be_visible()
    assert_harmless(victim)

    victim.get_by_role("button", name="Find the cause").click()
    expect(victim.locator("#verdict")).to_be_visible()
    assert_harmless(victim)

    victim.get_by_role("button", name="Don't know").click()
    expect(victim.get_by_role("heading", name="You answered")).to_be_visible()
    assert_harmless(victim)

    victim.get_by_label("What is wrong with it?").first.fill(MARKUP)
    victim.get_by_role("button", name="Tell the maintainers").first.click()
    expect(victim.get_by_role("status")).to_have_text("Thank you, this is noted.")
    assert_harmless(victim)
