import re

import pytest
from playwright.sync_api import Page, expect

from indexer.artifact import Index
from kb import Entry
from tests.browser.conftest import OpenPage


@pytest.fixture
def entry(small_index: Index) -> Entry:
    return small_index.entries["port-25-blocked-by-provider"]


@pytest.fixture
def reader(open_page: OpenPage, service: str) -> Page:
    """A page that may use the clipboard."""
    return open_page(service, permissions=["clipboard-read", "clipboard-write"])


def clipboard(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_entries_are_found_while_words_are_typed(page: Page) -> None:
    page.goto("/entries")
    box = page.get_by_role("searchbox", name="Words, or an error message")

    box.press_sequentially("port 25")

    expect(page.locator("h2").first).to_have_text("1 entry")
    expect(page.locator("h3").first).to_have_text("The hosting provider blocks outgoing port 25")
    expect(page.get_by_role("status")).to_have_text("1 entry")
    expect(page).to_have_title("“port 25” in the entries · Pigeon Mail")
    expect(page).to_have_url(re.compile(r"/entries\?query=port\+25$"))
    expect(box).to_be_focused()

    page.reload()
    expect(box).to_have_value("port 25")
    expect(page.locator("h3").first).to_have_text("The hosting provider blocks outgoing port 25")


def test_choosing_an_sdk_narrows_the_entries_at_once(page: Page) -> None:
    page.goto("/entries")

    page.get_by_label("Platform").select_option("Phone")

    expect(page.get_by_text("The hosting provider blocks outgoing port 25")).to_have_count(0)
    expect(page.get_by_role("link", name="All sections")).to_have_attribute("href", "/entries?platform=phone")


def test_without_scripts_the_same_form_finds_the_same_entries(open_page: OpenPage, service: str) -> None:
    page = open_page(service, java_script_enabled=False)
    page.goto("/entries?section=delivery")

    page.get_by_role("searchbox").fill("port 25")
    page.get_by_role("button", name="Search").click()

    expect(page).to_have_url(re.compile(r"/entries\?query=port\+25&section=delivery&platform=&sdk=$"))
    expect(page.locator("h2").first).to_have_text("1 entry")
    page.locator("h3 a").first.click()
    expect(page.locator("h1")).to_have_text("The hosting provider blocks outgoing port 25")


def test_by_keyboard_alone_an_entry_is_found_and_its_fix_copied(reader: Page, entry: Entry) -> None:
    reader.goto("/entries")

    for _ in range(6):  # skip link, product, three pages, box
        reader.keyboard.press("Tab")
    reader.keyboard.type("outgoing")
    reader.keyboard.press("Enter")
    expect(reader.locator("h2").first).to_have_text("1 entry")
    reader.locator("h3 a").first.focus()
    reader.keyboard.press("Enter")
    expect(reader.locator("h1")).to_have_text(entry.title)
    reader.get_by_role("tab", name="Shell").focus()
    reader.keyboard.press("ArrowRight")
    expect(reader.get_by_role("tab", name="Python client")).to_be_focused()
    for _ in range(2):  # the code, its button
        reader.keyboard.press("Tab")
    reader.keyboard.press("Enter")

    expect(reader.get_by_role("status")).to_have_text("Copied.")
    assert clipboard(reader).strip() == entry.fix[0].code[1].source.strip()


def test_error_messages_and_the_address_are_copied(reader: Page, service: str, entry: Entry) -> None:
    reader.goto(f"/entries/{entry.id}?from=chat#fix")

    reader.get_by_role("button", name="Copy Error message 1").click()
    assert clipboard(reader) == entry.errors[0]
    reader.get_by_role("button", name="Copy link").click()
    assert clipboard(reader) == f"{service}/entries/{entry.id}"


def test_a_part_of_an_entry_has_an_address(page: Page, service: str, entry: Entry) -> None:
    page.goto(f"/entries/{entry.id}")

    page.get_by_role("heading", name="Fix").get_by_role("link").click()
    expect(page).to_have_url(f"{service}/entries/{entry.id}#fix")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="Error messages").click()
    expect(page).to_have_url(f"{service}/entries/{entry.id}#errors")


def test_the_chosen_sdk_is_chosen_everywhere_and_later(page: Page, entry: Entry) -> None:
    page.goto(f"/entries/{entry.id}")
    python, shell = page.locator("[data-tab=python]"), page.locator("[data-tab=shell]")
    expect(shell).to_be_visible()
    expect(python).to_be_hidden()

    page.get_by_role("tab", name="Python client").click()
    expect(python).to_be_visible()
    expect(shell).to_be_hidden()

    page.reload()
    expect(python).to_be_visible()


def test_a_page_that_the_browser_has_already_is_not_sent_again_and_works_as_before(page: Page, entry: Entry) -> None:
    page.goto(f"/entries/{entry.id}", wait_until="networkidle")
    page.goto("/entries", wait_until="networkidle")
    statuses: list[int] = []
    developer_tools = page.context.new_cdp_session(page)
    developer_tools.on("Network.responseReceivedExtraInfo", lambda event: statuses.append(event["statusCode"]))
    developer_tools.send("Network.enable")

    page.goto(f"/entries/{entry.id}")

    assert statuses == [304]
    expect(page.get_by_role("tab", name="Shell")).to_have_attribute("aria-selected", "true")
    assert page.locator("body").evaluate("element => getComputedStyle(element).display") == "flex"


def test_on_paper_an_entry_is_all_text(page: Page, entry: Entry) -> None:
    page.goto(f"/entries/{entry.id}")

    page.emulate_media(media="print")

    for shown in page.locator("[data-tab], [data-tab] figcaption").all():
        expect(shown).to_be_visible()
    for screen_only in page.locator(
        "header.site-header, [role=tablist], button, .contents, .breadcrumb, .actions"
    ).all():
        expect(screen_only).to_be_hidden()
