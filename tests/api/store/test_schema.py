import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text

from api.store.database import Database
from api.store.errors import UnusableDatabase
from api.store.schema import MIGRATIONS, current_revision, newest_revision, open_database
from api.store.tables import Base, DiagnosisRow


def tables(database: Database) -> set[str]:
    return set(database.read(lambda connection: inspect(connection).get_table_names())) - {"alembic_version"}


def downgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.downgrade(config, "base")


def columns(database: Database) -> dict[str, list[tuple[str, str, bool]]]:
    def of_tables(connection: Connection) -> dict[str, list[tuple[str, str, bool]]]:
        inspector = inspect(connection)
        return {
            table: [
                (column["name"], str(column["type"]), column["nullable"]) for column in inspector.get_columns(table)
            ]
            for table in inspector.get_table_names()
        }

    return database.read(of_tables)


@pytest.fixture
def migrated(new_database: Callable[[], str]) -> Iterator[Database]:
    """A database whose tables were made by migrations, one after the other."""
    url = new_database()
    database = open_database(url)
    database.write(downgrade)
    assert tables(database) == set()
    database.close()
    database = open_database(url)
    yield database
    database.close()


def test_migrations_make_the_tables_that_queries_are_written_for(migrated: Database) -> None:
    differences = migrated.read(
        lambda connection: compare_metadata(MigrationContext.configure(connection), Base.metadata)
    )

    assert differences == []
    assert tables(migrated) == set(Base.metadata.tables)


def test_a_new_database_is_like_a_migrated_one(database: Database, migrated: Database) -> None:
    assert columns(database) == columns(migrated)
    assert database.read(current_revision) == migrated.read(current_revision) == newest_revision()


def test_what_migrates_is_not_loaded_without_need(tmp_path: Path) -> None:
    program = """
import sys
from api.store.schema import open_database
for _ in range(2):
    open_database(sys.argv[1]).close()
print("alembic" in sys.modules)
"""
    url = f"sqlite:///{tmp_path}/causeway.db"

    completed = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)

    assert completed.stdout == "False\n", "neither for a new database, nor for one that is as it should be"


def test_a_migration_that_fails_leaves_nothing_behind(
    new_database: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    database = open_database(url)
    database.write(downgrade)
    database.close()

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("alembic.op.create_index", fail)
        with pytest.raises(RuntimeError, match="power cut"):
            open_database(url)

    database = open_database(url)
    assert tables(database) == set(Base.metadata.tables)
    database.close()


def test_replicas_that_start_together_make_the_schema_once(new_database: Callable[[], str]) -> None:
    url = new_database()

    with ThreadPoolExecutor(4) as threads:
        databases = list(threads.map(open_database, [url] * 4))

    for database in databases:
        assert tables(database) == set(Base.metadata.tables)
        database.close()


def test_a_file_that_somebody_else_is_opening_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "causeway.db"
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with ThreadPoolExecutor(1) as threads:
        opened = threads.submit(open_database, f"sqlite:///{file}")
        with pytest.raises(TimeoutError):
            opened.result(timeout=0.2)
        other.execute("COMMIT")
        database = opened.result()

    assert tables(database) == set(Base.metadata.tables)
    database.close()
    other.close()


def test_a_database_of_a_newer_version_is_refused(new_database: Callable[[], str]) -> None:
    url = new_database()
    database = open_database(url)
    revision = database.read(current_revision)
    database.write(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = 'r9999'")))
    database.close()

    with pytest.raises(UnusableDatabase, match=r"^the database has a schema that this version does not know .*r9999"):
        open_database(url)
    assert revision != "r9999"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mysql://host/name", "there is no support for mysql databases: use sqlite:///data/causeway.db or postgresql"),
        ("causeway.db", "CAUSEWAY_DATABASE_URL is no URL of a database: use sqlite:///data/causeway.db or postgresql"),
        ("sqlite://", "an SQLite database needs a file, as in sqlite:///data/causeway.db"),
        ("sqlite:///:memory:", "an SQLite database needs a file, as in sqlite:///data/causeway.db"),
    ],
)
def test_a_url_that_names_no_usable_database_is_refused(url: str, message: str) -> None:
    with pytest.raises(UnusableDatabase) as error:
        open_database(url)

    assert str(error.value).startswith(message)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "causeway.db").write_bytes(b"not a database" * 100)

    with pytest.raises(UnusableDatabase, match=r"causeway\.db can't be opened: file is not a database$"):
        open_database(f"sqlite:///{tmp_path}/causeway.db")


def test_a_server_that_is_not_there_is_told_without_the_password(tmp_path: Path) -> None:
    with pytest.raises(UnusableDatabase) as error:
        open_database(f"postgresql://ada:s3cret@/causeway?host={tmp_path}")

    assert "ada:***@" in str(error.value)
    assert "can't be opened" in str(error.value)
    assert "s3cret" not in str(error.value)


def test_a_relative_file_stays_where_it_was_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "elsewhere").mkdir()
    database = open_database("sqlite:///data/kept.db")

    monkeypatch.chdir(tmp_path / "elsewhere")
    database.engine.dispose()
    assert database.read(lambda connection: connection.execute(select(DiagnosisRow.id)).all()) == []
    database.close()

    assert (tmp_path / "data" / "kept.db").is_file()
    assert list((tmp_path / "elsewhere").iterdir()) == []
