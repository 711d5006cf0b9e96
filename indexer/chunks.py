"""Entries to chunks: the searchable pieces, each of which knows its entry and what it is.

Messages that nothing answers are chunks too, of the entry id "none": what is like them is likely to have no answer.
"""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from kb import NONE_OF_THESE, Entry, KnowledgeBase, Report


class ChunkKind(StrEnum):
    """What a chunk is a piece of."""

    SYMPTOM = "symptom"
    ERROR = "error"
    CAUSE = "cause"
    CONFIRM = "confirm"
    FIX = "fix"
    REPORT = "report"


class Chunk(BaseModel):
    """One searchable text. `id` is `<entry id>/<kind>/<number>`, for reports `<entry id>/report/<report id>`."""

    model_config = ConfigDict(frozen=True)

    id: str
    entry_id: str
    kind: ChunkKind
    text: str


def chunk_knowledge_base(knowledge_base: KnowledgeBase) -> list[Chunk]:
    """All chunks of a knowledge base, in the order of its entries; the messages that nothing answers come last."""
    chunks = [
        chunk
        for entry in knowledge_base.entries.values()
        for chunk in (*entry_chunks(entry), *report_chunks(entry.id, knowledge_base.reports.get(entry.id, ())))
    ]
    return [*chunks, *report_chunks(NONE_OF_THESE, knowledge_base.reports.get(NONE_OF_THESE, ()))]


def entry_chunks(entry: Entry) -> Iterator[Chunk]:
    """Each phrasing, each error string, title with summary, the cause, each check and each step of the fix."""
    texts = {
        ChunkKind.SYMPTOM: entry.symptoms,
        ChunkKind.ERROR: entry.errors,
        ChunkKind.CAUSE: (f"{entry.title}. {entry.summary}", entry.cause),
        ChunkKind.CONFIRM: entry.confirm,
        ChunkKind.FIX: tuple("\n".join([step.text, *(code.source for code in step.code)]) for step in entry.fix),
    }
    for kind, pieces in texts.items():
        for number, text in enumerate(pieces):
            yield Chunk(id=f"{entry.id}/{kind}/{number}", entry_id=entry.id, kind=kind, text=text)


def report_chunks(entry_id: str, reports: tuple[Report, ...]) -> Iterator[Chunk]:
    """Each report as one chunk."""
    for report in reports:
        yield Chunk(
            id=f"{entry_id}/{ChunkKind.REPORT}/{report.id}",
            entry_id=entry_id,
            kind=ChunkKind.REPORT,
            text=report.question,
        )
