from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from api.store import diagnoses
from api.store.database import Database
from api.store.errors import StaleDiagnosis, UnknownDiagnosis
from api.store.tables import DiagnosisRow
from retrieval import Diagnoser
from tests.api.records import make_record, store


def test_a_diagnosis_that_another_version_stored_is_read(database: Database, diagnoser: Diagnoser) -> None:
    record = make_record(diagnoser, datetime.now(UTC))
    store(database, record)
    other = record.diagnosis.model_dump_json().replace('"id"', '"said_by_another_version": 1, "id"', 1)
    database.write(lambda connection: connection.execute(update(DiagnosisRow).values(body=other)))

    assert database.read(lambda connection: diagnoses.get(connection, record.id)).diagnosis == record.diagnosis


def test_a_diagnosis_that_changed_since_it_was_read_is_kept(database: Database, diagnoser: Diagnoser) -> None:
    store(database, made := make_record(diagnoser, datetime.now(UTC)))
    read = database.read(lambda connection: diagnoses.get(connection, made.id))
    database.write(lambda connection: diagnoses.replace_with(connection, read))

    with pytest.raises(StaleDiagnosis):
        database.write(lambda connection: diagnoses.replace_with(connection, read))
    assert database.read(lambda connection: diagnoses.get(connection, made.id)).revision == 2


def test_a_diagnosis_that_was_deleted_meanwhile_does_not_come_back(database: Database, diagnoser: Diagnoser) -> None:
    record = make_record(diagnoser, datetime.now(UTC))

    with pytest.raises(StaleDiagnosis):
        database.write(lambda connection: diagnoses.replace_with(connection, record))
    with pytest.raises(UnknownDiagnosis):
        database.read(lambda connection: diagnoses.get(connection, record.id))
