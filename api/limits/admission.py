"""Work on a few requests at a time, let some wait, and turn the rest away while turning away still helps.

More threads than a few make answers slower, not more. A queue without an end makes every answer late, until callers
give up and ask again; then the service works for nobody.
"""

import asyncio
import logging
from collections.abc import Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import try_again_response
from api.telemetry.metrics import Metrics

MAX_WAIT_SECONDS = 5.0
"""Longest time in the queue. Who waits for an answer in a chat has asked again by then."""
PAUSE_SECONDS = 1.0
"""Before a request is turned away: callers that ask again at once would cost more than their answers."""

logger = logging.getLogger(__name__)


class Admission:
    """ASGI middleware: 503 with Retry-After for what doesn't fit the queue, or takes too long.

    A thread can't be stopped. A request that was answered 503 for its length occupies its place until it is done.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_working: int,
        max_queued: int,
        timeout_seconds: float,
        always_admitted: Collection[str],
        metrics: Metrics,
    ) -> None:
        self.app = app
        self.max_queued = max_queued
        self.timeout_seconds = timeout_seconds
        self.always_admitted = frozenset(always_admitted)
        self.metrics = metrics
        self._free = asyncio.Semaphore(max_working)
        self._queued = 0
        # The event loop itself would let go of a task that nobody waits for.
        self._working: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Work on a request, now or soon, or turn it away."""
        if scope["type"] != "http" or scope["path"] in self.always_admitted:
            await self.app(scope, receive, send)
        elif await self._admitted():
            await self._work(scope, receive, send)
        else:
            self.metrics.requests_refused.labels("overload").inc()
            await asyncio.sleep(PAUSE_SECONDS)
            await try_again_response("the service is busy: try again in a second")(scope, receive, send)

    async def _admitted(self) -> bool:
        """Wait for a free place; False if the queue is full, or doesn't move."""
        if self._free.locked() and self._queued >= self.max_queued:
            return False
        self._queued += 1
        self.metrics.requests_queued.inc()
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                return await self._free.acquire()
        except TimeoutError:
            return False
        finally:
            self._queued -= 1
            self.metrics.requests_queued.dec()

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        work = asyncio.ensure_future(self.app(scope, receive, answer.send))
        self._working.add(work)
        self.metrics.requests_working.inc()
        work.add_done_callback(self._leave)
        try:
            await asyncio.wait({work}, timeout=self.timeout_seconds)
        except asyncio.CancelledError:
            work.cancel()
            raise
        if work.done() or answer.began:
            await work
        else:
            answer.abandoned = True
            self.metrics.requests_refused.labels("timeout").inc()
            logger.warning("no answer within %g s: %s %s", self.timeout_seconds, scope["method"], scope["path"])
            await try_again_response(f"this took longer than {self.timeout_seconds:g} seconds")(scope, receive, send)

    def _leave(self, work: "asyncio.Future[None]") -> None:
        self._working.discard(work)
        self.metrics.requests_working.dec()
        self._free.release()


class _Answer:
    """Passes an answer on until it is abandoned."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.began = False
        self.abandoned = False

    async def send(self, message: Message) -> None:
        if not self.abandoned:
            self.began = True
            await self._send(message)
