"""What the API's tests share: the service over the small index, listening, and a client of it; and databases."""

from collections.abc import Callable, Iterator

import httpx
import pytest
from sqlalchemy import delete

from api.app import create_app
from api.settings import ApiSettings
from api.store.database import Database
from api.store.schema import open_database
from api.store.tables import Base
from retrieval import Diagnoser
from tests.postgresql import PostgresqlServer, postgresql_server
from tests.serving import serving


@pytest.fixture(scope="session")
def client(diagnoser: Diagnoser) -> Iterator[httpx.Client]:
    """A client of the running service."""
    with serving(create_app(diagnoser, ApiSettings())) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """A running PostgreSQL server."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], str]:
    """Gives the URL of another empty database at every call; who uses it is tested on both kinds."""
    if request.param == "sqlite":
        return lambda: f"sqlite:///{tmp_path_factory.mktemp('database')}/causeway.db"
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return server.new_database


@pytest.fixture(scope="module")
def stored(diagnoser: Diagnoser, new_database: Callable[[], str]) -> Iterator[httpx.Client]:
    """A client of a service with a database of each kind; what one test of a module stores, the next one finds."""
    app = create_app(diagnoser, ApiSettings(database_url=new_database()))
    with serving(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.fixture(scope="session")
def database_url(new_database: Callable[[], str]) -> str:
    """URL of one database of each kind; see `database`."""
    return new_database()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database of each kind, empty: making one takes longer than emptying it."""
    database = open_database(database_url)
    yield database
    for table in reversed(Base.metadata.sorted_tables):
        database.write(lambda connection, table=table: connection.execute(delete(table)))  # type: ignore[misc]
    database.close()
