"""Limit how often one caller asks, with counts that replicas of the service can share.

The window slides: 60 a minute holds for any minute, not only for those of the clock. (The library `limits` weighs the
window before by how much of it still counts.)
"""

import asyncio
import ipaddress
import logging
import math
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import TYPE_CHECKING

from limits import RateLimitItem
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import MissingExtra, UnusableRateLimitStore
from api.problems import problem_response
from api.security.keys import Caller
from api.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from redis.asyncio import ConnectionPool

IN_PROCESS = "memory://"
STORE_TIMEOUT_SECONDS = 0.25
"""Longest wait for a shared store: an answer matters more than an exact count."""
STORE_REST_SECONDS = 5.0
"""How long a shared store that doesn't answer is left alone."""

logger = logging.getLogger(__name__)


class RateLimiter:
    """Counts requests in a store that replicas share; while it doesn't answer, in this process alone."""

    def __init__(self, store_url: str) -> None:
        """Prepare the store; it isn't asked yet.

        :raises UnusableRateLimitStore: if its URL can't be read, or its client isn't installed.
        """
        self._connections = None if store_url == IN_PROCESS else _redis_connections(store_url)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared = self._own
        if self._connections:
            store = RedisStorage(
                store_url,
                wrap_exceptions=True,
                implementation="redispy",
                connection_pool=self._connections,  # type: ignore[arg-type]  # as it is documented
            )
            self._shared = SlidingWindowCounterRateLimiter(store)
        self._shared_rests_until = 0.0

    async def close(self) -> None:
        """Leave the store."""
        if self._connections:
            await self._connections.disconnect()

    async def seconds_to_wait(self, limit: RateLimitItem, caller: str) -> int:
        """Count a request of this caller: 0 if it is within the limit, else how long to wait."""
        if time.monotonic() >= self._shared_rests_until:
            try:
                async with asyncio.timeout(STORE_TIMEOUT_SECONDS):
                    return await _seconds_to_wait(self._shared, limit, caller)
            except (StorageError, TimeoutError) as error:
                self._shared_rests_until = time.monotonic() + STORE_REST_SECONDS
                logger.warning("the store of rate limits doesn't answer; this process counts alone: %r", error)
        return await _seconds_to_wait(self._own, limit, caller)


async def _seconds_to_wait(counter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, caller: str) -> int:
    if await counter.hit(limit, caller):
        return 0
    stats = await counter.get_window_stats(limit, caller)
    return max(1, math.ceil(stats.reset_time - time.time()))


def _redis_connections(url: str) -> "ConnectionPool":
    try:
        from redis.asyncio import ConnectionPool
    except ImportError as error:
        raise MissingExtra("rate_limit_store", "redis") from error
    try:
        return ConnectionPool.from_url(url, socket_timeout=STORE_TIMEOUT_SECONDS)
    except ValueError as error:
        raise UnusableRateLimitStore(str(error)) from error


class RateLimit:
    """ASGI middleware: 429 with Retry-After for a caller that asks too often.

    `identify` says who asks, or None for who isn't limited.
    """

    def __init__(
        self,
        app: ASGIApp,
        limiter: RateLimiter,
        limit: RateLimitItem,
        identify: Callable[[Scope], str | None],
        metrics: Metrics,
    ) -> None:
        self.app = app
        self.limiter = limiter
        self.limit = limit
        self.identify = identify
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        caller = self.identify(scope) if scope["type"] == "http" else None
        wait_seconds = await self.limiter.seconds_to_wait(self.limit, caller) if caller else 0
        if wait_seconds:
            self.metrics.requests_refused.labels("rate").inc()
            await problem_response(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"more than {self.limit}: try again in {wait_seconds} s",
                headers={"Retry-After": str(wait_seconds)},
            )(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def remote_network(scope: Scope) -> str | None:
    """The network of a caller on another machine: an IPv4 address, or the /64 that one site gets in IPv6."""
    client = scope.get("client")
    if client is None:
        return None
    address = ipaddress.ip_address(client[0])
    if address.is_loopback:
        return None
    return str(ipaddress.ip_network((address, 64), strict=False) if address.version == 6 else address)


def key_of_caller(scope: Scope) -> str | None:
    """The key that a caller came with; None without one."""
    caller: Caller | None = scope.get("state", {}).get("caller")
    return caller.id if caller is not None and caller.has_key else None
