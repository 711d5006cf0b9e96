"""Cursors of pages: where a page ended, in a form that clients hand back unread.

They hold the sort key of the last item, not a count of items, so that what is added or removed meanwhile moves nothing.
"""

import base64
import binascii
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import TypeAdapter, ValidationError

K = TypeVar("K", bound=tuple[Any, ...])

Cursor = Annotated[
    str | None, Query(max_length=1_000, description="`next_cursor` of the page before; absent for the first page.")
]


class InvalidCursor(Exception):
    """A cursor isn't one that this resource gave."""

    def __init__(self) -> None:
        super().__init__("this cursor can't be read: use the next_cursor of a page of the same list, or none")


class CursorKind(Generic[K]):
    """The cursors of one list, whose items are sorted by keys of type `K`."""

    def __init__(self, key: TypeAdapter[K]) -> None:
        self._key = key

    def encode(self, key: K) -> str:
        """The cursor of the page after the item with this key."""
        return base64.urlsafe_b64encode(self._key.dump_json(key)).decode().rstrip("=")

    def decode(self, cursor: str) -> K:
        """The key in a cursor.

        :raises InvalidCursor: if it isn't one of this list.
        """
        padded = cursor + "=" * (-len(cursor) % 4)
        try:
            return self._key.validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, ValidationError) as error:
            raise InvalidCursor from error
