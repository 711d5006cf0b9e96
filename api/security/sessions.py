"""Sessions of browsers: a cookie that stands for an API key, so that people type theirs in once a day.

It holds the key's id, when it ends, and a code over both (HMAC-SHA256, RFC 2104) that is keyed with a secret of the
service and the stored hash of the key's. So nothing is kept of a session, it ends with its key, every replica with the
same secret knows it, and who gets hold of the database alone can't make one.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.responses import Response
from starlette.types import Scope

from api.security.keys import ApiKey

LIFETIME = timedelta(hours=12)

_CHANGES_NOTHING = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True)
class Session:
    """What a cookie says; whether that is true, its key tells."""

    key_id: str
    ends_at: int
    code: str

    @classmethod
    def of(cls, key: ApiKey, begins_at: datetime, secret: str) -> Self:
        """A session of whoever has this key, with the service that has this secret."""
        ends_at = int((begins_at + LIFETIME).timestamp())
        return cls(key.id, ends_at, _code(key, ends_at, secret))

    @classmethod
    def parse(cls, cookie: str) -> Self | None:
        """What a cookie's value says; None if it is no session."""
        match cookie.split("."):
            case [key_id, ends_at, code] if ends_at.isascii() and ends_at.isdigit() and len(ends_at) < 12:
                return cls(key_id, int(ends_at), code)
        return None

    def __str__(self) -> str:
        """The cookie's value."""
        return f"{self.key_id}.{self.ends_at}.{self.code}"

    def is_of(self, key: ApiKey, now: datetime, secret: str) -> bool:
        """Whether this key's owner began it with the service that has this secret, and neither it nor the key ended."""
        # As bytes: a cookie may hold anything.
        genuine = hmac.compare_digest(self.code.encode(), _code(key, self.ends_at, secret).encode())
        return genuine and now < datetime.fromtimestamp(self.ends_at, UTC) and not key.has_ended(now)


def _code(key: ApiKey, ends_at: int, secret: str) -> str:
    message = f"causeway session of {key.id} until {ends_at}"
    return hmac.digest(f"{secret} {key.secret_sha256}".encode(), message.encode(), hashlib.sha256).hex()


def cookie_of(scope: Scope) -> str | None:
    """The session cookie of a request; None without one."""
    cookies = cookie_parser("; ".join(Headers(scope=scope).getlist("cookie")))
    return cookies.get(_cookie_name(scope))


def set_cookie(response: Response, scope: Scope, session: Session) -> None:
    """Begin a session. Links from other sites bring it along (Lax), as shared answers are opened from a chat."""
    response.set_cookie(
        _cookie_name(scope),
        str(session),
        max_age=int(LIFETIME.total_seconds()),
        secure=scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def delete_cookie(response: Response, scope: Scope) -> None:
    """End a session in the browser."""
    response.delete_cookie(_cookie_name(scope), secure=scope["scheme"] == "https", httponly=True, samesite="lax")


def _cookie_name(scope: Scope) -> str:
    # The prefix makes browsers refuse it from other hosts and from plain HTTP (RFC 6265bis, 4.1.3.2).
    return "__Host-causeway-session" if scope["scheme"] == "https" else "causeway-session"


def could_be_forged(scope: Scope) -> bool:
    """Whether a request would change something, and no browser says that a page of this service makes it."""
    if scope["method"] in _CHANGES_NOTHING:
        return False
    headers = Headers(scope=scope)
    own = f"{scope['scheme']}://{headers.get('host', '')}"
    return headers.get("origin") != own and headers.get("sec-fetch-site") != "same-origin"
