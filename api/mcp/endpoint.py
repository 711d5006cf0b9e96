"""`/mcp` of the REST service: the Model Context Protocol over streamable HTTP.

Each request stands alone (no sessions, no streams), so that any replica can answer it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from api.in_process import client_inside

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    from api.client import AsyncCausewayClient

_authorization: ContextVar[str | None] = ContextVar("authorization", default=None)
"""Of the request that is answered; what the server asks for, it asks in the name of who asked it."""


class McpEndpoint:
    """ASGI application; `run` must be running while it answers."""

    def __init__(self, app: FastAPI, max_body_bytes: int) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._wanted = asyncio.Event()
        self._loaded = asyncio.Event()
        self._sessions: StreamableHTTPSessionManager | None = None

    async def run(self) -> None:
        """Load the protocol when somebody first asks, then serve it until cancelled.

        Its library takes longer to import than the rest of the service to start, and most services never need it.
        """
        await self._wanted.wait()
        try:
            sessions = await asyncio.to_thread(self._load)
            async with sessions.run():
                self._sessions = sessions
                self._loaded.set()
                await asyncio.Event().wait()
        finally:
            # Whoever waits is told that it failed, rather than kept waiting.
            self._loaded.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        self._wanted.set()
        await self._loaded.wait()
        if self._sessions is None:
            raise RuntimeError("the Model Context Protocol could not be loaded; the log says why")
        _authorization.set(Headers(scope=scope).get("authorization"))
        await self._sessions.handle_request(scope, receive, send)

    def _load(self) -> "StreamableHTTPSessionManager":
        from mcp.server.transport_security import TransportSecuritySettings

        from api.mcp.server import CausewayServer

        product = self._app.state.served_index.diagnoser.index.vocabulary.product
        server = CausewayServer(product, self._connect)
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=self._max_body_bytes,
            # Who may ask, from which pages, was decided before.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        return server.session_manager

    @asynccontextmanager
    async def _connect(self) -> "AsyncIterator[AsyncCausewayClient]":
        _, _, api_key = (_authorization.get() or "").partition(" ")
        async with client_inside(self._app, api_key or None) as client:
            yield client
