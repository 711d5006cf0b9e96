"""Diagnoses in the store."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, delete, insert, select, update

from api.store.errors import StaleDiagnosis, UnknownDiagnosis
from api.store.tables import DiagnosisRow, ShownEntryRow
from retrieval.diagnosis import Answer, Diagnosis, DiagnosisRequest, Filters

_ID = re.compile(r"[0-9a-f]{32}")
# Made once: SQLAlchemy remembers with a statement what it compiled it to.
_INSERT_DIAGNOSIS = insert(DiagnosisRow)
_INSERT_SHOWN_ENTRIES = insert(ShownEntryRow)


@dataclass(frozen=True)
class DiagnosisRecord:
    """A diagnosis as it is kept: everything is masked, and `request` has no evidence.

    `revision` counts from 1; it rises whenever the diagnosis changes.
    """

    request: DiagnosisRequest
    diagnosis: Diagnosis
    created_at: datetime
    revision: int = 1

    @property
    def id(self) -> str:
        """Id of the diagnosis."""
        return self.diagnosis.id

    @cached_property
    def body(self) -> str:
        """The diagnosis as JSON, which is both answered and kept."""
        return self.diagnosis.model_dump_json()


def add(connection: Connection, records: Iterable[DiagnosisRecord]) -> None:
    """Store new diagnoses."""
    for record in records:
        row = {"id": record.id, "created_at": record.created_at, **_columns(record)}
        connection.execute(_INSERT_DIAGNOSIS, row)
        _add_shown_entries(connection, record.diagnosis)


def replace_with(connection: Connection, record: DiagnosisRecord) -> None:
    """Store what became of a diagnosis.

    :param record: with the revision that was read.
    :raises StaleDiagnosis: if it was changed or deleted since.
    """
    found = connection.execute(
        update(DiagnosisRow)
        .where(DiagnosisRow.id == record.id, DiagnosisRow.revision == record.revision)
        .values(**_columns(replace(record, revision=record.revision + 1)))
    )
    if found.rowcount == 0:
        raise StaleDiagnosis(record.id)
    connection.execute(delete(ShownEntryRow).where(ShownEntryRow.diagnosis_id == record.id))
    _add_shown_entries(connection, record.diagnosis)


def get(connection: Connection, diagnosis_id: str) -> DiagnosisRecord:
    """A diagnosis as it is now.

    :raises UnknownDiagnosis: if there is none of this id.
    """
    # Anything may be asked for, and PostgreSQL takes not every text.
    known = _ID.fullmatch(diagnosis_id) and connection.execute(
        select(DiagnosisRow.__table__).where(DiagnosisRow.id == diagnosis_id)
    )
    row = known.one_or_none() if known else None
    if row is None:
        raise UnknownDiagnosis(diagnosis_id)
    return DiagnosisRecord(
        request=DiagnosisRequest(
            symptom=row.symptom,
            answers={finding_id: Answer(answer) for finding_id, answer in row.answers.items()},
            filters=Filters.model_validate(row.filters),
            top_k=row.top_k,
        ),
        # What an older version said, and this one no longer does, is left out.
        diagnosis=Diagnosis.model_validate_json(row.body, extra="ignore"),
        created_at=row.created_at,
        revision=row.revision,
    )


def _columns(record: DiagnosisRecord) -> dict[str, object]:
    diagnosis = record.diagnosis
    return {
        "revision": record.revision,
        "symptom": record.request.symptom,
        "answers": record.request.answers,
        "filters": record.request.filters.model_dump(),
        "top_k": record.request.top_k,
        "index_id": diagnosis.index.id,
        "confidence": diagnosis.confidence,
        "first_entry_id": diagnosis.causes[0].entry_id if diagnosis.causes else None,
        "body": record.body,
    }


def _add_shown_entries(connection: Connection, diagnosis: Diagnosis) -> None:
    rows = [
        {"diagnosis_id": diagnosis.id, "rank": rank, "entry_id": cause.entry_id}
        for rank, cause in enumerate(diagnosis.causes)
    ]
    if rows:
        connection.execute(_INSERT_SHOWN_ENTRIES, rows)
