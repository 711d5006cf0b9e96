"""`/entries` and `/entries/{id}`: what the knowledge base knows, to browse, to search and to share."""

import hashlib
from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from api.etags import is_known, not_modified, quoted
from api.shapes.entries import EntrySummary, FoundBy
from api.web.inquiry import inquire
from api.web.site import render
from retrieval.diagnosis import Filters

if TYPE_CHECKING:
    from api.client import AsyncCausewayClient

MAX_WORDS_CHARACTERS = 200
"""How much of a text the REST API searches for as words; error messages may be longer."""
MAX_QUERY_CHARACTERS = 2_000
SUGGESTIONS = 5

router = APIRouter(prefix="/entries", include_in_schema=False)


@router.get("")
async def entries_page(
    request: Request,
    query: Annotated[str, Query(max_length=MAX_QUERY_CHARACTERS)] = "",
    section: str = "",
    platform: str = "",
    sdk: str = "",
) -> Response:
    """All entries by section, or those that a text finds: by its words, its meaning, or as an error message."""
    filters = Filters(platform=(platform,) if platform else (), sdk=(sdk,) if sdk else ())
    async with inquire(request) as causeway:
        index = await causeway.index()
        everywhere = await _search(causeway, query.strip(), filters)
    found = [entry for entry in everywhere if section in ("", entry.section)]
    page = render(
        request,
        "entries.html",
        index=index,
        query=query.strip(),
        section=section,
        platform=platform,
        sdk=sdk,
        counts=Counter(entry.section for entry in everywhere),
        matching=[entry for entry in found if entry.found_by is not FoundBy.MEANING],
        closest=[entry for entry in found if entry.found_by is FoundBy.MEANING],
        max_query_characters=MAX_QUERY_CHARACTERS,
    )
    return _unless_known(request, page)


@router.get("/{entry_id}")
async def entry_page(request: Request, entry_id: str) -> Response:
    """One entry with everything it says; if there is none, those that its id calls to mind."""
    from api.client.errors import NotFound

    async with inquire(request) as causeway:
        try:
            entry = await causeway.entry(entry_id)
        except NotFound:
            words = entry_id.replace("-", " ")[:MAX_WORDS_CHARACTERS]
            similar = [similar async for similar in causeway.entries(words)] if words.strip() else []
            return render(
                request,
                "entry_missing.html",
                HTTPStatus.NOT_FOUND,
                words=words,
                similar=similar[:SUGGESTIONS],
                max_query_characters=MAX_QUERY_CHARACTERS,
            )
        index = await causeway.index()
        findings = await causeway.findings()
        titles = {entry.id: entry.title async for entry in causeway.entries()}
    page = render(
        request,
        "entry.html",
        entry=entry,
        index=index,
        questions={finding.id: finding.question for finding in findings},
        titles=titles,
    )
    return _unless_known(request, page)


async def _search(causeway: "AsyncCausewayClient", text: str, filters: Filters) -> list[EntrySummary]:
    """Entries for a text that may be words or an error message: first those that only the message finds."""
    by_words = [entry async for entry in causeway.entries(text[:MAX_WORDS_CHARACTERS], filters=filters)]
    if not text:
        return by_words
    holding = {entry.id for entry in by_words if entry.found_by is not FoundBy.MEANING}
    by_message = [entry async for entry in causeway.entries(error=text, filters=filters)]
    found = {entry.id: entry for entry in by_message if entry.id not in holding}
    for entry in by_words:
        found.setdefault(entry.id, entry)
    return list(found.values())


def _unless_known(request: Request, page: HTMLResponse) -> Response:
    """The page, or 304 if the browser has it as it is: it depends on the index, the program and who looks."""
    etag = hashlib.sha256(page.body).hexdigest()[:32]
    # Weak, as the same page may be compressed or not.
    page.headers["ETag"] = f"W/{quoted(etag)}"
    if not is_known(etag, request.headers.get("if-none-match")):
        return page
    # Browsers take over the headers of a 304, the policy among them.
    kept = {name: value for name, value in page.headers.items() if name not in ("content-length", "content-type")}
    return not_modified(kept)
