"""API keys: what one is, how it is made, and which caller it stands for."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

PREFIX = "cw"
"""Begins every key, so that people and scanners of repositories know one when they see it."""


class Scope(StrEnum):
    """What a key allows."""

    READ = "read"
    FEEDBACK = "feedback"
    DOCUMENTS = "documents"
    ADMIN = "admin"


@dataclass(frozen=True)
class Caller:
    """Who asks. `id` is that of the key, or stands for all who have none."""

    id: str
    name: str
    scopes: frozenset[Scope]
    has_key: bool = True

    def may(self, scope: Scope) -> bool:
        """Whether a key of this caller allows it; `admin` allows everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True)
class ApiKey:
    """A key as it is stored: what was handed out can't be told from it.

    A fast hash is enough, as nobody can try all of 2**256 secrets; slow ones are for passwords that people think up.

    `ends_at`: when it stops to be accepted; None for a key that goes on.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    secret_sha256: str
    created_at: datetime
    ends_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        """Whom it stands for."""
        return Caller(self.id, self.name, self.scopes)

    def accepts(self, secret: str, now: datetime) -> bool:
        """Whether this is its secret, and it is still accepted."""
        return hmac.compare_digest(self.secret_sha256, _sha256(secret)) and not self.has_ended(now)

    def has_ended(self, now: datetime) -> bool:
        """Whether it is no longer accepted."""
        return self.ends_at is not None and self.ends_at <= now


def make_key(name: str, scopes: frozenset[Scope]) -> tuple[ApiKey, str]:
    """A new key, and the text to hand out, which is nowhere else."""
    key_id, secret = secrets.token_hex(6), secrets.token_hex(32)
    key = ApiKey(key_id, name, scopes, _sha256(secret), created_at=datetime.now(UTC))
    return key, f"{PREFIX}_{key_id}_{secret}"


def split_key(text: str) -> tuple[str, str] | None:
    """Id and secret of a key as it was handed out; None if it isn't one."""
    match text.split("_"):
        case [prefix, key_id, secret] if prefix == PREFIX:
            return key_id, secret
    return None


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
