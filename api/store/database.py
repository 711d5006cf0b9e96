"""The database: how it is opened, read and written."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError, TimeoutError

from api.store.errors import StoreUnavailable, UnusableDatabase
from api.store.group_commit import GroupCommit
from api.store.tables import Base

T = TypeVar("T")

BUSY_TIMEOUT_SECONDS = 5
"""How long a statement waits for another process that writes, or for a connection."""
POLL_SECONDS = 0.01
STATEMENT_TIMEOUT_SECONDS = 20
POSTGRESQL_CONNECTIONS = 10


class Writer(Protocol):
    """Runs a piece of work in a transaction."""

    def run(self, work: Callable[[Connection], T]) -> T:
        """Return what the work returns once it is committed; if it raises, nothing of it is stored."""

    def close(self) -> None:
        """Finish what was begun."""


class Database:
    """A database whose schema fits. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite gives every transaction a snapshot.
        self._reader = engine if self.is_sqlite else engine.execution_options(isolation_level="REPEATABLE READ")
        self._writer: Writer = GroupCommit(engine) if self.is_sqlite else _Transactions(engine)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run queries that see one state of the database.

        :raises StoreUnavailable: if the database doesn't answer.
        """
        return _translated(lambda: self._read(work))

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._reader.connect() as connection:
            return work(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run statements in a transaction; when this returns, their effect is on disk.

        :raises StoreUnavailable: if the database doesn't answer; nothing was stored.
        :raises IntegrityError: if a row that must exist, or must not, does not, or does; nothing was stored.
        """
        return _translated(lambda: self._writer.run(work))

    def insert_or(self, table: type[Base]) -> "sqlite.Insert | postgresql.Insert":
        """An insert that can say what happens `on_conflict_...` with a row that exists."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def ping(self) -> None:
        """Do nothing, over a connection.

        :raises StoreUnavailable: if the database doesn't answer.
        """
        self.read(lambda connection: connection.execute(text("SELECT 1")))

    def close(self) -> None:
        """Finish what was begun and give all connections back."""
        self._writer.close()
        self.engine.dispose()


class _Transactions:
    """One transaction for each piece of work; PostgreSQL itself commits them in groups."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def run(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    def close(self) -> None:
        pass


def create_database_engine(url: str) -> Engine:
    """Connections to the database of this URL; none is made yet.

    :raises UnusableDatabase: if the URL can't be read, or its driver isn't installed.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise UnusableDatabase("CAUSEWAY_DATABASE_URL is no URL of a database: " + _EXAMPLES) from error
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(parsed)
    if parsed.get_backend_name() in ("postgresql", "postgres"):
        return _postgresql_engine(parsed)
    raise UnusableDatabase(f"there is no support for {parsed.get_backend_name()} databases: " + _EXAMPLES)


_EXAMPLES = "use sqlite:///data/causeway.db or postgresql://user:password@host/name"


def _sqlite_engine(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise UnusableDatabase("an SQLite database needs a file, as in sqlite:///data/causeway.db")
    # Connections are opened later, when the working directory may be another.
    path = Path(url.database).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url.set(drivername="sqlite", database=str(path)),
        hide_parameters=True,  # errors are logged, and symptoms are among the parameters
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 -- the driver's own
    # The driver would begin transactions too late, or not at all; see SQLAlchemy's notes on SQLite.
    connection.isolation_level = None
    _switch_to_wal(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    # A commit waits for the disk: what was acknowledged survives a power cut as well.
    connection.execute("PRAGMA synchronous = FULL")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    # For this SQLite does not wait: of several that open a new file at once, all but one are told that it is busy.
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY  # the rest says why
            if not is_busy or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


WRITES = "writes"
"""Execution option of connections whose transactions write."""


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that reads first and writes later fails, without waiting, if another process wrote in between.
    writes = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_engine(url: URL) -> Engine:
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_size=POSTGRESQL_CONNECTIONS,
            pool_timeout=BUSY_TIMEOUT_SECONDS,
            pool_pre_ping=True,  # a restarted server costs no request
            connect_args={
                "connect_timeout": BUSY_TIMEOUT_SECONDS,
                "options": f"-c timezone=UTC -c statement_timeout={STATEMENT_TIMEOUT_SECONDS}s",
            },
        )
    except ModuleNotFoundError as error:
        raise UnusableDatabase("PostgreSQL needs its driver: pip install 'causeway[postgres]'") from error


def _translated(run: Callable[[], T]) -> T:
    try:
        return run()
    except (OperationalError, InterfaceError, TimeoutError) as error:
        raise StoreUnavailable from error
