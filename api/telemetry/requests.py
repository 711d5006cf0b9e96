"""Watch every request: give it a name, log and count it, and answer what nobody expected with a problem."""

import logging
import time
import traceback
from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import problem_response
from api.telemetry.metrics import Metrics
from api.telemetry.request_context import REQUEST_ID_HEADER, RequestContext, current_request

UNKNOWN_ROUTE = "unknown"
"""Stands for all paths that lead nowhere, which are as many as people can think of."""

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

access_log = logging.getLogger("api.access")
logger = logging.getLogger(__name__)


class WatchRequests:
    """ASGI middleware, the outermost of ours. Logs the path, never the query: people search for what they see."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch one request from its first byte to its answer's last."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        context = RequestContext.of(Headers(scope=scope))
        status: int | None = None

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = context.request_id
            await send(message)

        began = time.perf_counter()
        token = current_request.set(context)
        try:
            await self._answer(scope, receive, watch, answered=lambda: status is not None)
        finally:
            self._record(scope, status, time.perf_counter() - began)
            current_request.reset(token)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, answered: Callable[[], bool]) -> None:
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            _log_unexpected(error, scope)
            if answered():
                raise  # half an answer is out: only the server can break it off
            await problem_response(
                HTTPStatus.INTERNAL_SERVER_ERROR,
                "Something went wrong here; it was logged, and it is not your request.",
            )(scope, receive, send)

    def _record(self, scope: Scope, status: int | None, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _KNOWN_METHODS else "other"
        route = getattr(scope.get("route"), "path_format", UNKNOWN_ROUTE)
        # A caller that left before its answer began got none.
        self.metrics.requests.labels(method, route, status or "left").inc()
        self.metrics.request_seconds.labels(method, route).observe(seconds)
        caller, client = scope.get("state", {}).get("caller"), scope.get("client")
        access_log.info(
            "%s %s %s",
            scope["method"],
            scope["path"],
            status or "left",
            extra={
                "route": route,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "client": client[0] if client else None,
                "caller": caller.name if caller else None,
            },
        )


def _log_unexpected(error: Exception, scope: Scope) -> None:
    # Where it happened, but not what it says: that may quote a symptom.
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("unexpected %s in %s %s\n%s", type(error).__name__, scope["method"], scope["path"], frames)
    logger.debug("the unexpected %s says: %s", type(error).__name__, error)
