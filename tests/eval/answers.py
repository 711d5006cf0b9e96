"""Answers, runs and judgements made by hand."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from eval.measures import Judgement
from eval.query_sets import Labels, Query
from eval.runs import Answer, RankedCause, Run, RunInfo
from retrieval import Confidence
from retrieval.diagnosis import Reason

SECTIONS = {"a": "delivery", "b": "delivery", "c": "login", "d": "login"}
"""The section of each entry of a run made here."""


def answer(
    query_id: str,
    labels: Labels,
    causes: Mapping[str, float],
    *,
    none_score: float = 0.1,
    question: str = "what is this?",
    style: str | None = None,
    decoys: Sequence[str] = (),
    confidence: Confidence | None = None,
    latency_ms: float = 1.0,
    reasons: Sequence[Reason] = (),
) -> Answer:
    """One answered query. `causes`: entry id to score, in the order shown; `reasons` are those of each cause."""
    return Answer(
        query=Query(id=query_id, question=question, labels=labels, style=style, decoys=tuple(decoys)),
        causes=tuple(RankedCause(entry_id=key, score=score, reasons=tuple(reasons)) for key, score in causes.items()),
        none_score=none_score,
        confidence=confidence,
        latency_ms=latency_ms,
    )


def run_of(answers: Sequence[Answer], name: str = "now", system: str = "causeway", *, calibrated: bool = True) -> Run:
    """A run of these answers, over entries a to d."""
    info = RunInfo(
        name=name,
        system=system,
        target="in process",
        index_id="20260102-abc",
        query_files=("some.jsonl",),
        sections=SECTIONS,
        calibrated=calibrated,
        started_at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    )
    return Run(info, answers)


def judgement(
    query_id: str = "q",
    *,
    answerable: bool = True,
    first_score: float | None = 0.5,
    first_right: bool = False,
    none_score: float = 0.1,
    ranked: Mapping[str, float] | None = None,
    decoy_first: bool | None = None,
) -> Judgement:
    """What a calibrated system did with one query."""
    return Judgement(
        query_id=query_id,
        labels={"a": 2} if answerable else {},
        first_score=first_score,
        first_probability=first_score or 0.0,
        first_right=first_right,
        none_score=none_score,
        ranked=dict(ranked or {}),
        decoy_first=decoy_first,
    )
