"""What can go wrong in an evaluation.

EvalError
├── TooFewReports    nothing to learn the ranking from
├── InvalidQueries   a query file that doesn't validate, with every problem's file and line
├── UnreachableApi   the API under test doesn't answer, or not as it should
├── NoRun            there is no run of this name
├── UnusableRun      a run that this version can't read
├── OccupiedFolder   a run would replace something that is no run
├── OtherQueries     two runs that can't be compared
├── OtherIndex       dialogues about a run that another index answered
├── NoBaseline       nothing to hold answers against
├── InvalidFeedback  a feedback file that doesn't validate
├── InvalidLabel     a label that isn't ENTRY=1 or ENTRY=2
├── NotConfirmable   feedback that can't become a query
├── ServiceDidNotStart  nothing to put under load
└── FailedUnderLoad  a service that doesn't answer as it should while it is measured
"""

from collections.abc import Sequence
from pathlib import Path

from kb import Problem


class EvalError(Exception):
    """Base of everything this package raises."""


class TooFewReports(EvalError):
    """The reports of a knowledge base don't suffice to fit its ranking."""

    def __init__(self, answerable: int, unanswerable: int) -> None:
        super().__init__(
            f"{answerable} reports with a cause and {unanswerable} without can't teach the ranking: "
            "write some of both, in reports/<entry id>.jsonl and in reports/none.jsonl"
        )


class InvalidQueries(EvalError):
    """Query files have problems; each is given as `file:line: message`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(map(str, self.problems)))


class UnreachableApi(EvalError):
    """The API under test can't be asked."""


class NoRun(EvalError):
    """A name that no run has."""

    def __init__(self, folder: Path) -> None:
        names = sorted(path.parent.name for path in folder.parent.glob("*/run.json"))
        there = f"there are {', '.join(names)}" if names else "there is none yet"
        super().__init__(f"there is no run {folder}: {there}; `causeway eval run` makes one")


class UnusableRun(EvalError):
    """A run of another version, or a damaged one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"the run {folder} can't be read by this version: ask its queries again")


class OccupiedFolder(EvalError):
    """Something else is where a run should go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is there and is no run: choose another --name, or remove it")


class OtherQueries(EvalError):
    """Runs over different queries."""

    def __init__(self, name: str, other: str, differing: Sequence[str]) -> None:
        some = ", ".join(differing[:5]) + (", …" if len(differing) > 5 else "")
        super().__init__(
            f"'{name}' and '{other}' answered different queries, or by different judgments ({len(differing)}: {some}): "
            "ask both the same query files"
        )


class OtherIndex(EvalError):
    """A run was answered from another index than is asked now."""

    def __init__(self, run: str, of_run: str, asked: str) -> None:
        super().__init__(
            f"the run '{run}' was answered from index {of_run}, and this is {asked}: ask its queries again with "
            "`causeway eval run`"
        )


class NoBaseline(EvalError):
    """The baseline file is missing or can't be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no readable baseline {path}: `causeway eval baseline` writes it")


class InvalidFeedback(EvalError):
    """A feedback file has problems; each is given as `file:line: message`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))


class NotConfirmable(EvalError):
    """A candidate can't be added to a query file."""

    def __init__(self, candidate_id: str, reason: str) -> None:
        super().__init__(f"'{candidate_id}' can't become a query: {reason}")


class InvalidLabel(EvalError):
    """A label that can't be read."""

    def __init__(self, text: str) -> None:
        super().__init__(f"'{text}' is no label: write ENTRY=2 for the cause, ENTRY=1 for a lead")


class ServiceDidNotStart(EvalError):
    """A service to be measured ended, or wasn't ready in time."""

    def __init__(self, command: str, log: str) -> None:
        super().__init__(f"{command} did not start: {log}")


class FailedUnderLoad(EvalError):
    """A service to be measured answered something else than a diagnosis."""

    def __init__(self, status: int, answer: str) -> None:
        super().__init__(f"the service answered {status} under load: {answer}")
