"""Diagnoses to store, as they might have been asked for at any time."""

import uuid
from datetime import datetime

from api.shapes.feedback import FeedbackRequest, Role, Verdict
from api.store import diagnoses, feedback
from api.store.database import Database
from api.store.diagnoses import DiagnosisRecord
from retrieval import Confidence, Diagnoser, DiagnosisRequest


def make_record(
    diagnoser: Diagnoser,
    created_at: datetime,
    symptom: str = "mail stopped overnight",
    confidence: Confidence = Confidence.CONFIDENT,
    entry_ids: tuple[str, ...] = ("disk-full-stops-queue",),
) -> DiagnosisRecord:
    """A diagnosis of the small index, but with this confidence and these entries, in this order."""
    request = DiagnosisRequest(symptom=symptom, top_k=20)
    diagnosis = diagnoser.diagnose(request)
    cause = diagnosis.causes[0]
    return DiagnosisRecord(
        request,
        diagnosis.model_copy(
            update={
                "id": uuid.uuid4().hex,
                "confidence": confidence,
                "causes": tuple(cause.model_copy(update={"entry_id": entry_id}) for entry_id in entry_ids),
            }
        ),
        created_at,
    )


def store(database: Database, *records: DiagnosisRecord) -> None:
    """Store diagnoses as they are."""
    database.write(lambda connection: diagnoses.add(connection, records))


def say(database: Database, record: DiagnosisRecord, entry_id: str, verdict: Verdict, actor: str = "") -> None:
    """Store feedback on a diagnosis, given when it was made."""
    request = FeedbackRequest(entry_id=entry_id, verdict=verdict, actor=actor, role=Role.USER)
    word = feedback.feedback_of(record, request, comment="", now=record.created_at)
    database.write(lambda connection: feedback.put(database, connection, word))
