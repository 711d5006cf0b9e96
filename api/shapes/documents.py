"""Shapes of `/v1/documents`."""

import json
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from retrieval.diagnosis import Shape

MAX_DOCUMENT_BYTES = 16_000

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.:-]+$", max_length=80)]


def _expressible(body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # What Python reads as JSON may hold numbers and half characters that JSON can't express.
    json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    return body


DocumentBody = Annotated[dict[str, JsonValue], AfterValidator(_expressible)]


class Document(Shape):
    """A small JSON object that a client keeps here."""

    collection: str
    key: str
    etag: Annotated[str, Field(description="Changes with every change; goes into If-Match, in double quotes.")]
    updated_at: datetime
    body: DocumentBody


class DocumentPage(Shape):
    """Documents of one collection, by key."""

    documents: tuple[Document, ...]
    next_cursor: Annotated[str | None, Field(description="Where the next page begins; null on the last.")]
