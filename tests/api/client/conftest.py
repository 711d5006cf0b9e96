"""Both clients as one, so that each test says what holds of both."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Protocol, cast

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal

from api.app import create_app
from api.client import AsyncCausewayClient, CausewayClient
from api.settings import ApiSettings
from retrieval import Diagnoser
from tests.serving import serving


class Connect(Protocol):
    """Makes a client of the kind that is tested; it is used like the one that waits."""

    def __call__(
        self, base_url: str, api_key: str | None = None, *, timeout_seconds: float = 30, retries: int = 4
    ) -> AbstractContextManager[CausewayClient]:
        """Prepare to ask the service at `base_url`."""


class Waiting:
    """An `AsyncCausewayClient` whose methods wait, as those of `CausewayClient` do."""

    def __init__(self, portal: BlockingPortal, client: AsyncCausewayClient) -> None:
        self._portal = portal
        self._client = client

    def __getattr__(self, name: str) -> Callable[..., object]:
        method: Callable[..., Awaitable[object] | AsyncIterator[object]] = getattr(self._client, name)

        async def finish(*arguments: object, **options: object) -> object:
            result = method(*arguments, **options)
            return [item async for item in result] if isinstance(result, AsyncIterator) else await result

        return lambda *arguments, **options: self._portal.call(partial(finish, *arguments, **options))


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """An event loop in another thread."""
    with start_blocking_portal() as portal:
        yield portal


@pytest.fixture(params=["waiting", "asyncio"])
def connect(request: pytest.FixtureRequest, portal: BlockingPortal) -> Connect:
    """Makes a client of either kind."""
    if request.param == "waiting":
        return CausewayClient

    @contextmanager
    def connected(
        base_url: str, api_key: str | None = None, *, timeout_seconds: float = 30, retries: int = 4
    ) -> Iterator[CausewayClient]:
        client = AsyncCausewayClient(base_url, api_key, timeout_seconds=timeout_seconds, retries=retries)
        with portal.wrap_async_context_manager(client):
            yield cast(CausewayClient, Waiting(portal, client))

    return connected


@pytest.fixture(scope="session")
def api_url(diagnoser: Diagnoser) -> Iterator[str]:
    """The service over the small index, listening."""
    with serving(create_app(diagnoser, ApiSettings())) as url:
        yield url


@pytest.fixture
def causeway(connect: Connect, api_url: str) -> Iterator[CausewayClient]:
    """A client of the service, of either kind."""
    with connect(api_url) as client:
        yield client
