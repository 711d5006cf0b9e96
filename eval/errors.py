"""What can go wrong in an evaluation.

EvalError
├── TooFewReports    nothing to learn the ranking from
├── InvalidQueries   a query file that doesn't validate, with every problem's file and line
└── UnreachableApi   the API under test doesn't answer, or not as it should
"""

from collections.abc import Sequence

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
