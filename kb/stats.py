"""How much a knowledge base holds, section by section, and where it is thin."""

from collections.abc import Collection, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kb.loader import KnowledgeBase
from kb.rendering import Unbroken
from kb.schema import Entry, Model, Slug, Vocabulary


class Counts(Model):
    """What some entries hold; a link or finding that several of them share counts once."""

    entries: int
    phrasings: int
    error_messages: int
    reports: int
    links: int
    findings_used: int


class Statistics(Model):
    """Counts of each section and of all entries, and what lacks something."""

    sections: dict[Slug, Counts]
    total: Counts
    entries_without_reports: tuple[Slug, ...]
    findings_without_patterns: tuple[Slug, ...]


def collect_statistics(knowledge_base: KnowledgeBase) -> Statistics:
    """Count everything, in the vocabulary's order of sections; a section may still be empty."""
    entries = knowledge_base.entries.values()
    return Statistics(
        sections={
            section: _count(knowledge_base, [entry for entry in entries if entry.section == section])
            for section in knowledge_base.vocabulary.sections
        },
        total=_count(knowledge_base, entries),
        entries_without_reports=tuple(entry.id for entry in entries if not knowledge_base.reports.get(entry.id)),
        findings_without_patterns=tuple(
            finding.id for finding in knowledge_base.findings.values() if not (finding.text.holds or finding.text.fails)
        ),
    )


def _count(knowledge_base: KnowledgeBase, entries: Collection[Entry]) -> Counts:
    return Counts(
        entries=len(entries),
        phrasings=sum(len(entry.symptoms) for entry in entries),
        error_messages=sum(len(entry.errors) for entry in entries),
        reports=sum(len(knowledge_base.reports.get(entry.id, ())) for entry in entries),
        links=len({link.url for entry in entries for link in entry.links}),
        findings_used=len({finding_id for entry in entries for finding_id, _ in entry.findings.items()}),
    )


def render_statistics(statistics: Statistics, vocabulary: Vocabulary) -> Iterator[RenderableType]:
    """A table with one row per section and a total, then one line for each thing that may be missing."""
    table = Table("section", box=None, pad_edge=False)
    for name in Counts.model_fields:
        table.add_column(name.replace("_", " "), justify="right")
    for section, counts in statistics.sections.items():
        table.add_row(Text(vocabulary.sections[section]), *_cells(counts))
    table.add_row("total", *_cells(statistics.total), style="bold")
    yield Unbroken(table)
    yield Text()
    yield Unbroken(_missing("entries without reports", statistics.entries_without_reports))
    yield Unbroken(_missing("findings without patterns", statistics.findings_without_patterns))


def _cells(counts: Counts) -> Iterator[str]:
    return map(str, counts.model_dump().values())


def _missing(what: str, ids: Collection[str]) -> Text:
    return Text(f"{what}: {len(ids)} ({', '.join(ids)})" if ids else f"{what}: none")
