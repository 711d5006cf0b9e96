"""Finding entries: by their words, their error messages, and what they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.shapes.entries import FoundBy
from indexer.artifact import Index
from kb import Entry
from retrieval.diagnoser import passes
from retrieval.diagnosis import Filters
from retrieval.literals import LiteralErrors

SortKey = tuple[int, str, str]
"""Unique for each entry: how it was found, then its place among those found like that."""

IN_TITLE, IN_TEXT, BY_MEANING = range(3)
_FOUND_BY = (FoundBy.TITLE, FoundBy.TEXT, FoundBy.MEANING)

CLOSEST = 10
"""How many entries are added because they mean something similar."""
CLOSEST_CHUNKS = 200
MESSAGE_COVERAGE = 0.5
"""How much of an entry's error message must occur in a pasted one (`LiteralMatch.coverage`)."""


@dataclass(frozen=True)
class EntryQuery:
    """What entries are asked for; what is empty asks nothing."""

    text: str
    error: str
    filters: Filters


def find_entries(index: Index, query: EntryQuery) -> list[tuple[SortKey, Entry]]:
    """The entries asked for, in the order of their keys: first those that hold all words of the text.

    Without a text: in the order of the knowledge base.
    """
    wanted = [entry for entry in index.entries.values() if passes(entry, query.filters)]
    if query.error.strip():
        with_error = _with_error(index, query.error)
        wanted = [entry for entry in wanted if entry.id in with_error]
    words = query.text.casefold().split()
    if not words:
        return [((0, entry.section, entry.id), entry) for entry in wanted]
    places = [(_place(entry, words), entry) for entry in wanted]
    found = [((place, entry.section, entry.id), entry) for place, entry in places if place is not None]
    rest = {entry.id: entry for place, entry in places if place is None}
    closest = [entry_id for entry_id in _by_meaning(index, query.text) if entry_id in rest][:CLOSEST]
    found += [((BY_MEANING, f"{rank:03}", entry_id), rest[entry_id]) for rank, entry_id in enumerate(closest)]
    return sorted(found, key=lambda item: item[0])


def found_by(key: SortKey) -> FoundBy:
    """How an entry with this key was found by its words."""
    return _FOUND_BY[key[0]]


def _with_error(index: Index, error: str) -> set[str]:
    """Entries one of whose messages is in the text, or contains it."""
    in_text = {
        match.entry_id for match in LiteralErrors(index.entries).find(error) if match.coverage >= MESSAGE_COVERAGE
    }
    part = error.strip().casefold()
    return in_text | {
        entry.id for entry in index.entries.values() if any(part in message.casefold() for message in entry.errors)
    }


def _place(entry: Entry, words: Sequence[str]) -> int | None:
    """Where an entry holds all words, be it as parts of longer ones."""
    title = f"{entry.id} {entry.title}".casefold()
    if all(word in title for word in words):
        return IN_TITLE
    text = "\n".join([title, entry.summary, entry.cause, *entry.symptoms, *entry.errors]).casefold()
    return IN_TEXT if all(word in text for word in words) else None


def _by_meaning(index: Index, text: str) -> Iterable[str]:
    """Ids of the entries closest to the text, closest first, each once."""
    (hits,) = index.search.dense(index.encoder.encode_queries([text]), CLOSEST_CHUNKS)
    return dict.fromkeys(index.chunks[row].entry_id for row in hits.rows.tolist())
