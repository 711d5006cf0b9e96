"""`/v1/documents`: what clients keep here between their requests, such as a bot its settings."""

import uuid
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import TypeAdapter

from api.cursors import Cursor, CursorKind
from api.dependencies import CurrentDatabase
from api.etags import ANY, NOT_MODIFIED, IfMatch, IfNoneMatch, is_known, not_modified, quoted, tags_in
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.documents import MAX_DOCUMENT_BYTES, Document, DocumentBody, DocumentPage, Name
from api.store import documents as stored
from api.store.documents import Precondition

router = APIRouter(prefix="/v1/documents", tags=["documents"], dependencies=[requires(Scope.DOCUMENTS)])

_BODY = TypeAdapter(DocumentBody)
_CURSORS = CursorKind(TypeAdapter(tuple[Name]))


@router.get("/{collection}", responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_documents(
    collection: Name,
    database: CurrentDatabase,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = None,
) -> DocumentPage:
    """List the documents of a collection by their keys."""
    (after,) = _CURSORS.decode(cursor) if cursor else (None,)
    found = database.read(lambda connection: stored.page(connection, collection, limit + 1, after))
    page = found[:limit]
    more = len(found) > limit
    return DocumentPage(documents=tuple(page), next_cursor=_CURSORS.encode((page[-1].key,)) if more else None)


@router.get(
    "/{collection}/{key}",
    response_model=Document,
    responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY) | NOT_MODIFIED,
)
def get_document(
    collection: Name, key: Name, database: CurrentDatabase, response: Response, if_none_match: IfNoneMatch = None
) -> Document | Response:
    """One document; its ETag goes into If-Match when it is changed."""
    document = database.read(lambda connection: stored.get(connection, collection, key))
    if is_known(document.etag, if_none_match):
        return not_modified({"ETag": quoted(document.etag)})
    response.headers["ETag"] = quoted(document.etag)
    return document


@router.put(
    "/{collection}/{key}",
    responses={HTTPStatus.CREATED: {"model": Document, "description": "It was created."}}
    | problem_schema(
        HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY
    ),
)
def put_document(
    collection: Name,
    key: Name,
    body: DocumentBody,
    database: CurrentDatabase,
    response: Response,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Document:
    """Store a JSON object of at most 16 kB.

    With `If-None-Match: *` it is only created: of several clients that try, one succeeds. With `If-Match` it is only
    replaced if nobody else changed it since it was read.
    """
    if len(_BODY.dump_json(body)) > MAX_DOCUMENT_BYTES:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"a document may have up to {MAX_DOCUMENT_BYTES} bytes of JSON"
        )
    document = Document(collection=collection, key=key, etag=uuid.uuid4().hex, updated_at=datetime.now(UTC), body=body)
    precondition = _precondition(if_match, if_none_match)
    created = database.write(lambda connection: stored.put(database, connection, document, precondition))
    response.status_code = HTTPStatus.CREATED if created else HTTPStatus.OK
    response.headers["ETag"] = quoted(document.etag)
    return document


@router.delete(
    "/{collection}/{key}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.UNPROCESSABLE_ENTITY),
)
def delete_document(collection: Name, key: Name, database: CurrentDatabase, if_match: IfMatch = None) -> None:
    """Delete a document."""
    precondition = _precondition(if_match, None)
    database.write(lambda connection: stored.remove(connection, collection, key, precondition))


def _precondition(if_match: str | None, if_none_match: str | None) -> Precondition:
    if if_none_match is not None and tags_in(if_none_match) != {ANY}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY, "If-None-Match of a change can only be *")
    return Precondition(absent=if_none_match is not None, etags=tags_in(if_match) if if_match is not None else None)
