"""A diagnosis in a terminal or a pipe."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from kb.rendering import heading, inline, render_remedy
from retrieval.diagnosis import Cause, Confidence, Diagnosis, Reason

_STYLE = {Confidence.CONFIDENT: "bold green", Confidence.LIKELY: "bold yellow", Confidence.UNSURE: "bold red"}


def render_diagnosis(diagnosis: Diagnosis) -> Group:
    """The first cause in full, the others in a line each, then the question that would tell them apart."""
    first, *others = diagnosis.causes or (None,)
    parts: list[RenderableType] = [
        Text.assemble((diagnosis.confidence.value.capitalize(), _STYLE[diagnosis.confidence]), ". ", diagnosis.message)
    ]
    if first:
        parts += _first_cause(first)
    if others:
        parts.append(heading("Other candidates"))
        parts += [_line(cause) for cause in others if cause]
    parts.append(Text(f"\n{diagnosis.none_probability:>4.0%}  none of the known causes", style="dim"))
    if diagnosis.follow_up:
        parts.append(heading("One question would help"))
        parts.append(Padding(inline(diagnosis.follow_up.question), (0, 0, 0, 2)))
        parts.append(Padding(inline(diagnosis.follow_up.how_to_look), (0, 0, 0, 2), style="dim"))
        parts.append(
            Text(f"  Ask again with --answer {diagnosis.follow_up.finding_id}=yes (or =no).", style="dim italic")
        )
    return Group(*parts)


def _first_cause(cause: Cause) -> Iterator[RenderableType]:
    yield Text("")
    yield _line(cause)
    yield Padding(inline(cause.summary), (1, 0, 0, 2))
    if cause.reasons:
        yield heading("Why")
        yield from (_reason(reason) for reason in cause.reasons)
    yield render_remedy(cause.confirm, cause.fix, cause.links)


def _line(cause: Cause) -> Text:
    return Text.assemble(
        (f"{cause.probability:>4.0%}", "bold"), "  ", (cause.title, "bold"), f"  [{cause.section}/{cause.entry_id}]"
    )


def _reason(reason: Reason) -> RenderableType:
    text = Text.assemble((f"{reason.signal.value} +{reason.weight:.1f}", "magenta"), "  ")
    if reason.quote == reason.matched:
        text.append(f"“{reason.quote}”")
    else:
        text.append(f"“{reason.quote}” ↔ “{reason.matched}”")
    return Padding(text, (0, 0, 0, 2))
