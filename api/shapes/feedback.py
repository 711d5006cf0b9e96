"""Shapes of feedback."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from retrieval.diagnosis import Shape


class Verdict(StrEnum):
    """What somebody says about a cause."""

    SOLVED = "solved"
    NOT_IT = "not_it"
    WRONG = "wrong"


class Role(StrEnum):
    """Who says it: somebody with the symptom, or somebody who answers for the product."""

    USER = "user"
    STAFF = "staff"


class FeedbackRequest(Shape):
    """What somebody says about one cause of a diagnosis."""

    entry_id: Annotated[str, Field(max_length=80, description="An entry, whether or not the diagnosis lists it.")]
    verdict: Annotated[
        Verdict,
        Field(description="solved: this was it. not_it: it wasn't. wrong: what the entry says is wrong."),
    ]
    comment: Annotated[str, Field(max_length=4_000)] = ""
    actor: Annotated[
        str,
        Field(
            max_length=200,
            description="Anything that tells people apart; their later word on an entry replaces the earlier. "
            "It is not kept: only a digest of it is, another one for every diagnosis.",
        ),
    ] = ""
    role: Role = Role.USER


class StoredFeedback(Shape):
    """What was said about a cause, with the symptom that it was listed for; secrets are masked."""

    id: str
    diagnosis_id: str
    symptom: str
    entry_id: str
    verdict: Verdict
    comment: str
    role: Role
    created_at: datetime


class FeedbackPage(Shape):
    """Feedback, newest first."""

    feedback: tuple[StoredFeedback, ...]
    next_cursor: Annotated[str | None, Field(description="Where the next page begins; null on the last.")]
