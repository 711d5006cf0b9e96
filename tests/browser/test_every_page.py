"""What holds for every page: everybody can use it, it is quick to load, and it asks nobody else for anything."""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import open_details, violations
from tests.browser.addresses import ADDRESSES, PROBLEMS, ask
from tests.browser.troubles import Troubles

FIRST_LOAD_BYTES = 100_000


@pytest.fixture(scope="module")
def ids(service: str) -> Mapping[str, str]:
    """Ids of answers of each kind."""
    return ask(service)


@pytest.fixture(scope="module", params=[*ADDRESSES, *PROBLEMS])
def visited(browser: Browser, service: str, ids: Mapping[str, str], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of each kind; the tests of one look at it one after the other."""
    troubles = Troubles()
    if request.param in PROBLEMS:
        address, status = PROBLEMS[request.param]
        troubles.expect(f"status of {status}")
    else:
        address = ADDRESSES[request.param].format(**ids)
    with browser.new_context(base_url=service, reduced_motion="reduce") as context:
        troubles.watch(context, service)
        page = context.new_page()
        page.goto(address)
        yield page
    assert troubles.unexpected() == []


def test_a_page_has_no_barrier_in_light_or_dark(visited: Page) -> None:
    open_details(visited)
    for scheme in ("light", "dark"):
        visited.emulate_media(color_scheme=scheme)
        assert violations(visited) == "", scheme


def test_a_page_with_a_barrier_is_caught(page: Page) -> None:
    page.set_content("<html lang=en><title>page</title><main><h1>page</h1><img src=data:,>")

    assert "image-alt (critical)" in violations(page)


def test_a_page_says_what_it_is(visited: Page) -> None:
    assert visited.locator("html").get_attribute("lang") == "en"
    assert visited.title().endswith(" · Pigeon Mail")
    assert len(visited.locator("meta[name=description]").get_attribute("content") or "") >= 20
    expect(visited.locator("h1")).to_have_count(1)


def test_a_page_fits_on_every_screen(visited: Page) -> None:
    for width in (320, 768, 1280):
        visited.set_viewport_size({"width": width, "height": 640})
        assert visited.evaluate("document.documentElement.scrollWidth") <= width


# Of tabs the keyboard reaches one, arrows lead to the others: those have a negative tabIndex.
REACHABLE = """() => {
  document.activeElement.blur();
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  const isReachable = (each) => each.checkVisibility({ visibilityProperty: true }) && each.tabIndex >= 0;
  window.reachable = [...all].filter(isReachable);
  return window.reachable.map((each) => each.outerHTML);
}"""
REACHED = """() => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const { top, bottom, left, right } = element.getBoundingClientRect();
  return {
    place: window.reachable.indexOf(element),
    marked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
    shown: bottom > 0 && top < innerHeight && right > 0 && left < innerWidth,
  };
}"""


def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(visited: Page) -> None:
    for place, element in enumerate(visited.evaluate(REACHABLE)):
        visited.keyboard.press("Tab")
        assert visited.evaluate(REACHED) == {"place": place, "marked": True, "shown": True}, element


def test_the_first_stop_of_the_keyboard_skips_what_all_pages_share(page: Page) -> None:
    page.goto("/entries")

    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#query")).to_be_focused()


@pytest.mark.parametrize("kind", ["answer", "insights"])
def test_a_page_is_light_and_a_second_one_loads_nothing_but_itself(
    page: Page, ids: Mapping[str, str], kind: str
) -> None:
    developer_tools = page.context.new_cdp_session(page)
    sizes: list[float] = []
    developer_tools.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    developer_tools.send("Network.enable")

    page.goto(ADDRESSES[kind].format(**ids), wait_until="networkidle")
    assert len(sizes) > 2
    assert sum(sizes) <= FIRST_LOAD_BYTES

    sizes.clear()
    page.goto("/entries?query=disk", wait_until="networkidle")
    assert len([size for size in sizes if size > 0]) == 1
