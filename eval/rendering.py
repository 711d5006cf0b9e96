"""Numbers as tables in a terminal."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from eval.comparison import Change, Difference
from eval.dialogues import DialogueSummary
from eval.feedback import Candidate
from eval.measures import MEASURES, Estimate, Summary
from kb.rendering import Unbroken

QUESTION_CHARACTERS = 60


def _number(value: float | None) -> str:
    return "·" if value is None else f"{value:.3f}"


def _estimate(estimate: Estimate) -> Text:
    text = Text(_number(estimate.value))
    if estimate.low is not None:
        text.append(f"  {_number(estimate.low)} to {_number(estimate.high)}", style="dim")
    return text


def _short(question: str) -> Text:
    text = Text(" ".join(question.split()))
    text.truncate(QUESTION_CHARACTERS, overflow="ellipsis")
    return text


def _table(*columns: str, words: int = 1) -> Table:
    """A table whose first columns hold words, the others numbers."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < words else "right", no_wrap=number >= words)
    return table


def render_summary(summary: Summary, others: Mapping[str, Summary]) -> Iterator[RenderableType]:
    """A run in numbers, beside other systems that answered the same queries."""
    yield Unbroken(_measures_table(summary, others))
    yield ""
    yield Unbroken(_groups_table(summary, ("P@1", "Success@3", "AUROC", "ECE", "decoy@1")))
    yield ""
    yield Unbroken(_voices_table(summary))
    yield ""
    yield (
        f"{summary.groups[0].queries} queries; an answer takes {summary.median_ms:.1f} ms (median), "
        f"{summary.p95_ms:.1f} ms (95th percentile)"
    )


def _measures_table(summary: Summary, others: Mapping[str, Summary]) -> Table:
    """Each measure of a run over all queries, with its interval, and its value for other systems."""
    table = _table("measure", f"{summary.name}, 95 % interval", *others)
    for name in MEASURES:
        values = [_number(other.groups[0].measures[name].value) for other in others.values()]
        table.add_row(name, _estimate(summary.groups[0].measures[name]), *values)
    return table


def _groups_table(summary: Summary, measures: Sequence[str]) -> Table:
    """Some measures of each group of queries."""
    table = _table("queries", "number", *measures)
    for group in summary.groups:
        table.add_row(group.name, str(group.queries), *(_number(group.measures[name].value) for name in measures))
    return table


def _voices_table(summary: Summary) -> Table:
    """How often the answers of each confidence were right."""
    table = _table("confidence", "queries", "first right", "right in three")
    for voice in summary.voices:
        table.add_row(
            voice.confidence.value, str(voice.queries), _number(voice.first_right), _number(voice.right_in_three)
        )
    return table


def render_dialogues(summary: DialogueSummary) -> Iterator[RenderableType]:
    """P@1 after each number of questions, by how sure the answer was before the first."""
    counts = range(len(summary.groups[0].first_right)) if summary.groups else range(0)
    table = _table(
        "first answer", "queries", *(f"P@1 after {count}" for count in counts), "gain of two", "asked", "until right"
    )
    for group in summary.groups:
        first_right = (_estimate(estimate) for estimate in group.first_right)
        asked = f"{group.questions:.2f}"
        until_right = "·" if group.until_right is None else f"{group.until_right:.2f}"
        table.add_row(group.name, str(group.queries), *first_right, _estimate(group.gain), asked, until_right)
    yield Unbroken(table)
    if summary.questions_in_vain is not None:
        yield ""
        yield f"{summary.questions_in_vain:.2f} questions asked about a query that nothing answers"


def differences_table(differences: Sequence[Difference], first: str, second: str) -> Table:
    """Each measure of two systems, and how likely chance alone makes such a difference."""
    table = _table("measure", first, second, "change", "p")
    for difference in differences:
        change = "·" if difference.improvement is None else f"{(difference.second or 0) - (difference.first or 0):+.3f}"
        table.add_row(
            difference.measure,
            _number(difference.first),
            _number(difference.second),
            change,
            "·" if difference.p_value is None else f"{difference.p_value:.4f}",
        )
    return table


def changes_table(changes: Sequence[Change], first: str, second: str) -> Table:
    """Queries whose first right cause moved, side by side."""
    table = _table("query", "question", f"{first} answered", f"{second} answered", "rank", "now", words=4)
    for change in changes:
        table.add_row(
            change.query_id,
            _short(change.question),
            change.first_answer or "nothing",
            change.second_answer or "nothing",
            str(change.first_rank or "none"),
            str(change.second_rank or "none"),
        )
    return table


def ablation_table(summaries: Sequence[Summary]) -> Table:
    """One row a variant of the ranking."""
    table = _table("ranking", *MEASURES)
    for summary in summaries:
        table.add_row(summary.name, *(_number(summary.groups[0].measures[name].value) for name in MEASURES))
    return table


def candidates_table(candidates: Sequence[Candidate]) -> Table:
    """Diagnoses with feedback, one a line."""
    table = _table("candidate", "symptom", "solved by", "not", words=4)
    for candidate in candidates:
        table.add_row(
            Text(candidate.id), _short(candidate.question), ", ".join(candidate.solved_by), ", ".join(candidate.not_it)
        )
    return table
