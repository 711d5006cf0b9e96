"""`causeway ask --interactive`: the follow-up questions one after the other, and how each answer moves the ranking."""

from collections.abc import Iterator

from rich.console import Console, RenderableType
from rich.text import Text

from kb.rendering import Hanging, inline
from retrieval.diagnoser import Diagnoser
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, FollowUp

SHOWN_CAUSES = 3

_ANSWERS = {"y": Answer.YES, "n": Answer.NO, "s": Answer.UNKNOWN}
_HOW_TO_LOOK, _QUIT = "?", "q"
_KEYS = "y = yes, n = no, s = skip or don't know, ? = how to look, q = quit"


def converse(diagnoser: Diagnoser, request: DiagnosisRequest, console: Console) -> Diagnosis:
    """Ask until no question is left or the user quits.

    :param console: a terminal that can be read from.
    :returns: the last diagnosis, which takes every answer into account.
    """
    diagnosis = diagnoser.diagnose(request)
    console.print(*_standings(diagnosis), sep="\n")
    while diagnosis.follow_up and (answer := _ask(diagnosis.follow_up, console)):
        answers = {**request.answers, diagnosis.follow_up.finding_id: answer}
        request = request.model_copy(update={"answers": answers})
        before, diagnosis = diagnosis, diagnoser.diagnose(request)
        console.print(*_standings(diagnosis, before), sep="\n")
    console.print()
    return diagnosis


def _standings(diagnosis: Diagnosis, before: Diagnosis | None = None) -> Iterator[RenderableType]:
    """The first causes, what is left for none of them, and which ones the last answer ruled out."""
    was = {cause.entry_id: f"was {cause.probability:.0%}" for cause in before.causes} if before else {}
    ruled_out_before = {cause.entry_id for cause in before.ruled_out} if before else set()
    width = 10 if before else 0
    yield Text("")
    for cause in diagnosis.causes[:SHOWN_CAUSES]:
        yield Hanging(f"{cause.probability:>5.0%}  {was.get(cause.entry_id, ''):{width}}", Text(cause.title))
    none_before = f"was {before.none_probability:.0%}" if before else ""
    yield Text(f"{diagnosis.none_probability:>5.0%}  {none_before:{width}}none of the known causes", style="dim")
    for ruled_out in diagnosis.ruled_out:
        if ruled_out.entry_id not in ruled_out_before:
            yield Hanging("  ruled out: ", Text(ruled_out.title, style="dim"))


def _ask(question: FollowUp, console: Console) -> Answer | None:
    """The user's answer; None if they quit."""
    console.print()
    console.print(Hanging("", inline(question.question)), style="bold")
    while True:
        console.print(_KEYS, style="dim")
        try:
            key = console.input("> ").strip().lower()[:1]
        except EOFError:
            return None
        if key == _QUIT:
            return None
        if key in _ANSWERS:
            return _ANSWERS[key]
        if key == _HOW_TO_LOOK:
            console.print(Hanging("  ", inline(question.how_to_look)))
