"""Read request bodies before the application does, and refuse those that are too large or too slow."""

import asyncio
from http import HTTPStatus

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_response, try_again_response

LARGEST_BODIES_AT_ONCE = 8
"""How many bodies of the largest size are held in memory together; of small ones there can be many more."""


class BodyLimit:
    """ASGI middleware: 413 for a body that is too large, 408 for one that is too slow, 503 when memory is short.

    A body is held until its request is answered. It is complete before the application is asked, so that slow senders
    occupy nothing but their connection; its length is in the request's state as `body_bytes`.
    """

    def __init__(self, app: ASGIApp, max_bytes: int, timeout_seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.timeout_seconds = timeout_seconds
        self._held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then hand it to the application or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body = bytearray()
        try:
            refusal = await self._read(receive, body)
            if refusal is None:
                scope.setdefault("state", {})["body_bytes"] = len(body)
                await self.app(scope, _replay(body, receive), send)
            else:
                await refusal(scope, receive, send)
        except ClientDisconnect:
            pass
        finally:
            self._held_bytes -= len(body)

    async def _read(self, receive: Receive, body: bytearray) -> Response | None:
        """Fill `body`; an answer if it is refused.

        :raises ClientDisconnect: if the caller left before it was complete.
        """
        more = True
        try:
            async with asyncio.timeout(self.timeout_seconds):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ClientDisconnect
                    piece = message.get("body", b"")
                    body += piece
                    self._held_bytes += len(piece)
                    more = message.get("more_body", False)
                    if len(body) > self.max_bytes:
                        return _too_large(self.max_bytes)
                    if self._held_bytes > LARGEST_BODIES_AT_ONCE * self.max_bytes:
                        return try_again_response("too much is being sent at this moment: try again in a second")
        except TimeoutError:
            return problem_response(
                HTTPStatus.REQUEST_TIMEOUT,
                f"the request body took longer than {self.timeout_seconds:g} seconds",
                headers={"Connection": "close"},
            )
        return None


def _too_large(max_bytes: int) -> Response:
    return problem_response(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        f"the request body has more than {max_bytes} bytes: send the part that shows the problem",
    )


def _replay(body: bytearray, receive: Receive) -> Receive:
    """What the application receives: the whole body at once, then whatever follows."""
    delivered = False

    async def replay() -> Message:
        nonlocal delivered
        if delivered:
            return await receive()
        delivered = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return replay
