"""Everybody can use every page: with a screen reader, in the dark, by keyboard, on a small screen."""

from tests.browser.accessibility import violations
from tests.browser.conftest import OpenPage


def test_a_page_with_a_barrier_is_caught(open_page: OpenPage, service: str) -> None:
    page = open_page(service)
    page.set_content("<html lang=en><title>page</title><main><h1>page</h1><img src=data:,>")

    assert "image-alt (critical)" in violations(page)
