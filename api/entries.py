"""`/v1/entries`: what the knowledge base knows."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter

from api.cursors import Cursor, CursorKind
from api.dependencies import CurrentDiagnoser
from api.entry_search import EntryQuery, SortKey, find_entries, found_by
from api.etags import NOT_MODIFIED, IfNoneMatch, index_etag, is_known, kept_until_it_changes, not_modified
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.entries import EntryPage, EntrySummary
from kb import Entry, find_entry
from retrieval.diagnosis import Filters

router = APIRouter(prefix="/v1/entries", tags=["entries"], dependencies=[requires(Scope.READ)])

Ids = Annotated[tuple[str, ...], Query(max_length=20)]

_CURSORS = CursorKind(TypeAdapter(SortKey))


@router.get("", response_model=EntryPage, responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY) | NOT_MODIFIED)
def list_entries(
    diagnoser: CurrentDiagnoser,
    response: Response,
    query: Annotated[
        str, Query(max_length=200, description="Words, or parts of words; the closest in meaning come after those.")
    ] = "",
    error: Annotated[str, Query(max_length=2_000, description="An error message, or a part of one.")] = "",
    section: Ids = (),
    platform: Ids = (),
    sdk: Ids = (),
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Cursor = None,
    if_none_match: IfNoneMatch = None,
) -> EntryPage | Response:
    """List entries, all or those asked for."""
    etag = index_etag(diagnoser.index)
    if is_known(etag, if_none_match):
        return not_modified(kept_until_it_changes(etag))
    after = _CURSORS.decode(cursor) if cursor else None
    asked = EntryQuery(query, error, Filters(section=section, platform=platform, sdk=sdk))
    found = [(key, entry) for key, entry in find_entries(diagnoser.index, asked) if after is None or key > after]
    page = found[:limit]
    response.headers.update(kept_until_it_changes(etag))
    return EntryPage(
        entries=[
            EntrySummary(
                id=entry.id,
                section=entry.section,
                title=entry.title,
                summary=entry.summary,
                updated=entry.updated,
                url=f"{router.prefix}/{entry.id}",
                found_by=found_by(key) if query.strip() else None,
            )
            for key, entry in page
        ],
        next_cursor=_CURSORS.encode(page[-1][0]) if len(found) > limit else None,
    )


@router.get(
    "/{entry_id}",
    response_model=Entry,
    responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY) | NOT_MODIFIED,
)
def get_entry(
    entry_id: str, diagnoser: CurrentDiagnoser, response: Response, if_none_match: IfNoneMatch = None
) -> Entry | Response:
    """One entry with everything it says."""
    entry = find_entry(diagnoser.index.entries, entry_id)
    etag = index_etag(diagnoser.index)
    if is_known(etag, if_none_match):
        return not_modified(kept_until_it_changes(etag))
    response.headers.update(kept_until_it_changes(etag))
    return entry
