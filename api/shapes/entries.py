"""Shapes of `/v1/entries`; a whole entry is the knowledge base's own `Entry`."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field


class EntrySummary(BaseModel):
    """An entry in a list."""

    id: str
    section: str
    title: str
    summary: str
    updated: date
    url: str


class EntryPage(BaseModel):
    """Entries in the order of the knowledge base, or, if a text was searched for, those that hold its words first."""

    entries: list[EntrySummary]
    next_cursor: Annotated[str | None, Field(description="Where the next page begins; null on the last.")]
