"""Requests that store something at most once, however often they are sent (header `Idempotency-Key`).

The reply is kept in the transaction that stores what it speaks of. So a request either took effect and can be answered
again, or did neither; of requests that arrive at the same time one is stored, and all get its reply.
"""

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from api.dependencies import CurrentDatabase
from api.security.scopes import CurrentCaller
from api.store import replies
from api.store.database import Database
from api.store.replies import KeyedRequest, Reply

Prepared = tuple[Reply, Callable[[Connection], object]]
"""What a request will be answered with, and what must be stored before."""

Key = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=255,
        description="Any text that is new for a new request. Sent again with it, the request isn't carried out again: "
        "the first response is given again, for 24 hours.",
    ),
]


class Once:
    """Carries out one request, or finds that it was carried out."""

    def __init__(self, database: Database, key: str | None) -> None:
        """:param key: tells the request from all others; None if it has no idempotency key."""
        self._database = database
        self._key = key

    def reply_to(self, request: BaseModel, prepare: Callable[[], Prepared]) -> Response:
        """Answer a request, after what belongs to it is stored.

        :param prepare: works the answer out; not called if the request was carried out before.
        :raises IdempotencyKeyReused: if the key came with another request before.
        """
        if self._key is None:
            reply, store = prepare()
            self._database.write(store)
            return _response(reply)
        keyed = KeyedRequest(self._key, hashlib.sha256(request.model_dump_json().encode()).hexdigest())
        if earlier := self._earlier(keyed):
            return _response(earlier, replayed=True)
        reply, store = prepare()

        def store_with_reply(connection: Connection) -> None:
            replies.add(connection, keyed, reply, datetime.now(UTC))
            store(connection)

        try:
            self._database.write(store_with_reply)
        except IntegrityError:
            if earlier := self._earlier(keyed):
                return _response(earlier, replayed=True)
            raise
        return _response(reply)

    def _earlier(self, keyed: KeyedRequest) -> Reply | None:
        return self._database.read(lambda connection: replies.find(connection, keyed))


def _response(reply: Reply, *, replayed: bool = False) -> Response:
    response = Response(reply.body, reply.status, media_type="application/json")
    if reply.location:
        response.headers["Location"] = reply.location
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


async def _once(
    request: Request, database: CurrentDatabase, caller: CurrentCaller, idempotency_key: Key = None
) -> Once:
    if idempotency_key is None:
        return Once(database, None)
    # Two callers may use the same keys, and one caller the same key for different resources.
    parts = [caller.id, request.url.path, idempotency_key]
    return Once(database, hashlib.sha256("\0".join(parts).encode()).hexdigest())


OnlyOnce = Annotated[Once, Depends(_once)]
