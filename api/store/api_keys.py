"""API keys in the store."""

from datetime import datetime

from sqlalchemy import Connection, insert, or_, select, update

from api.security.keys import ApiKey, Scope
from api.store.errors import UnknownApiKey
from api.store.tables import ApiKeyRow


def add(connection: Connection, key: ApiKey) -> None:
    """Store a new key."""
    connection.execute(
        insert(ApiKeyRow).values(
            id=key.id,
            name=key.name,
            scopes=sorted(key.scopes),
            secret_sha256=key.secret_sha256,
            created_at=key.created_at,
            ends_at=key.ends_at,
        )
    )


def all_keys(connection: Connection) -> list[ApiKey]:
    """Every key that was ever made, oldest first."""
    rows = connection.execute(select(ApiKeyRow.__table__).order_by(ApiKeyRow.created_at, ApiKeyRow.id))
    return [
        ApiKey(row.id, row.name, frozenset(map(Scope, row.scopes)), row.secret_sha256, row.created_at, row.ends_at)
        for row in rows
    ]


def get(connection: Connection, key_id: str) -> ApiKey:
    """One key.

    :raises UnknownApiKey: if none has this id.
    """
    for key in all_keys(connection):
        if key.id == key_id:
            return key
    raise UnknownApiKey(key_id)


def end(connection: Connection, key_id: str, at: datetime) -> None:
    """Accept a key until then and no longer; one that ends earlier is left as it is."""
    ends_later = or_(ApiKeyRow.ends_at.is_(None), ApiKeyRow.ends_at > at)
    connection.execute(update(ApiKeyRow).where(ApiKeyRow.id == key_id, ends_later).values(ends_at=at))
