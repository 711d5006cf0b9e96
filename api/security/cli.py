"""`causeway keys`: who may ask the service."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from api.security.keys import ApiKey, Scope, make_key

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.store.database import Database

keys_app = typer.Typer(help="Make, list and end the API keys of the service.", no_args_is_help=True)

OVERLAP = timedelta(hours=24)
"""How long a key is still accepted after it was rotated, so that its user can change over."""

KeyId = Annotated[str, typer.Argument(help="Id of a key, as `causeway keys list` shows it.")]


@keys_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who will use it; shown in the log.")],
    scope: Annotated[
        list[Scope], typer.Option(help="What it allows; may be given several times. `admin` allows everything.")
    ] = [Scope.READ],  # noqa: B006 -- typer's way to say so
) -> None:
    """Make a key and print it, this once."""
    from api.store import api_keys

    key, handed_out = make_key(name, frozenset(scope))
    with _database() as database:
        database.write(lambda connection: api_keys.add(connection, key))
    _hand_out(key, handed_out)


@keys_app.command(name="list")
def list_keys() -> None:
    """List all keys, oldest first: id, name, scopes, and when they were made and ended."""
    from api.store import api_keys

    with _database() as database:
        keys = database.read(api_keys.all_keys)
    for key in keys:
        typer.echo(f"{key.id}  {key.name}  {_scopes(key)}  made {key.created_at:%Y-%m-%d %H:%M} UTC{_end(key)}")


@keys_app.command()
def revoke(key_id: KeyId) -> None:
    """Accept a key no longer; running services refuse it within seconds."""
    from api.store import api_keys

    with _database() as database:
        key = database.read(lambda connection: api_keys.get(connection, key_id))
        database.write(lambda connection: api_keys.end(connection, key_id, datetime.now(UTC)))
    typer.echo(f"{key.id} ({key.name}) is accepted no longer", err=True)


@keys_app.command()
def rotate(key_id: KeyId) -> None:
    """Make a key of the same name and scopes, and print it; the old one is accepted for another day."""
    from api.store import api_keys

    with _database() as database:
        old = database.read(lambda connection: api_keys.get(connection, key_id))
        new, handed_out = make_key(old.name, old.scopes)

        def replace(connection: "Connection") -> None:
            api_keys.add(connection, new)
            api_keys.end(connection, old.id, datetime.now(UTC) + OVERLAP)

        database.write(replace)
    _hand_out(new, handed_out)
    typer.echo(f"{old.id} is accepted until {datetime.now(UTC) + OVERLAP:%Y-%m-%d %H:%M} UTC", err=True)


@contextmanager
def _database() -> Iterator["Database"]:
    from api.settings import ApiSettings
    from api.store.schema import open_database

    database = open_database(ApiSettings().database_url)
    try:
        yield database
    finally:
        database.close()


def _hand_out(key: ApiKey, handed_out: str) -> None:
    typer.echo(handed_out)
    stored = "only its hash is stored, so that it can't be shown again"
    typer.echo(f"key {key.id} for {key.name} ({_scopes(key)}): {stored}", err=True)


def _scopes(key: ApiKey) -> str:
    return ", ".join(sorted(key.scopes))


def _end(key: ApiKey) -> str:
    if key.ends_at is None:
        return ""
    ended = "ended" if key.has_ended(datetime.now(UTC)) else "ends"
    return f", {ended} {key.ends_at:%Y-%m-%d %H:%M} UTC"
