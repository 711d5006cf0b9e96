"""`/v1/entries`: what the knowledge base knows."""

from http import HTTPStatus

from fastapi import APIRouter

from api.dependencies import CurrentDiagnoser
from api.problems import problem_schema
from api.security.keys import Scope
from api.security.scopes import requires
from api.shapes.entries import EntryList, EntrySummary
from kb import Entry, find_entry

router = APIRouter(prefix="/v1/entries", tags=["entries"], dependencies=[requires(Scope.READ)])


@router.get("", responses=problem_schema(HTTPStatus.UNPROCESSABLE_ENTITY))
def list_entries(diagnoser: CurrentDiagnoser, section: str | None = None) -> EntryList:
    """List all entries, or those of one section."""
    return EntryList(
        entries=[
            EntrySummary(
                id=entry.id,
                section=entry.section,
                title=entry.title,
                summary=entry.summary,
                updated=entry.updated,
                url=f"/v1/entries/{entry.id}",
            )
            for entry in diagnoser.index.entries.values()
            if section in (None, entry.section)
        ]
    )


@router.get("/{entry_id}", responses=problem_schema(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY))
def get_entry(entry_id: str, diagnoser: CurrentDiagnoser) -> Entry:
    """One entry with everything it says."""
    return find_entry(diagnoser.index.entries, entry_id)
