"""Find out who asks before anything of a request is read."""

from collections.abc import Collection
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_response
from api.security.key_ring import KeyRing
from api.security.keys import Caller
from api.security.keys import Scope as KeyScope

LOCAL = Caller("local", "local", frozenset({KeyScope.ADMIN}))
"""Who asks from this machine while there are no keys."""

_KEY_WANTED = "an API key is needed: send it in the header Authorization, after 'Bearer '"
_KEY_REFUSED = "this API key is not accepted: it was never made, was revoked, or its time is over"
_LOCAL_ONLY = (
    "without API keys only programs on this machine are answered, asking it directly: make a key with "
    "`causeway keys create NAME`"
)


class Authenticate:
    """ASGI middleware: puts the caller into the request's state, or answers 401.

    Without keys whoever asks from this machine may do everything. That excludes requests that a proxy hands on, and
    those that a web page of another site makes in a browser here, directly or under a name of its own (DNS rebinding).
    """

    def __init__(self, app: ASGIApp, keys: KeyRing, open_paths: Collection[str], page_origins: Collection[str]) -> None:
        self.app = app
        self.keys = keys
        self.open_paths = frozenset(open_paths)
        self.page_origins = frozenset(page_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the caller, or refuse the request."""
        if scope["type"] != "http" or scope["path"] in self.open_paths:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        caller, refusal = await self._caller(scope, headers)
        if caller is None:
            challenge = {"WWW-Authenticate": "Bearer"}
            await problem_response(HTTPStatus.UNAUTHORIZED, refusal, headers=challenge)(scope, receive, send)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self.app(scope, receive, send)

    async def _caller(self, scope: Scope, headers: Headers) -> tuple[Caller | None, str]:
        """Who asks; if nobody that is known, why the request is refused."""
        if self.keys.is_empty:
            return (LOCAL if self._is_local(scope, headers) else None), _LOCAL_ONLY
        kind, _, key = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer":
            return None, _KEY_WANTED
        return await self.keys.caller_of(key.strip()), _KEY_REFUSED

    def _is_local(self, scope: Scope, headers: Headers) -> bool:
        origin, host = headers.get("origin"), headers.get("host", "")
        return (
            scope.get("client") is not None
            and is_loopback(scope["client"][0])
            and not {"x-forwarded-for", "forwarded"}.intersection(headers)
            and is_loopback(_host_name(host))
            and (origin is None or origin in self.page_origins or origin == f"{scope['scheme']}://{host}")
        )


def is_loopback(host: str) -> bool:
    """Whether an address or name is of this machine, and cannot be reached from another."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host: str) -> str:
    """The name in a Host header, without its port; empty if there is none."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
