"""Documents of clients in the store."""

from dataclasses import dataclass

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, RowMapping, delete, select, update

from api.etags import ANY
from api.shapes.documents import Document, DocumentBody
from api.store.database import Database
from api.store.errors import DocumentChanged, UnknownDocument
from api.store.tables import DocumentRow

_BODY = TypeAdapter(DocumentBody)


@dataclass(frozen=True)
class Precondition:
    """What must hold of a document before it is changed (RFC 9110, section 13).

    `absent`: it must not exist. `etags`: it must have one of these, `ANY` allows all; None asks nothing.
    """

    absent: bool = False
    etags: frozenset[str] | None = None


def get(connection: Connection, collection: str, key: str) -> Document:
    """One document.

    :raises UnknownDocument: if there is none of this name.
    """
    query = select(DocumentRow.__table__).where(DocumentRow.collection == collection, DocumentRow.key == key)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise UnknownDocument(collection, key)
    return _from(row._mapping)


def page(connection: Connection, collection: str, limit: int, after: str | None) -> list[Document]:
    """Documents of a collection in the order of their keys, from after a key on."""
    query = select(DocumentRow.__table__).where(DocumentRow.collection == collection)
    if after is not None:
        query = query.where(DocumentRow.key > after)
    return [_from(row._mapping) for row in connection.execute(query.order_by(DocumentRow.key).limit(limit))]


def put(database: Database, connection: Connection, document: Document, precondition: Precondition) -> bool:
    """Store a document as it is given; True if there was none of its name.

    :raises DocumentChanged: if the precondition doesn't hold.
    """
    name = {"collection": document.collection, "key": document.key}
    content = {
        "etag": document.etag,
        "updated_at": document.updated_at,
        "body": _BODY.dump_json(document.body).decode(),
    }
    if precondition.etags is not None:
        changed = connection.execute(
            update(DocumentRow).where(*_is(document.collection, document.key, precondition.etags)).values(content)
        )
        if changed.rowcount == 0:
            raise _changed(document.key)
        return False
    insert = database.insert_or(DocumentRow).values(name | content)
    if connection.execute(insert.on_conflict_do_nothing().returning(DocumentRow.key)).first():
        return True
    if precondition.absent:
        raise DocumentChanged(f"document '{document.key}' exists already")
    connection.execute(insert.on_conflict_do_update(index_elements=list(name), set_=content))
    return False


def remove(connection: Connection, collection: str, key: str, precondition: Precondition) -> None:
    """Delete a document.

    :raises UnknownDocument: if there is none of this name.
    :raises DocumentChanged: if the precondition doesn't hold.
    """
    deleted = connection.execute(delete(DocumentRow).where(*_is(collection, key, precondition.etags)))
    if deleted.rowcount == 0:
        get(connection, collection, key)
        raise _changed(key)


def _is(collection: str, key: str, etags: frozenset[str] | None) -> list[ColumnElement[bool]]:
    condition = [DocumentRow.collection == collection, DocumentRow.key == key]
    if etags is not None and ANY not in etags:
        condition.append(DocumentRow.etag.in_(etags))
    return condition


def _changed(key: str) -> DocumentChanged:
    return DocumentChanged(f"document '{key}' isn't the one that If-Match names: read it again")


def _from(row: RowMapping) -> Document:
    return Document(
        collection=row["collection"],
        key=row["key"],
        etag=row["etag"],
        updated_at=row["updated_at"],
        body=_BODY.validate_json(row["body"]),
    )
