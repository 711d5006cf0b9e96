"""Shapes of `/v1/entries`; a whole entry is the knowledge base's own `Entry`."""

from datetime import date

from pydantic import BaseModel


class EntrySummary(BaseModel):
    """An entry in a list."""

    id: str
    section: str
    title: str
    summary: str
    updated: date
    url: str


class EntryList(BaseModel):
    """Entries in the order of the knowledge base."""

    entries: list[EntrySummary]
