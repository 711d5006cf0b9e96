"""Replies that were given to requests with an idempotency key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from api.store.errors import IdempotencyKeyReused
from api.store.tables import ReplyRow


@dataclass(frozen=True)
class Reply:
    """A successful response: its status, its JSON, and where what it made is found."""

    status: int
    body: str
    location: str | None = None


@dataclass(frozen=True)
class KeyedRequest:
    """A request that may be sent again: `key` tells who sent it where under which key, the other what it said."""

    key: str
    request_sha256: str


def find(connection: Connection, request: KeyedRequest) -> Reply | None:
    """The reply that was given to this request before, if it was.

    :raises IdempotencyKeyReused: if the key came with another request.
    """
    query = select(ReplyRow.request_sha256, ReplyRow.status, ReplyRow.body, ReplyRow.location)
    row = connection.execute(query.where(ReplyRow.key == request.key)).one_or_none()
    if row is None:
        return None
    request_sha256, status, body, location = row
    if request_sha256 != request.request_sha256:
        raise IdempotencyKeyReused
    return Reply(status, body, location)


def add(connection: Connection, request: KeyedRequest, reply: Reply, created_at: datetime) -> None:
    """Keep a reply.

    :raises IntegrityError: if there is one for this key.
    """
    connection.execute(
        insert(ReplyRow).values(
            key=request.key,
            request_sha256=request.request_sha256,
            created_at=created_at,
            status=reply.status,
            location=reply.location,
            body=reply.body,
        )
    )
