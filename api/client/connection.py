"""What both clients do alike: how they reach the service, when they try again, what its answers mean."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypedDict, TypeVar

import httpx
from httpx_retries import Retry
from pydantic import ValidationError

from api.client.calls import Call, Param
from api.client.errors import Unreachable, error_of, unexpected

T = TypeVar("T")

TIMEOUT_SECONDS = 30.0
"""For each try; a busy service answers late rather than never."""
RETRIES = 4
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS, LONGEST_WAITS_SECONDS = 0.25, 10.0, 20.0
"""Between tries: doubled each time, up to the second, also where the service asks for more; the third is their sum."""


def retry_policy(retries: int) -> Retry:
    """When a request is sent again: the service had no time for it, or the connection failed.

    Not when an answer is late: it would be more of what the service can't keep up with. All requests can be sent
    again, since those that store something have an idempotency key.
    """
    return Retry(
        total=retries,
        allowed_methods=("DELETE", "GET", "POST", "PUT"),
        status_forcelist=(httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE),
        retry_on_exceptions=(httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout),
        # The library doubles before the first wait.
        backoff_factor=FIRST_WAIT_SECONDS / 2,
        backoff_jitter=0.5,
        max_backoff_wait=LONGEST_WAIT_SECONDS,
        total_timeout=LONGEST_WAITS_SECONDS,
    )


class Page(Protocol):
    """Part of a list."""

    @property
    def next_cursor(self) -> str | None:
        """Where the next page begins; None on the last."""


class Options(TypedDict):
    """What both of httpx's clients are made with."""

    base_url: str
    headers: dict[str, str]
    timeout: float


def options(base_url: str, api_key: str | None, timeout_seconds: float) -> Options:
    """How httpx reaches the service."""
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    return {"base_url": base_url, "headers": headers, "timeout": timeout_seconds}


class Request(TypedDict):
    """A request as both of httpx's clients take it."""

    method: str
    url: str
    params: dict[str, Param]
    content: bytes | None
    headers: dict[str, str]


def request(call: Call[T]) -> Request:
    """A call as httpx takes it."""
    headers = dict(call.headers)
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.params),
        "content": call.body,
        "headers": headers,
    }


@contextmanager
def connection_errors(base_url: str) -> Iterator[None]:
    """Tell errors of httpx as this package's.

    :raises Unreachable: for each of them.
    """
    try:
        yield
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = str(error) or type(error).__name__
        raise Unreachable(f"{base_url} can't be reached ({reason}): is the service running?") from error


def answer(call: Call[T], response: httpx.Response) -> T:
    """Read a response.

    :raises ClientError: if it isn't what was asked for.
    """
    if not response.is_success:
        raise error_of(response)
    try:
        return call.read(response.content)
    except ValidationError as error:
        raise unexpected(response) from error
