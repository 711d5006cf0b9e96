"""What the tests of the page share: the service over the small index, and Chromium, which watches what pages do."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.browser.troubles import Troubles
from tests.chromium import chromium
from tests.serving import serving

PATIENCE = 20_000
"""How long a page may take to show what it should, in milliseconds; machines that run tests are busy."""

expect.set_options(timeout=PATIENCE)


# Not of the session: while Playwright runs, no test could run an event loop of its own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A running Chromium."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def service(diagnoser: Diagnoser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of the service over the small index, which anybody on this machine may ask everything."""
    database = tmp_path_factory.mktemp("database") / "causeway.db"
    with serving(create_app(diagnoser, ApiSettings(database_url=f"sqlite:///{database}"))) as url:
        yield url


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    """Fails the test when its pages did what no page may do, or did not do what it said to expect."""
    troubles = Troubles()
    yield troubles
    assert troubles.unexpected() == []


class OpenPage(Protocol):
    """Opens an empty page for a service, in a profile of its own."""

    def __call__(self, service: str, **options: Any) -> Page:  # noqa: ANN401 -- those of `Browser.new_context`
        """Make a page whose relative addresses are those of the service."""


@pytest.fixture
def open_page(browser: Browser, troubles: Troubles) -> Iterator[OpenPage]:
    """Opens watched pages, and closes them when the test is over."""
    with ExitStack() as contexts:

        def open_page(service: str, **options: Any) -> Page:  # noqa: ANN401
            context = contexts.enter_context(browser.new_context(base_url=service, **options))
            context.set_default_timeout(PATIENCE)
            troubles.watch(context, service)
            return context.new_page()

        yield open_page


@pytest.fixture
def page(open_page: OpenPage, service: str) -> Page:
    """An empty, watched page for the service."""
    return open_page(service)
