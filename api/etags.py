"""Conditional requests (RFC 9110, section 13): entity tags in headers."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import Header, Response

from indexer.artifact import Index

ANY = "*"

IfMatch = Annotated[str | None, Header(max_length=1_000, description="Do it only if the ETag is one of these.")]
IfNoneMatch = Annotated[str | None, Header(max_length=1_000, description="Do it only if the ETag is none of these.")]

NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.NOT_MODIFIED: {"description": "The client has this version already."}
}

_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def quoted(etag: str) -> str:
    """An entity tag as it stands in a header."""
    return f'"{etag}"'


def tags_in(header: str) -> frozenset[str]:
    """The entity tags of If-Match or If-None-Match, without their quotes; `ANY` if any will do."""
    return frozenset([ANY] if header.strip() == ANY else _TAG.findall(header))


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the client has this version already, so that 304 Not Modified says it all."""
    return if_none_match is not None and not tags_in(if_none_match).isdisjoint({etag, ANY})


def not_modified(headers: Mapping[str, str]) -> Response:
    """304: the client has this version; the headers, of which it takes note, are those that the version would have."""
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def index_etag(index: Index) -> str:
    """The same URL gives the same answer as long as neither the index nor the program changes."""
    return f"{index.manifest.id}-{version('causeway')}"


def kept_until_it_changes(etag: str) -> dict[str, str]:
    """Headers of what may be kept, but is asked for again each time: a new index shows at once."""
    return {"ETag": quoted(etag), "Cache-Control": "no-cache"}
