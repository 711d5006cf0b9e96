"""Find out who asks before anything of a request is read."""

from collections.abc import Collection
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.problems import problem_response
from api.security import sessions
from api.security.key_ring import KeyRing
from api.security.keys import Caller
from api.security.keys import Scope as KeyScope

LOCAL = Caller("local", "local", frozenset({KeyScope.ADMIN}), has_key=False)
"""Who asks from this machine while there are no keys."""

_KEY_WANTED = "an API key is needed: send it in the header Authorization, after 'Bearer '"
_KEY_REFUSED = "this API key is not accepted: it was never made, was revoked, or its time is over"
_FORGED = "nothing was done: with a session, changes are made from pages of this service only"
_LOCAL_ONLY = (
    "without API keys only programs on this machine are answered, asking it directly: make a key with "
    "`causeway keys create NAME`"
)


class _Refused(Exception):
    """Why a request isn't passed on."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Authenticate:
    """ASGI middleware: puts the caller into the request's state, or refuses the request.

    A caller is known by an API key, or by the session cookie that a browser got for one. Whoever has neither may do
    what is public.

    Without keys whoever asks from this machine may do everything. That excludes requests that a proxy hands on, and
    those that a web page of another site makes in a browser here, directly or under a name of its own (DNS rebinding).
    """

    def __init__(
        self,
        app: ASGIApp,
        keys: KeyRing,
        open_paths: Collection[str],
        page_origins: Collection[str],
        public_scopes: Collection[KeyScope],
    ) -> None:
        self.app = app
        self.keys = keys
        self.open_paths = frozenset(open_paths)
        self.page_origins = frozenset(page_origins)
        self.public = Caller("public", "public", frozenset(public_scopes), has_key=False) if public_scopes else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the caller, or refuse the request."""
        if scope["type"] != "http" or scope["path"] in self.open_paths:
            await self.app(scope, receive, send)
            return
        try:
            caller = await self._caller(scope, Headers(scope=scope))
        except _Refused as refused:
            challenge = {"WWW-Authenticate": "Bearer"} if refused.status == HTTPStatus.UNAUTHORIZED else None
            await problem_response(refused.status, str(refused), headers=challenge)(scope, receive, send)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self.app(scope, receive, send)

    async def _caller(self, scope: Scope, headers: Headers) -> Caller:
        """Who asks.

        :raises _Refused: if that is nobody who may.
        """
        if self.keys.is_empty:
            if self._is_local(scope, headers):
                return LOCAL
            raise _Refused(HTTPStatus.UNAUTHORIZED, _LOCAL_ONLY)
        if "authorization" in headers:
            return await self._by_key(headers["authorization"])
        cookie = sessions.cookie_of(scope)
        key = await self.keys.find_by_session(cookie) if cookie else None
        if key:
            if sessions.could_be_forged(scope):
                raise _Refused(HTTPStatus.FORBIDDEN, _FORGED)
            return key.caller
        if self.public:
            return self.public
        raise _Refused(HTTPStatus.UNAUTHORIZED, _KEY_WANTED)

    async def _by_key(self, authorization: str) -> Caller:
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise _Refused(HTTPStatus.UNAUTHORIZED, _KEY_WANTED)
        key = await self.keys.find(text.strip())
        if key is None:
            raise _Refused(HTTPStatus.UNAUTHORIZED, _KEY_REFUSED)
        return key.caller

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
