"""Bring a database to the schema of this version."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from api.store.database import Database, create_database_engine
from api.store.errors import UnusableDatabase
from api.store.tables import Base

MIGRATIONS = Path(__file__).parent / "migrations"

ADVISORY_LOCK = 0x_CA05_EAA7
"""Of PostgreSQL: replicas that start together migrate one after the other."""


def open_database(url: str) -> Database:
    """Open the database of this URL, made or migrated to this version's schema.

    :raises UnusableDatabase: if it can't be reached, or a newer version of the program has changed it.
    """
    engine = create_database_engine(url)
    try:
        with engine.connect().execution_options(writes=True) as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            # A new database needs no steps, and mostly there is nothing to do: the library that migrates takes memory
            # and time to load.
            if inspect(connection).get_table_names() == []:
                create(connection)
            elif current_revision(connection) != newest_revision():
                migrate(connection)
    except Exception as error:
        engine.dispose()
        if isinstance(error, DBAPIError):
            where = engine.url.render_as_string(hide_password=True)
            raise UnusableDatabase(f"the database {where} can't be opened: {error.orig}") from error
        raise
    return Database(engine)


def create(connection: Connection) -> None:
    """Make the tables of this version in an empty database, within the connection's transaction."""
    Base.metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": newest_revision()})


def migrate(connection: Connection, revision: str = "head") -> None:
    """Apply the steps up to `revision` that the database lacks, within the connection's transaction.

    :raises UnusableDatabase: if a newer version of the program has changed the database.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise UnusableDatabase(
            f"the database has a schema that this version does not know ({error}): run the newer version that made it"
        ) from error


def newest_revision() -> str:
    """The last step that there is; the files of steps begin with their revisions."""
    return max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("r*.py"))


def current_revision(connection: Connection) -> str | None:
    """The last step that was applied to the database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision
