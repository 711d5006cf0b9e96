from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from api.shapes.feedback import Verdict
from api.store import replies
from api.store.database import Database
from api.store.replies import KeyedRequest, Reply
from api.store.retention import AT_ONCE, purge
from api.store.tables import Base, DiagnosisRow, FeedbackRow, ReplyRow, ShownEntryRow
from retrieval import Diagnoser
from tests.api.records import make_record, say, store

NOW = datetime.now(UTC)


def count(database: Database, table: type[Base]) -> int:
    return database.read(lambda connection: connection.scalar(select(func.count()).select_from(table)) or 0)


def test_old_diagnoses_go_with_all_that_belongs_to_them(database: Database, diagnoser: Diagnoser) -> None:
    old = make_record(diagnoser, NOW - timedelta(days=31))
    young = make_record(diagnoser, NOW - timedelta(days=29))
    store(database, old, young)
    for record in (old, young):
        say(database, record, "disk-full-stops-queue", Verdict.SOLVED)

    assert purge(database, retention_days=30) == 1

    assert database.read(lambda connection: connection.scalars(select(DiagnosisRow.id)).all()) == [young.id]
    assert (count(database, FeedbackRow), count(database, ShownEntryRow)) == (1, 1)
    assert purge(database, retention_days=30) == 0


def test_many_are_deleted_bit_by_bit(database: Database, diagnoser: Diagnoser) -> None:
    record = make_record(diagnoser, NOW - timedelta(days=2))
    many = [
        type(record)(record.request, record.diagnosis.model_copy(update={"id": f"{n:032x}"}), record.created_at)
        for n in range(AT_ONCE + 1)
    ]
    store(database, *many)

    assert purge(database, retention_days=1) == AT_ONCE + 1

    assert count(database, ShownEntryRow) == 0


def test_replies_are_kept_for_a_day(database: Database) -> None:
    def add(connection: Connection) -> None:
        for age in (23, 25):
            request = KeyedRequest(key=str(age), request_sha256="")
            replies.add(connection, request, Reply(201, "{}"), NOW - timedelta(hours=age))

    database.write(add)

    purge(database, retention_days=1)

    assert database.read(lambda connection: connection.scalars(select(ReplyRow.key)).all()) == ["23"]
