"""What is kept, as it is shown and exported."""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from api.shapes.diagnoses import GivenFeedback, StoredDiagnosis
from api.shapes.feedback import StoredFeedback
from api.store import diagnoses, feedback
from api.store.tables import DiagnosisRow


def stored_diagnosis(connection: Connection, diagnosis_id: str) -> StoredDiagnosis:
    """A diagnosis as it is now, with what was said about its causes.

    :raises UnknownDiagnosis: if there is none of this id.
    """
    record = diagnoses.get(connection, diagnosis_id)
    words = feedback.page(connection, limit=None, after=None, diagnosis_id=diagnosis_id)
    return StoredDiagnosis(
        **dict(record.diagnosis),
        created_at=record.created_at,
        symptom=record.request.symptom,
        answers=record.request.answers,
        filters=record.request.filters,
        feedback=tuple(
            GivenFeedback(entry_id=word.entry_id, verdict=word.verdict, created_at=word.created_at) for word in words
        ),
    )


def all_diagnoses(connection: Connection) -> Iterator[StoredDiagnosis]:
    """Every diagnosis, oldest first."""
    for diagnosis_id in connection.scalars(select(DiagnosisRow.id).order_by(DiagnosisRow.created_at)).all():
        yield stored_diagnosis(connection, diagnosis_id)


def all_feedback(connection: Connection) -> Iterator[StoredFeedback]:
    """All feedback, oldest first."""
    yield from reversed(feedback.page(connection, limit=None, after=None))
