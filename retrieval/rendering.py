"""A diagnosis in a terminal or a pipe."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from kb.rendering import Hanging, heading, inline, render_remedy
from retrieval.diagnosis import Cause, Confidence, Diagnosis, FollowUp, Reason, RuledOut, Signal

_STYLE = {Confidence.CONFIDENT: "bold green", Confidence.LIKELY: "bold yellow", Confidence.UNSURE: "bold red"}


def render_diagnosis(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    """The first cause in full, the others in a line each, then the question that would tell them apart."""
    confidence = (diagnosis.confidence.value.capitalize(), _STYLE[diagnosis.confidence])
    yield Hanging("", Text.assemble(confidence, ". ", diagnosis.message))
    for cause in diagnosis.causes[:1]:
        yield Text("")
        yield from _line(cause)
        yield Text("")
        yield Hanging("  ", inline(cause.summary))
        yield from _why(cause.reasons)
        yield from render_remedy(cause.confirm, cause.fix, cause.links)
    yield heading("Other candidates")
    for cause in diagnosis.causes[1:]:
        yield from _line(cause)
    yield Text(f"{diagnosis.none_probability:>5.0%}  none of the known causes", style="dim")
    if diagnosis.ruled_out:
        yield heading("Ruled out")
        for ruled_out in diagnosis.ruled_out:
            yield from _ruled_out(ruled_out)
    if diagnosis.unreadable:
        yield heading("Not read")
        for evidence in diagnosis.unreadable:
            yield Hanging("  ", Text(f"{evidence.name}: {evidence.reason}"))
    if diagnosis.follow_up:
        yield from _question(diagnosis.follow_up)


def render_signals(diagnosis: Diagnosis) -> Iterator[RenderableType]:
    """A table of all causes: how much each signal lifted each above the average entry, in natural-log odds."""
    table = Table("entry", "probability", *(signal.value for signal in Signal), "sum", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for cause in diagnosis.causes:
        lift: defaultdict[Signal, float] = defaultdict(float)
        for reason in cause.reasons:
            lift[reason.signal] += reason.weight
        shown = (f"{lift[signal]:+.1f}" if signal in lift else "" for signal in Signal)
        table.add_row(cause.entry_id, f"{cause.probability:.1%}", *shown, f"{cause.score:+.1f}")
    table.add_row("none of the known causes", f"{diagnosis.none_probability:.1%}", style="dim")
    yield table


def _line(cause: Cause) -> Iterator[RenderableType]:
    yield Hanging(f"{cause.probability:>5.0%}  ", Text(cause.title, style="bold"))
    yield Text(f"       {cause.section}/{cause.entry_id}", style="dim")


def _why(reasons: Sequence[Reason]) -> Iterator[RenderableType]:
    """What speaks for a cause; `render_signals` tells what speaks against it as well."""
    supporting = [reason for reason in reasons if reason.weight > 0]
    if supporting:
        yield heading("Why")
        yield from map(_reason, supporting)


def _reason(reason: Reason) -> RenderableType:
    signal = (f"{reason.signal.value} +{reason.weight:.1f}  ", "magenta")
    place = f" ({reason.where})" if reason.where else ""
    matched = "" if reason.quote == reason.matched else f"\n↔ “{reason.matched}”"
    return Hanging("  ", Text.assemble(signal, f"“{reason.quote}”{place}{matched}"))


def _ruled_out(cause: RuledOut) -> Iterator[RenderableType]:
    yield Hanging("  ", Text(cause.title, style="bold"))
    yield Hanging(
        "    ", Text(f"“{cause.quote}” ({cause.where})\n↔ “{cause.question}” {'yes' if cause.holds else 'no'}")
    )


def _question(question: FollowUp) -> Iterator[RenderableType]:
    yield heading("One question would help")
    yield Hanging("  ", inline(question.question))
    yield Hanging("  ", inline(question.how_to_look))
    yield Text(f"  Ask again with --answer {question.finding_id}=yes (or =no).", style="dim italic")
