"""Shapes of `/v1/entries`; a whole entry is the knowledge base's own `Entry`."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field


class FoundBy(StrEnum):
    """How an entry answers a search for words: it holds all of them, or it is among the closest in meaning."""

    TITLE = "title"
    TEXT = "text"
    MEANING = "meaning"


class EntrySummary(BaseModel):
    """An entry in a list."""

    id: str
    section: str
    title: str
    summary: str
    updated: date
    url: str
    found_by: Annotated[FoundBy | None, Field(description="null if no words were searched for.")] = None


class EntryPage(BaseModel):
    """Entries in the order of the knowledge base, or, if a text was searched for, those that hold its words first."""

    entries: list[EntrySummary]
    next_cursor: Annotated[str | None, Field(description="Where the next page begins; null on the last.")]
