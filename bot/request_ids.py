"""One name for what somebody started on Discord, in the bot's log, in the API's, and in what people are told."""

import logging
from contextvars import ContextVar

import httpx

current_request: ContextVar[str] = ContextVar("current_request", default="-")
"""The id of the interaction or message that is being answered."""


class RequestIdTransport(httpx.AsyncBaseTransport):
    """Sends that name along."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request."""
        if (name := current_request.get()) != "-":
            request.headers["X-Request-Id"] = name
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def name_request(record: logging.LogRecord) -> bool:
    """A logging filter that gives each record its `request`."""
    record.request = current_request.get()
    return True
