"""No trouble of a page goes unnoticed."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from tests.browser.troubles import Troubles
from tests.serving import serving

POLICY = "default-src 'none'; script-src 'self' 'nonce-ours'; img-src 'self' data: http://elsewhere.invalid"


@pytest.fixture(scope="module")
def troubled_service() -> Iterator[str]:
    """Base URL of a service that answers with a page made of the query."""

    async def answer(request: Request) -> HTMLResponse:
        page = f"<!doctype html><title>page</title><link rel=icon href=data:,>{request.query_params['html']}"
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    with serving(Starlette(routes=[Route("/", answer)])) as url:
        yield url


def troubles_of(browser: Browser, service: str, html: str) -> Troubles:
    troubles = Troubles()
    with browser.new_context(base_url=service) as context:
        troubles.watch(context, service)
        page = context.new_page()
        page.goto(f"/?html={html}")
    return troubles


def test_a_page_that_does_nothing_wrong_has_none(browser: Browser, troubled_service: str) -> None:
    assert troubles_of(browser, troubled_service, "<p>well").unexpected() == []


@pytest.mark.parametrize(
    ("html", "trouble"),
    [
        ("<script nonce=ours>console.error('wrong')</script>", "console: wrong"),
        ("<script nonce=ours>throw Error('broken')</script>", "script: broken"),
        ("<script nonce=ours>Promise.reject(Error('broken'))</script>", "script: broken"),
        ("<script>alert()</script>", "the policy forbids inline as script-src-elem"),
        ("<p style='color: red'>", "the policy forbids inline as style-src-attr"),
        ("<img onerror=alert() src=/missing>", "the policy forbids inline as script-src-attr"),
        ("<img src=/missing>", "status of 404"),
        ("<img src=http://elsewhere.invalid/>", "request to another origin: http://elsewhere.invalid/"),
        ("<img src=http://elsewhere.invalid/>", "request failed: GET http://elsewhere.invalid/"),
    ],
)
def test_a_trouble_is_seen(browser: Browser, troubled_service: str, html: str, trouble: str) -> None:
    assert any(trouble in seen for seen in troubles_of(browser, troubled_service, html).unexpected())


def test_an_expected_trouble_is_none_and_its_absence_is_one(browser: Browser, troubled_service: str) -> None:
    troubles = troubles_of(browser, troubled_service, "<img src=/missing>")

    troubles.expect("status of 404")
    assert troubles.unexpected() == []

    troubles.expect("status of 410")
    assert troubles.unexpected() == ["expected, but did not happen: status of 410"]
