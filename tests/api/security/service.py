"""A running service that demands keys, with what an operator does to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.app import create_app
from api.security.keys import ApiKey, Scope, make_key
from api.settings import ApiSettings
from api.store import api_keys
from api.store.database import Database
from api.store.schema import open_database
from retrieval import Diagnoser
from tests.serving import serving

SESSION_SECRET = "0123456789abcdef0123456789abcdef"
SYMPTOM = {"symptom": "mail stopped overnight"}


@dataclass(frozen=True)
class Service:
    """A running service, and a second connection to its database, as an operator's command has it."""

    client: httpx.Client
    database: Database

    def add_key(self, *scopes: Scope) -> tuple[ApiKey, str]:
        """A new key, and what its user gets."""
        key, handed_out = make_key("somebody", frozenset(scopes))
        self.database.write(lambda connection: api_keys.add(connection, key))
        return key, handed_out

    def make_key(self, *scopes: Scope) -> tuple[str, str]:
        """Id of a new key, and what its user gets."""
        key, handed_out = self.add_key(*scopes)
        return key.id, handed_out

    def end_key(self, key_id: str, after: timedelta = timedelta()) -> None:
        self.database.write(lambda connection: api_keys.end(connection, key_id, datetime.now(UTC) + after))

    def ask(self, key: str | None, method: str = "POST", path: str = "/v1/diagnoses", **headers: str) -> httpx.Response:
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return self.client.request(method, path, headers=headers, json=SYMPTOM if method == "POST" else None)


@contextmanager
def running(
    diagnoser: Diagnoser,
    database_url: str,
    first_key: ApiKey | None = None,
    **settings: Any,  # noqa: ANN401 -- those of the service
) -> Iterator[Service]:
    """A service with a key, or without any."""
    database = open_database(database_url)
    if first_key:
        database.write(lambda connection: api_keys.add(connection, first_key))
    app = create_app(
        diagnoser,
        ApiSettings.model_validate({"database_url": database_url, "session_secret": SESSION_SECRET, **settings}),
    )
    with serving(app) as base_url, httpx.Client(base_url=base_url, timeout=30) as client:
        yield Service(client, database)
    database.close()
