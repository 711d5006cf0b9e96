"""Clients of the service in its own process, which they ask without a network."""

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.telemetry.request_context import REQUEST_ID_HEADER, current_request

if TYPE_CHECKING:
    from api.client import AsyncCausewayClient

_SAYS_WHO_ASKS = frozenset({b"authorization", b"cookie", b"host", b"origin", b"sec-fetch-site"})
"""Names of headers."""


def client_inside(app: ASGIApp, api_key: str | None) -> "AsyncCausewayClient":
    """A client with this key."""
    return _client(app, api_key, retries=4)


def client_for(request: Request) -> "AsyncCausewayClient":
    """A client that asks in the name of who made this request, and tries once: who waits for a page can ask again."""
    application: FastAPI = request.app
    names = [(name, value) for name, value in request.scope["headers"] if name in _SAYS_WHO_ASKS]
    if context := current_request.get():
        names.append((REQUEST_ID_HEADER.lower().encode(), context.request_id.encode()))

    async def in_their_name(scope: Scope, receive: Receive, send: Send) -> None:
        others = [(name, value) for name, value in scope["headers"] if name not in _SAYS_WHO_ASKS]
        await application({**scope, "scheme": request.scope["scheme"], "headers": others + names}, receive, send)

    return _client(in_their_name, api_key=None, retries=0)


def _client(app: ASGIApp, api_key: str | None, retries: int) -> "AsyncCausewayClient":
    # Imported only now: many services are never asked from within.
    import httpx

    from api.client import AsyncCausewayClient

    # Operations answer it as they answer programs on this machine.
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 0), raise_app_exceptions=False)
    return AsyncCausewayClient("http://127.0.0.1", api_key, retries=retries, transport=transport)
