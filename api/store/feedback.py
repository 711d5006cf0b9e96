"""Feedback in the store."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from api.shapes.feedback import FeedbackRequest, StoredFeedback
from api.store.database import Database
from api.store.diagnoses import DiagnosisRecord
from api.store.tables import DiagnosisRow, FeedbackRow

PageKey = tuple[datetime, str]
"""When feedback was given, and its id."""


def feedback_id(diagnosis_id: str, entry_id: str, actor: str) -> str:
    """Id of what this person says about this cause: the same whenever they say it, and nobody can tell who it is."""
    return hashlib.sha256("\0".join([diagnosis_id, entry_id, actor]).encode()).hexdigest()[:32]


def feedback_of(record: DiagnosisRecord, request: FeedbackRequest, comment: str, now: datetime) -> StoredFeedback:
    """What is kept of feedback on a diagnosis.

    :param comment: that of the request, masked.
    """
    return StoredFeedback(
        id=feedback_id(record.id, request.entry_id, request.actor),
        diagnosis_id=record.id,
        symptom=record.request.symptom,
        entry_id=request.entry_id,
        verdict=request.verdict,
        comment=comment,
        role=request.role,
        created_at=now,
    )


def put(database: Database, connection: Connection, feedback: StoredFeedback) -> None:
    """Store feedback; it replaces what the same person said about the same cause.

    :raises IntegrityError: if its diagnosis is gone.
    """
    columns = feedback.model_dump(exclude={"symptom"})
    connection.execute(
        database.insert_or(FeedbackRow)
        .values(columns)
        .on_conflict_do_update(index_elements=[FeedbackRow.id], set_=columns)
    )


def page(
    connection: Connection, limit: int | None, after: PageKey | None, diagnosis_id: str | None = None
) -> list[StoredFeedback]:
    """Feedback, newest first, from after a key on."""
    query = (
        select(FeedbackRow.__table__, DiagnosisRow.symptom)
        .join(DiagnosisRow)
        .order_by(FeedbackRow.created_at.desc(), FeedbackRow.id.desc())
        .limit(limit)
    )
    if after:
        query = query.where(tuple_(FeedbackRow.created_at, FeedbackRow.id) < after)
    if diagnosis_id:
        query = query.where(FeedbackRow.diagnosis_id == diagnosis_id)
    return [StoredFeedback.model_validate(dict(row)) for row in connection.execute(query).mappings()]
