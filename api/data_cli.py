"""`causeway data`: what the service keeps, for whoever runs it."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pydantic import BaseModel

    from api.store.database import Database

app = typer.Typer(help="Migrate, purge and export what the service keeps.", no_args_is_help=True)


class Kept(StrEnum):
    """What can be exported."""

    DIAGNOSES = "diagnoses"
    FEEDBACK = "feedback"


@app.command()
def migrate() -> None:
    """Make the database, or bring it to this version's schema; the service does the same when it starts."""
    from api.store.schema import current_revision

    with _database() as database:
        typer.echo(f"The schema is at revision {database.read(current_revision)}.")


@app.command()
def purge(
    older_than_days: Annotated[
        int | None, typer.Option(min=0, help="Age in days; CAUSEWAY_RETENTION_DAYS if it isn't given.")
    ] = None,
) -> None:
    """Delete old diagnoses with their feedback; the service does so once a day."""
    from api.settings import ApiSettings
    from api.store.retention import purge as delete_old

    days = ApiSettings().retention_days if older_than_days is None else older_than_days
    with _database() as database:
        typer.echo(f"Deleted {delete_old(database, days)} diagnoses older than {days} days.")


@app.command()
def export(kept: Annotated[Kept, typer.Argument(help="What to export.")]) -> None:
    """Print what is kept as JSON lines, oldest first; `causeway eval candidates` reads that of feedback."""
    from api.store.export import all_diagnoses, all_feedback

    with _database() as database:
        everything = all_diagnoses if kept is Kept.DIAGNOSES else all_feedback
        database.read(lambda connection: _print(everything(connection)))


@contextmanager
def _database() -> "Iterator[Database]":
    from api.settings import ApiSettings
    from api.store.schema import open_database

    database = open_database(ApiSettings().database_url)
    try:
        yield database
    finally:
        database.close()


def _print(models: "Iterable[BaseModel]") -> None:
    for model in models:
        sys.stdout.write(model.model_dump_json() + "\n")
