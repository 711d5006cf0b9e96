"""A maintainer signs in, sees what was asked, and starts an entry."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml
from playwright.sync_api import Page, expect

from api.app import create_app
from api.security.keys import Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.schema import open_database
from eval.query_sets import Query
from eval.report import render_report
from kb import KnowledgeBase
from retrieval import Diagnoser
from tests.browser.accessibility import violations
from tests.browser.conftest import OpenPage
from tests.browser.history import write_history
from tests.browser.troubles import Troubles
from tests.eval.answers import answer, run_of
from tests.serving import serving

UNANSWERED = (
    "how do I bake bread",
    "which flour is right for bread",
    "my bread does not rise",
    "where is the nearest bakery",
)


class Service(NamedTuple):
    """A service that demands keys, with a history and a report, and keys of a maintainer and of a reader."""

    url: str
    admin_key: str
    reader_key: str


@pytest.fixture(scope="module")
def service_with_history(
    diagnoser: Diagnoser, small_kb: KnowledgeBase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("history")
    database_url = f"sqlite:///{folder}/causeway.db"
    (folder / "report.html").write_text(
        render_report(run_of([answer("q1", {"a": 2}, {"a": 0.9}), answer("q2", {"b": 2}, {"a": 0.8})]), {}),
        encoding="utf-8",
    )
    known = [
        Query(id=f"{entry.id}-{number}", question=symptom, labels={entry.id: 2})
        for entry in small_kb.entries.values()
        for number, symptom in enumerate(entry.symptoms)
    ]
    unknown = [Query(id=f"unknown-{number}", question=text, labels={}) for number, text in enumerate(UNANSWERED)]
    database = open_database(database_url)
    write_history(database, diagnoser, [*known, *unknown], datetime.now(UTC))
    (admin, admin_key), (reader, reader_key) = (
        make_key(scope.value, frozenset({scope})) for scope in (Scope.ADMIN, Scope.READ)
    )
    for key in (admin, reader):
        database.write(lambda connection, key=key: api_keys.add(connection, key))  # type: ignore[misc]
    database.close()
    app = create_app(diagnoser, ApiSettings(database_url=database_url, eval_report=folder / "report.html"))
    with serving(app) as url:
        yield Service(url, admin_key, reader_key)


@pytest.fixture
def visitor(open_page: OpenPage, service_with_history: Service) -> Page:
    """A page of somebody who has no session."""
    return open_page(service_with_history.url)


@pytest.fixture
def maintainer(visitor: Page, service_with_history: Service) -> Page:
    """The insights of the last 90 days, in front of somebody who signed in to see them."""
    sign_in(visitor, service_with_history.admin_key)
    visitor.get_by_role("link", name="90 days").click()
    expect(visitor.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    return visitor


def sign_in(page: Page, key: str, to: str = "/insights") -> None:
    page.goto(to)
    page.get_by_label("API key").fill(key)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_signing_in_leads_to_what_was_asked_for_and_signing_out_away(
    visitor: Page, troubles: Troubles, service_with_history: Service
) -> None:
    troubles.expect("status of 401")
    sign_in(visitor, "cw_wrong")
    expect(visitor.get_by_role("alert")).to_contain_text("This key is not accepted")
    expect(visitor.get_by_label("API key")).to_be_focused()

    visitor.get_by_label("API key").fill(service_with_history.admin_key)
    visitor.keyboard.press("Enter")
    expect(visitor).to_have_url(f"{service_with_history.url}/insights")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Insights")
    (cookie,) = visitor.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert visitor.evaluate("document.cookie") == ""

    visitor.get_by_role("button", name="Sign out").click()
    expect(visitor.get_by_label("API key")).to_be_visible()
    assert visitor.context.cookies() == []
    visitor.go_back()
    expect(visitor.get_by_label("API key")).to_be_visible()


def test_signing_in_needs_no_scripts(open_page: OpenPage, service_with_history: Service) -> None:
    page = open_page(service_with_history.url, java_script_enabled=False)

    sign_in(page, service_with_history.admin_key)

    expect(page.get_by_role("img", name="Asked a day")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_label("API key")).to_be_visible()


def test_a_session_asks_as_its_key_may(visitor: Page, troubles: Troubles, service_with_history: Service) -> None:
    sign_in(visitor, service_with_history.reader_key, to="/?symptom=mail stopped overnight")
    expect(visitor.get_by_role("link", name="Insights")).to_have_count(0)

    visitor.get_by_role("button", name="Find the cause").click()
    visitor.wait_for_url("**/d/*")

    troubles.expect("status of 403")
    visitor.goto("/insights")
    expect(visitor.get_by_role("main")).to_contain_text("This needs a key with the scope 'admin'; yours has read")
    visitor.get_by_role("link", name="sign in with that").click()
    visitor.get_by_label("API key").fill(service_with_history.admin_key)
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("heading", level=1)).to_have_text("Insights")


def test_plots_show_what_their_numbers_say(maintainer: Page) -> None:
    plot = maintainer.get_by_role("img", name="Asked a day")
    expect(plot).to_be_visible()
    bars = plot.locator("rect.whole")
    asked = [
        int(text)
        for text in maintainer.locator("figure", has=plot).locator("tbody td:nth-child(2)").all_text_contents()
    ]
    assert len(asked) == 90
    assert sum(asked) == int(maintainer.locator("dt:text-is('Asked') + dd").inner_text()) >= 28
    expect(bars).to_have_count(sum(count > 0 for count in asked))
    heights = [float(bar.get_attribute("height") or 0) for bar in bars.all()]
    shown = [count for count in asked if count]
    assert [round(height / heights[0], 1) for height in heights] == [round(count / shown[0], 1) for count in shown]

    numbers = maintainer.get_by_text("Its numbers").first
    numbers.click()
    expect(maintainer.get_by_role("group", name="Numbers of Asked a day")).to_be_visible()
    for name in ("Answered “I don't know”", "Solved, of those with feedback"):
        box = maintainer.get_by_role("img", name=name).bounding_box()
        assert box is not None
        assert box["height"] > 100


def test_an_entry_is_started_from_what_nothing_answered(maintainer: Page) -> None:
    maintainer.get_by_role("link", name="Start an entry from these").first.click()

    maintainer.get_by_label("Its id").fill("bread-does-not-rise")
    maintainer.get_by_label("Section").select_option(index=1)
    maintainer.get_by_role("button", name="Update").click()
    file = maintainer.get_by_role("group", name="The new entry")
    expect(file).to_contain_text("id: bread-does-not-rise")
    with maintainer.expect_download() as download:
        maintainer.get_by_role("link", name="Download the file").click()

    assert download.value.suggested_filename == "bread-does-not-rise.yaml"
    text = download.value.path().read_text()
    assert text.rstrip() == file.inner_text().rstrip()
    assert set(yaml.safe_load(text)["symptoms"]) <= set(UNANSWERED)


def test_an_example_leads_to_its_answer(maintainer: Page) -> None:
    example = maintainer.locator(".messages-alike a").first
    address, words = example.get_attribute("href"), example.inner_text()

    example.click()

    maintainer.wait_for_url(f"**{address}")
    expect(maintainer.get_by_role("main")).to_contain_text(words)


def test_the_evaluation_is_shown_as_it_was_written(maintainer: Page) -> None:
    frame = maintainer.frame_locator("iframe[title='Report of the latest evaluation']")
    maintainer.get_by_text("Show it here").click()
    maintainer.locator("iframe").scroll_into_view_if_needed()

    expect(frame.get_by_role("heading", level=1)).to_have_text("Evaluation of now")
    expect(frame.get_by_role("img", name="Risk-coverage curve")).to_be_visible()
    expect(frame.locator("body")).to_have_css("max-width", "1216px")
    expect(frame.locator("figure svg text").first).to_have_css("font-size", "10px")

    maintainer.get_by_role("link", name="Open it on its own").click()
    expect(maintainer.get_by_role("heading", level=1)).to_have_text("Evaluation of now")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_the_insights_and_the_login(
    open_page: OpenPage, service_with_history: Service, troubles: Troubles, scheme: str
) -> None:
    page = open_page(service_with_history.url, color_scheme=scheme, reduced_motion="reduce")
    troubles.expect("status of 401")
    page.goto("/login")
    assert violations(page) == ""
    sign_in(page, "cw_wrong")
    assert violations(page) == ""

    sign_in(page, service_with_history.admin_key, to="/insights?days=90")
    for details in page.locator("main details:not(:has(iframe))").all():
        details.evaluate("element => { element.open = true }")
    assert violations(page) == ""
    for width in (320, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
