"""What the bot may meet where it expects the Causeway API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer


@asynccontextmanager
async def api_that_refuses(detail: str) -> AsyncIterator[str]:
    """Base URL of a server that refuses every diagnosis with this explanation."""
    problem = {"title": "Unprocessable", "status": 422, "detail": detail}

    async def answer(_: web.Request) -> web.Response:
        return web.json_response(problem, status=422, content_type="application/problem+json")

    async with _serving(answer) as url:
        yield url


@asynccontextmanager
async def api_that_waits() -> AsyncIterator[tuple[str, asyncio.Event]]:
    """Base URL of a server that keeps every request waiting until the event is set, and then drops it."""
    released = asyncio.Event()

    async def wait(request: web.Request) -> web.Response:
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
    app.router.add_post("/v1/diagnoses", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
