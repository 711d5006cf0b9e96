import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from api.store import database as database_module
from api.store.database import Database
from api.store.errors import StoreUnavailable
from api.store.schema import open_database
from api.store.tables import DocumentRow, FeedbackRow
from tests.eventually import eventually
from tests.postgresql import postgresql_server


def write_document(key: str) -> Callable[[Connection], None]:
    document = {"collection": "c", "key": key, "etag": "", "body": "{}", "updated_at": datetime.now(UTC)}
    return lambda connection: connection.execute(insert(DocumentRow).values(document)).close()


def keys(database: Database) -> set[str]:
    return set(database.read(lambda connection: connection.scalars(select(DocumentRow.key)).all()))


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, whose file is `tmp_path / "c.db"`."""
    database = open_database(f"sqlite:///{tmp_path}/c.db")
    yield database
    database.close()


def test_what_many_threads_write_is_all_there(database: Database) -> None:
    names = [f"{number:03}" for number in range(200)]

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda name: database.write(write_document(name)), names))

    assert keys(database) == set(names)


def test_work_that_fails_leaves_nothing_and_disturbs_nobody(database: Database) -> None:
    def fail(connection: Connection) -> None:
        write_document("half")(connection)
        raise KeyError("of the work itself")

    def write(number: int) -> None:
        if number % 3 == 0:
            with pytest.raises(KeyError, match="of the work itself"):
                database.write(fail)
        elif number % 3 == 1:
            with pytest.raises(IntegrityError):
                database.write(write_document("taken"))
        else:
            database.write(write_document(str(number)))

    database.write(write_document("taken"))
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(60)))

    assert keys(database) == {"taken", *(str(number) for number in range(60) if number % 3 == 2)}


def test_a_row_that_belongs_to_nothing_is_refused(database: Database) -> None:
    orphan = {
        "id": "1",
        "diagnosis_id": "gone",
        "entry_id": "e",
        "verdict": "solved",
        "role": "user",
        "comment": "",
        "created_at": datetime.now(UTC),
    }

    with pytest.raises(IntegrityError):
        database.write(lambda connection: connection.execute(insert(FeedbackRow).values(orphan)))


def test_instants_keep_their_meaning(database: Database) -> None:
    database.write(write_document("k"))

    moment = database.read(lambda connection: connection.scalars(select(DocumentRow.updated_at)).one())

    assert moment.tzinfo is UTC
    assert abs((datetime.now(UTC) - moment).total_seconds()) < 60


def test_what_is_read_is_of_one_moment(database: Database) -> None:
    def read_twice(connection: Connection) -> bool:
        first = connection.scalars(select(DocumentRow.key)).all()
        database.write(write_document("meanwhile"))
        return first == connection.scalars(select(DocumentRow.key)).all()

    assert database.read(read_twice)


def test_writes_that_wait_for_a_commit_share_the_next_one(sqlite: Database) -> None:
    commits = []
    event.listen(sqlite.engine, "commit", lambda _: commits.append(1))
    started, may_go_on = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        started.set()
        may_go_on.wait(timeout=10)

    with ThreadPoolExecutor(11) as threads:
        threads.submit(sqlite.write, hold)
        started.wait(timeout=10)
        waiting = [threads.submit(sqlite.write, write_document(str(number))) for number in range(10)]
        assert eventually(lambda: pieces_that_wait(sqlite) == 10)
        may_go_on.set()
        for write in waiting:
            write.result(timeout=10)

    assert len(keys(sqlite)) == 10
    assert len(commits) == 2


def pieces_that_wait(sqlite: Database) -> int:
    # Nothing public tells that all of them wait.
    return len(sqlite._writer._waiting)  # type: ignore[attr-defined]


def test_sqlite_waits_for_the_disk_and_keeps_readers_going(sqlite: Database) -> None:
    def settings(connection: Connection) -> list[object]:
        return [connection.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous", "foreign_keys")]

    full = 2
    assert sqlite.read(settings) == ["wal", full, 1]


def test_a_full_disk_is_told_to_all_who_wait_and_is_over_when_there_is_room(sqlite: Database) -> None:
    pages = sqlite.read(lambda connection: connection.scalar(text("PRAGMA page_count")))
    big = {"collection": "c", "key": "big", "etag": "", "body": "x" * 1_000_000, "updated_at": datetime.now(UTC)}

    def fill(connection: Connection) -> None:
        connection.execute(text(f"PRAGMA max_page_count = {pages + 20}"))
        write_document("beside")(connection)
        connection.execute(insert(DocumentRow).values(big))

    with pytest.raises(StoreUnavailable):
        sqlite.write(fill)
    assert keys(sqlite) == set()

    sqlite.write(write_document("small"))
    assert keys(sqlite) == {"small"}


def test_a_file_that_somebody_else_locks_is_unavailable_until_it_is_released(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_TIMEOUT_SECONDS", 0.1)
    database = open_database(f"sqlite:///{tmp_path}/c.db")
    with closing(sqlite3.connect(tmp_path / "c.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable):
            database.write(write_document("k"))
        assert keys(database) == set()
        other.execute("ROLLBACK")

    database.write(write_document("k"))
    assert keys(database) == {"k"}
    database.close()


def test_after_closing_nothing_is_taken(sqlite: Database) -> None:
    sqlite.close()

    with pytest.raises(StoreUnavailable):
        sqlite.write(write_document("late"))
    sqlite.close()


def test_a_restarted_server_costs_no_write() -> None:
    with postgresql_server() as server:
        database = open_database(server.new_database())
        database.write(write_document("before"))
        others = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        admin = open_database(server.new_database())
        admin.read(lambda connection: connection.execute(others).all())

        database.write(write_document("after"))

        assert keys(database) == {"before", "after"}
        admin.close()
    with pytest.raises(StoreUnavailable):
        database.write(lambda connection: connection.execute(delete(DocumentRow)))
    with pytest.raises(StoreUnavailable):
        database.ping()
    database.close()
