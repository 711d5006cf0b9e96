"""The tables, as types that queries are written with.

A change here needs a migration (`migrations/versions`); a test compares the two.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, Index, MetaData, String, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """An instant; SQLite itself would forget its time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """In UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all tables; constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: JSON}  # noqa: RUF012 -- read by SQLAlchemy


class DiagnosisRow(Base):
    """A diagnosis as it is now: `body` is the answer as JSON, the rest what it was asked with and is counted by."""

    __tablename__ = "diagnoses"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(index=True)
    revision: Mapped[int]
    symptom: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]]
    filters: Mapped[dict[str, Any]]
    top_k: Mapped[int]
    index_id: Mapped[str] = mapped_column(String(80))
    confidence: Mapped[str] = mapped_column(String(20))
    first_entry_id: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)


class ShownEntryRow(Base):
    """An entry among the causes of a diagnosis; `rank` counts from 0."""

    __tablename__ = "shown_entries"

    diagnosis_id: Mapped[str] = mapped_column(ForeignKey(DiagnosisRow.id, ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[str] = mapped_column(String(80), index=True)


class FeedbackRow(Base):
    """What one person said about one cause; who it was can't be told from its id."""

    __tablename__ = "feedback"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    diagnosis_id: Mapped[str] = mapped_column(ForeignKey(DiagnosisRow.id, ondelete="CASCADE"), index=True)
    entry_id: Mapped[str] = mapped_column(String(80))
    verdict: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    comment: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]

    __table_args__ = (Index(None, "created_at", "id"),)


class DocumentRow(Base):
    """A small JSON document that a client keeps here; `etag` is another after every change."""

    __tablename__ = "documents"

    collection: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    etag: Mapped[str] = mapped_column(String(32))
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]


class ReplyRow(Base):
    """The reply to a request with an idempotency key, for whoever sends it again."""

    __tablename__ = "replies"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    request_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(index=True)
    status: Mapped[int]
    location: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class ApiKeyRow(Base):
    """An API key, by which nobody can ask: its secret is stored as a hash."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    scopes: Mapped[list[str]] = mapped_column(JSON)
    secret_sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
