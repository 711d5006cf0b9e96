"""The shapes that library, REST and command line share."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from kb.schema import FixStep, Link

MAX_SYMPTOM_CHARACTERS = 100_000
MAX_EVIDENCE_CHARACTERS = 10_485_760
MAX_EVIDENCE_ITEMS = 10


class Shape(BaseModel):
    """Base of what goes in and out: unknown keys are refused, so that a typo is not a silently ignored wish."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Evidence(Shape):
    """Something pasted or attached: a HAR, headers, curl's output, a log, a config."""

    name: Annotated[str, Field(max_length=200, examples=["signin-response.txt"])]
    text: Annotated[str, Field(description=f"Of more than {MAX_EVIDENCE_CHARACTERS:,} characters nothing is read.")]


class Answer(StrEnum):
    """What a user says about a finding."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Filters(Shape):
    """Narrow the causes to some sections, platforms or SDKs; an empty list allows all."""

    section: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    sdk: tuple[str, ...] = ()


class DiagnosisRequest(Shape):
    """A symptom, and whatever else is known."""

    symptom: Annotated[str, Field(max_length=MAX_SYMPTOM_CHARACTERS)]
    evidence: Annotated[tuple[Evidence, ...], Field(max_length=MAX_EVIDENCE_ITEMS)] = ()
    answers: Annotated[dict[str, Answer], Field(description="Finding ids with what the user said about them.")] = {}
    filters: Filters = Filters()
    top_k: Annotated[int, Field(strict=True, ge=1, le=20)] = 5


class Confidence(StrEnum):
    """How much the first cause can be trusted."""

    CONFIDENT = "confident"
    LIKELY = "likely"
    UNSURE = "unsure"


class Signal(StrEnum):
    """Where a reason comes from."""

    DENSE = "dense"
    LEXICAL = "lexical"
    ERRORS = "errors"
    IDENTIFIERS = "identifiers"
    FINDINGS = "findings"


class Reason(Shape):
    """Why a cause is listed: the user's words, what they matched in the entry, and how much it moved the cause.

    `where` tells in which piece of evidence the quote stands, for a finding that evidence or an answer decides.

    `weight` is in natural-log odds: +0.7 doubles the odds of this cause against the others, a negative weight speaks
    against it.
    """

    signal: Signal
    quote: str
    matched: str
    weight: float
    where: str | None = None


class Cause(Shape):
    """One candidate, with what the reader needs to judge, confirm and fix it.

    `score` is the sum of its reasons' weights: how much this symptom's signals lift it above the average entry.
    """

    entry_id: str
    title: str
    section: str
    probability: float
    score: Annotated[float, Field(description="Sum of the reasons' weights, in natural-log odds.")]
    reasons: tuple[Reason, ...]
    summary: str
    confirm: tuple[str, ...]
    fix: tuple[FixStep, ...]
    links: tuple[Link, ...]
    url: Annotated[str, Field(description="Path of the whole entry in the REST API.")]


class DecidedBy(StrEnum):
    """What decided a finding, the least reliable first: patterns over prose, an answer of the user, parsed evidence."""

    TEXT = "text"
    ANSWER = "answer"
    EVIDENCE = "evidence"


class ObservedFinding(Shape):
    """A fact that the user's text, answer or evidence decides, with the line that proves it and where that stands."""

    id: str
    holds: bool
    quote: str
    where: str
    decided_by: DecidedBy = DecidedBy.TEXT


class RuledOut(Shape):
    """A cause that would be listed, were it not for an answer or a piece of evidence that contradicts it."""

    entry_id: str
    title: str
    probability: Annotated[float, Field(description="What is left of it.")]
    url: str
    finding_id: str
    question: Annotated[str, Field(description="What the finding asks.")]
    holds: Annotated[bool, Field(description="Whether it holds; with this cause it never is so.")]
    quote: Annotated[str, Field(description="The line that proves it, or the user's answer.")]
    where: str


class UnreadableEvidence(Shape):
    """Evidence that could not be read, or not all of it; the rest was answered all the same."""

    name: str
    reason: str


class FollowUp(Shape):
    """The question whose answer is expected to narrow the causes most."""

    finding_id: str
    question: str
    how_to_look: str


class IndexInfo(Shape):
    """Which index answered."""

    id: str
    built_at: datetime


class Diagnosis(Shape):
    """Ranked causes, most probable first. Their probabilities and `none_probability` sum to at most 1."""

    id: str
    index: IndexInfo
    confidence: Confidence
    none_probability: Annotated[float, Field(description="Probability that no entry explains the symptom.")]
    causes: tuple[Cause, ...]
    ruled_out: tuple[RuledOut, ...]
    findings: tuple[ObservedFinding, ...]
    unreadable: tuple[UnreadableEvidence, ...] = ()
    follow_up: FollowUp | None
    signals: tuple[Signal, ...]
    message: Annotated[str, Field(description="One sentence that says how to take this answer.")]
