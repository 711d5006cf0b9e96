"""Work on a few requests at a time, let some wait, and turn the rest away while turning away still helps.

More threads than a few make answers slower, not more. A queue without an end makes every answer late, until callers
give up and ask again; then the service works for nobody.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import ExitStack

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import try_again_response
from api.telemetry.metrics import Metrics

MAX_WAIT_SECONDS = 5.0
"""Longest time in the queue. Who waits for an answer in a chat has asked again by then."""
PAUSE_SECONDS = 1.0
"""Before a request is turned away: callers that ask again at once would cost more than their answers."""
LARGE_BODY_BYTES = 1_000_000
LARGE_AT_ONCE = 1
"""Reading megabytes of evidence takes seconds and hundreds of megabytes; several together would all be too late."""

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
        always_admitted: Callable[[str], bool],
        metrics: Metrics,
    ) -> None:
        self.app = app
        self.max_queued = max_queued
        self.timeout_seconds = timeout_seconds
        self.always_admitted = always_admitted
        self.metrics = metrics
        self._places = asyncio.Semaphore(max_working)
        self._large_places = asyncio.Semaphore(LARGE_AT_ONCE)
        self._queued = 0
        # The event loop itself would let go of a task that nobody waits for.
        self._working: set[asyncio.Future[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Work on a request, now or soon, or turn it away."""
        if scope["type"] != "http" or self.always_admitted(scope["path"]):
            await self.app(scope, receive, send)
        elif place := await self._admitted(scope):
            await self._work(place, scope, receive, send)
        else:
            self.metrics.requests_refused.labels("overload").inc()
            await asyncio.sleep(PAUSE_SECONDS)
            await try_again_response("the service is busy: try again in a second")(scope, receive, send)

    async def _admitted(self, scope: Scope) -> ExitStack | None:
        """Wait for a free place, to be left by closing it; None if the queue is full, or doesn't move."""
        is_large = scope["state"]["body_bytes"] > LARGE_BODY_BYTES
        wanted = [self._large_places, self._places] if is_large else [self._places]
        if self._queued >= self.max_queued and any(places.locked() for places in wanted):
            return None
        self._queued += 1
        self.metrics.requests_queued.inc()
        try:
            with ExitStack() as place:
                async with asyncio.timeout(MAX_WAIT_SECONDS):
                    for places in wanted:
                        await places.acquire()
                        place.callback(places.release)
                return place.pop_all()
        except TimeoutError:
            return None
        finally:
            self._queued -= 1
            self.metrics.requests_queued.dec()

    async def _work(self, place: ExitStack, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Answer(send)
        work = asyncio.ensure_future(self.app(scope, receive, answer.send))
        self._working.add(work)
        self.metrics.requests_working.inc()
        work.add_done_callback(lambda work: self._leave(place, work))
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

    def _leave(self, place: ExitStack, work: "asyncio.Future[None]") -> None:
        self._working.discard(work)
        self.metrics.requests_working.dec()
        place.close()


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
