"""Asking, and reading the answer, in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from retrieval.diagnosis import MAX_SYMPTOM_CHARACTERS
from tests.browser.conftest import OpenPage
from tests.browser.troubles import Troubles
from tests.serving import serving
from tests.symptoms import DISK_TITLE, PASSWORD, PASSWORD_TITLE, PORT, PORT_TITLE, VAGUE

ANSWER = re.compile("/d/[0-9a-f]{32}$")

NOTE_ANIMATIONS = """
window.animated = [];
const animate = Element.prototype.animate;
Element.prototype.animate = function (keyframes, ...options) {
  animated.push([this.dataset.bar ?? this.dataset.moves, Object.keys(keyframes[0])[0]].join(" "));
  return animate.call(this, keyframes, ...options);
};
"""


def box(page: Page) -> Locator:
    return page.get_by_label("Your symptom")


def ask(page: Page, symptom: str) -> None:
    page.goto("/")
    box(page).fill(symptom)
    page.get_by_role("button", name="Find the cause").click()
    expect(page).to_have_url(ANSWER)


def causes(page: Page) -> Locator:
    return page.locator(".cause h3")


def bars(page: Page) -> dict[str, float]:
    """How wide the bar of each cause is, in percent."""
    widths = "rects => rects.map(rect => [rect.dataset.bar, rect.width.baseVal.value])"
    return dict(page.locator("[data-bar]").evaluate_all(widths))


def drop(page: Page, *files: Path) -> None:
    """Drop files on the middle of a page, as a file manager does."""
    developer_tools = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(file) for file in files], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        developer_tools.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


def paste_file(page: Page, name: str, text: str) -> None:
    box(page).evaluate(
        """(box, [name, text]) => {
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([text], name, { type: "text/plain" }));
          box.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        [name, text],
    )


def attached(page: Page) -> Locator:
    return page.get_by_role("list", name="Attached files").get_by_role("listitem")


@pytest.fixture(scope="module")
def recorded(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A HAR that this browser recorded while a web mail program failed."""

    async def page(_: Request) -> Response:
        return HTMLResponse("<!doctype html><title>mail</title><link rel=icon href=data:,><button>Send</button>")

    async def send(_: Request) -> Response:
        return Response("no", status_code=507, headers={"Pigeon-Version": "2"})

    har = tmp_path_factory.mktemp("recorded") / "webmail.har"
    app = Starlette(routes=[Route("/", page), Route("/send", send, methods=["POST"])])
    with serving(app) as url, browser.new_context(record_har_path=har) as context:
        webmail = context.new_page()
        webmail.goto(url)
        webmail.evaluate("fetch('/send', { method: 'POST', body: 'hello' })")
    return har


def test_an_answer_comes_into_the_page_and_is_read_out(page: Page) -> None:
    page.goto("/")
    box(page).fill(PASSWORD)
    box(page).press("Control+Enter")

    expect(page).to_have_url(ANSWER)
    expect(page).to_have_title(re.compile(f"^{PASSWORD_TITLE}"))
    expect(causes(page).first).to_have_text(PASSWORD_TITLE)
    expect(page.locator("h1")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text(f"First: {PASSWORD_TITLE}")
    expect(page.get_by_role("link", name="Ask", exact=True)).not_to_have_attribute("aria-current", "page")


def test_going_back_finds_what_was_typed_and_forward_the_answer(page: Page) -> None:
    ask(page, PASSWORD)

    page.go_back()
    expect(box(page)).to_have_value(PASSWORD)

    page.go_forward()
    expect(causes(page).first).to_have_text(PASSWORD_TITLE)


def test_a_draft_survives_a_reload_but_not_its_answer(page: Page) -> None:
    page.goto("/")
    box(page).press_sequentially("mail sto")

    page.reload()
    expect(box(page)).to_have_value("mail sto")

    ask(page, PASSWORD)
    page.get_by_role("link", name="Ask something else").click()
    expect(box(page)).to_have_value("")


def test_an_example_fills_the_box(page: Page) -> None:
    page.goto("/")

    page.get_by_role("link", name="535 5.7.8").click()

    expect(box(page)).to_have_value(PASSWORD)
    expect(box(page)).to_be_focused()
    expect(page).to_have_url(re.compile("/$"))


def test_a_recorded_har_that_is_dropped_on_the_page_proves_a_cause(page: Page, recorded: Path) -> None:
    page.goto("/")

    drop(page, recorded)
    expect(attached(page)).to_contain_text("webmail.har")
    expect(page.get_by_role("status")).to_have_text("Attached: webmail.har.")
    box(page).fill("sending a mail fails")
    page.get_by_role("button", name="Find the cause").click()

    expect(causes(page).first).to_have_text(DISK_TITLE)
    proof = page.locator(".reasons li").filter(has_text="Is the disk of the mail server full? Yes").first
    expect(proof).to_contain_text("webmail.har, response of POST /send")
    expect(proof.locator("blockquote")).to_contain_text("507")


def test_files_are_pasted_and_taken_away_again(page: Page) -> None:
    page.goto("/")

    paste_file(page, "one.log", "write failed: No space left on device")
    paste_file(page, "two.log", "all is well")
    expect(attached(page)).to_have_count(2)

    page.get_by_role("button", name="Remove two.log").click()
    expect(attached(page)).to_have_text(re.compile(r"one\.log \(1 kB\)"))
    expect(page.get_by_role("button", name="Remove one.log")).to_be_focused()

    box(page).fill("what is this?")
    page.get_by_role("button", name="Find the cause").click()
    expect(causes(page).first).to_have_text(DISK_TITLE)


def test_text_that_is_too_long_for_the_box_becomes_a_file(open_page: OpenPage, service: str) -> None:
    page = open_page(service, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.evaluate("length => navigator.clipboard.writeText('x'.repeat(length))", MAX_SYMPTOM_CHARACTERS + 1)

    box(page).press("Control+V")

    expect(attached(page)).to_have_text(re.compile(r"pasted\.txt \(101 kB\)"))
    expect(box(page)).to_have_value("")


def test_pictures_and_too_many_files_are_refused_at_once(page: Page, tmp_path: Path) -> None:
    page.goto("/")
    picture = tmp_path / "screen.png"
    picture.write_bytes(b"\x89PNG")
    logs = [tmp_path / f"{number}.log" for number in range(11)]
    for log in logs:
        log.write_text("a line")

    drop(page, picture)
    expect(page.get_by_role("alert")).to_have_text(
        "screen.png: only text can be read. Copy the text out of it instead."
    )
    drop(page, *logs)
    expect(page.get_by_role("alert")).to_have_text("Up to 10 files are read. Remove some first.")
    expect(attached(page)).to_have_count(0)

    drop(page, logs[0])
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(attached(page)).to_have_count(1)


def test_what_is_refused_is_said_beside_what_was_typed(page: Page, troubles: Troubles) -> None:
    troubles.expect("status of 422")
    page.goto("/")
    paste_file(page, "one.log", " ")
    box(page).fill("!?")
    page.get_by_role("button", name="Find the cause").click()

    expect(page.get_by_role("alert")).to_contain_text("There is nothing to read in this symptom")
    expect(page.get_by_text("Your files have to be attached again.")).to_be_hidden()
    expect(box(page)).to_have_value("!?")
    expect(attached(page)).to_have_count(1)
    expect(page.get_by_role("button", name="Find the cause")).to_be_enabled()


def test_a_service_that_cannot_be_reached_loses_nothing(page: Page, troubles: Troubles) -> None:
    troubles.expect("ERR_INTERNET_DISCONNECTED")
    page.goto("/")
    box(page).fill(PASSWORD)
    page.context.set_offline(True)
    page.get_by_role("button", name="Find the cause").click()
    expect(page.get_by_role("alert")).to_contain_text("The service can't be reached.")

    page.context.set_offline(False)
    page.get_by_role("button", name="Find the cause").click()
    expect(causes(page).first).to_have_text(PASSWORD_TITLE)


def test_answers_move_causes_and_their_bars(page: Page) -> None:
    page.add_init_script(NOTE_ANIMATIONS)
    ask(page, VAGUE)
    before, first = bars(page), causes(page).first.text_content()
    question = page.locator("#question").text_content()
    page.evaluate("animated.length = 0")

    page.get_by_role("button", name="No", exact=True).first.click()

    expect(page.locator(".answers")).to_contain_text(f"{question} No")
    after = bars(page)
    assert after != before
    animated = set(page.evaluate("animated"))
    assert {f"{key} transform" for key in after.keys() & before.keys() if after[key] > 0} <= animated
    expect(page.locator("#question, #verdict").last).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text(f"First: {causes(page).first.text_content()}")

    page.get_by_text("Change this answer").click()
    pressed = page.locator(".answers").get_by_role("button", name="No", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "true")
    page.locator(".answers").get_by_role("button", name="Don't know").click()
    expect(page.locator(".answers")).to_contain_text(f"{question} Don't know")
    expect(causes(page).first).to_have_text(first or "")
    assert bars(page) == before


def test_nothing_moves_for_who_wants_no_motion(open_page: OpenPage, service: str) -> None:
    page = open_page(service, reduced_motion="reduce")
    page.add_init_script(NOTE_ANIMATIONS)
    ask(page, VAGUE)

    page.get_by_role("button", name="No", exact=True).first.click()

    expect(page.locator(".answers")).to_contain_text("No")
    assert page.evaluate("animated") == []


def test_causes_that_were_opened_stay_open(page: Page) -> None:
    ask(page, VAGUE)
    second = page.locator(".cause").nth(1)
    title = second.locator("h3").text_content() or ""
    second.locator("h3").click()

    page.get_by_role("button", name="Don't know").first.click()

    expect(page.locator(".answers")).to_contain_text("Don't know")
    expect(page.locator(".cause").filter(has_text=title).locator("> details")).to_have_attribute("open", "")


def test_a_fix_is_copied_for_the_sdk_that_was_chosen(open_page: OpenPage, service: str) -> None:
    page = open_page(service, permissions=["clipboard-read", "clipboard-write"])
    ask(page, PORT)
    tabs = page.get_by_role("tablist", name="Code for").first

    tabs.get_by_role("tab", selected=True).focus()
    page.keyboard.press("ArrowRight")
    chosen = tabs.get_by_role("tab", selected=True)
    expect(chosen).to_be_focused()
    expect(chosen).to_have_text("Python client")
    code = page.get_by_role("tabpanel", name="Python client").first
    code.get_by_role("button", name="Copy").click()
    expect(code.get_by_role("button")).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == code.locator("code").text_content()

    page.reload()
    expect(page.get_by_role("tab", selected=True).first).to_have_text("Python client")


def test_the_link_to_an_answer_is_copied(open_page: OpenPage, service: str) -> None:
    page = open_page(service, permissions=["clipboard-read", "clipboard-write"])
    ask(page, PASSWORD)

    page.get_by_role("button", name="Copy link to this answer").click()

    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_feedback_is_shown_where_it_was_given(page: Page) -> None:
    ask(page, PASSWORD)
    feedback = page.locator(".feedback").first

    feedback.get_by_role("button", name="Yes, solved").click()
    expect(feedback).to_contain_text("This solved it just now")
    expect(feedback).to_be_focused()

    feedback.get_by_text("The entry itself is wrong").click()
    feedback.get_by_label("What is wrong with it?").fill("the command has another name")
    feedback.get_by_role("button", name="Tell the maintainers").click()
    expect(feedback).to_contain_text("The entry is wrong just now")
    expect(page.get_by_text("the command has another name")).to_have_count(0)


def test_everything_can_be_done_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(box(page)).to_be_focused()
    page.keyboard.type(VAGUE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Attach files")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_be_focused()

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="No", exact=True).first).to_be_focused()
    page.keyboard.press("Space")
    expect(page.locator(".answers")).to_contain_text("No")

    second = page.locator(".cause").nth(1).locator("> details")
    second.locator("summary").first.focus()
    page.keyboard.press("Enter")
    expect(second).to_have_attribute("open", "")


@pytest.fixture
def plain(open_page: OpenPage, service: str) -> Page:
    """A page in a browser that runs no scripts."""
    return open_page(service, java_script_enabled=False)


def test_without_scripts_everything_is_asked_and_answered(plain: Page, recorded: Path) -> None:
    plain.goto("/")
    box(plain).fill("sending a mail fails")
    plain.get_by_label("Files with evidence").set_input_files(recorded)
    plain.get_by_role("button", name="Find the cause").click()
    expect(plain).to_have_url(ANSWER)
    expect(causes(plain).first).to_have_text(DISK_TITLE)

    plain.get_by_role("button", name="Yes, solved").first.click()
    expect(plain.locator(".feedback").first).to_contain_text("This solved it just now")

    plain.goto("/")
    box(plain).fill(VAGUE)
    plain.get_by_role("button", name="Find the cause").click()
    question = plain.locator("#question").text_content()
    plain.get_by_role("button", name="No", exact=True).first.click()
    expect(plain.locator(".answers")).to_contain_text(f"{question} No")


def test_without_scripts_all_code_is_shown_and_no_button_that_needs_them(plain: Page) -> None:
    plain.goto("/")
    box(plain).fill(PORT)
    plain.get_by_role("button", name="Find the cause").click()

    expect(causes(plain).first).to_have_text(PORT_TITLE)
    first = plain.locator(".cause").first
    expect(first.get_by_text("Python client", exact=True)).to_be_visible()
    expect(first.get_by_text("Shell", exact=True)).to_be_visible()
    expect(plain.get_by_role("button", name="Copy")).to_have_count(0)
