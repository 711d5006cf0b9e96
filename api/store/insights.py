"""What the store can tell about what was asked."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, cast, exists, func, or_, select

from api.shapes.feedback import Verdict
from api.store.tables import DiagnosisRow, FeedbackRow, ShownEntryRow
from retrieval.diagnosis import Confidence


@dataclass(frozen=True)
class Period:
    """From `since` on and before `until`."""

    since: datetime
    until: datetime

    def condition(self) -> ColumnElement[bool]:
        """Of diagnoses that were asked for in this time."""
        return and_(DiagnosisRow.created_at >= self.since, DiagnosisRow.created_at < self.until)


@dataclass(frozen=True)
class DayCounts:
    """Diagnoses of one day, in UTC."""

    day: date
    diagnoses: int
    unsure: int
    with_feedback: int
    solved: int


@dataclass(frozen=True)
class Listings:
    """How many diagnoses listed an entry, and how many listed it first."""

    listed: int = 0
    first: int = 0


@dataclass(frozen=True)
class UnansweredDiagnosis:
    """A diagnosis that did not help, and the entry that came first in it."""

    id: str
    created_at: datetime
    symptom: str
    first_entry_id: str | None


@dataclass(frozen=True)
class MistakenDiagnosis:
    """A diagnosis that listed another entry first than the one that solved it."""

    id: str
    first_entry_id: str
    solved_by: str


def days(connection: Connection, period: Period) -> list[DayCounts]:
    """The days on which something was asked, in their order."""
    day = func.date(DiagnosisRow.created_at)
    query = (
        select(
            day,
            func.count(),
            _count(DiagnosisRow.confidence == Confidence.UNSURE),
            _count(_has_feedback()),
            _count(_has_feedback(FeedbackRow.verdict == Verdict.SOLVED)),
        )
        .where(period.condition())
        .group_by(day)
        .order_by(day)
    )
    # A day is a text in SQLite and a date in PostgreSQL.
    return [DayCounts(date.fromisoformat(str(row[0])), *row[1:]) for row in connection.execute(query)]


def listings(connection: Connection, period: Period) -> dict[str, Listings]:
    """How often entries were listed, by id."""
    query = (
        select(ShownEntryRow.entry_id, func.count(), _count(ShownEntryRow.rank == 0))
        .join(DiagnosisRow)
        .where(period.condition())
        .group_by(ShownEntryRow.entry_id)
    )
    return {entry_id: Listings(listed, first) for entry_id, listed, first in connection.execute(query)}


def verdicts(connection: Connection, period: Period) -> Counter[tuple[str, str]]:
    """How often each verdict was given on each entry."""
    query = (
        select(FeedbackRow.entry_id, FeedbackRow.verdict, func.count())
        .join(DiagnosisRow)
        .where(period.condition())
        .group_by(FeedbackRow.entry_id, FeedbackRow.verdict)
    )
    return Counter({(entry_id, verdict): count for entry_id, verdict, count in connection.execute(query)})


def unanswered(connection: Connection, period: Period) -> list[UnansweredDiagnosis]:
    """Diagnoses that were unsure or told to be wrong, and that nothing solved; the latest first."""
    query = (
        select(DiagnosisRow.id, DiagnosisRow.created_at, DiagnosisRow.symptom, DiagnosisRow.first_entry_id)
        .where(
            period.condition(),
            or_(DiagnosisRow.confidence == Confidence.UNSURE, _has_feedback()),
            ~_has_feedback(FeedbackRow.verdict == Verdict.SOLVED),
        )
        .order_by(DiagnosisRow.created_at.desc(), DiagnosisRow.id)
    )
    return [UnansweredDiagnosis(*row) for row in connection.execute(query)]


def mistaken(connection: Connection, period: Period) -> list[MistakenDiagnosis]:
    """Diagnoses that another entry solved than the one that came first; the latest first."""
    query = (
        select(DiagnosisRow.created_at, DiagnosisRow.id, DiagnosisRow.first_entry_id, FeedbackRow.entry_id)
        .join(FeedbackRow)
        .where(
            period.condition(),
            FeedbackRow.verdict == Verdict.SOLVED,
            FeedbackRow.entry_id != DiagnosisRow.first_entry_id,
        )
        .distinct()
        .order_by(DiagnosisRow.created_at.desc(), DiagnosisRow.id)
    )
    return [
        MistakenDiagnosis(diagnosis_id, first, solved_by)
        for _, diagnosis_id, first, solved_by in connection.execute(query)
        if first is not None
    ]


def _has_feedback(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(FeedbackRow.diagnosis_id == DiagnosisRow.id, *conditions)


def _count(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(cast(condition, Integer))
