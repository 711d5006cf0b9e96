"""What the bot may meet where it expects the Causeway API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer


def problem(status: int, detail: str, **headers: str) -> web.Response:
    """A refusal of the API."""
    body = {"title": "Refused", "status": status, "detail": detail}
    return web.json_response(body, status=status, content_type="application/problem+json", headers=headers)


@asynccontextmanager
async def api_that_refuses(status: int, detail: str) -> AsyncIterator[str]:
    """Base URL of a server that refuses everything with this explanation."""

    async def answer(_: web.Request) -> web.Response:
        return problem(status, detail)

    async with _serving(answer) as url:
        yield url


@asynccontextmanager
async def api_that_waits() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Base URL of a server that keeps every diagnosis waiting until the event is set, and then drops it."""
    released = asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
        if request.method == "GET":
            return problem(404, "there is no such document")
        await released.wait()
        assert request.transport is not None, "the client is still there"
        request.transport.abort()
        return web.Response()

    async with _serving(wait) as url:
        yield url, released
        released.set()


@asynccontextmanager
async def _serving(handler: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
