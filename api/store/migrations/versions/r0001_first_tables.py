"""Diagnoses, feedback, documents and replies."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "diagnoses",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("top_k", sa.Integer(), nullable=False),
        sa.Column("index_id", sa.String(80), nullable=False),
        sa.Column("confidence", sa.String(20), nullable=False),
        sa.Column("first_entry_id", sa.String(80), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_diagnoses"),
    )
    op.create_index("ix_diagnoses_created_at", "diagnoses", ["created_at"])
    op.create_table(
        "shown_entries",
        sa.Column("diagnosis_id", sa.String(32), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.String(80), nullable=False),
        sa.ForeignKeyConstraint(
            ["diagnosis_id"], ["diagnoses.id"], name="fk_shown_entries_diagnosis_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("diagnosis_id", "rank", name="pk_shown_entries"),
    )
    op.create_index("ix_shown_entries_entry_id", "shown_entries", ["entry_id"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("diagnosis_id", sa.String(32), nullable=False),
        sa.Column("entry_id", sa.String(80), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["diagnosis_id"], ["diagnoses.id"], name="fk_feedback_diagnosis_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_diagnosis_id", "feedback", ["diagnosis_id"])
    op.create_index("ix_feedback_created_at_id", "feedback", ["created_at", "id"])
    op.create_table(
        "documents",
        sa.Column("collection", sa.String(80), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("etag", sa.String(32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("collection", "key", name="pk_documents"),
    )
    op.create_table(
        "replies",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("request_sha256", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_replies"),
    )
    op.create_index("ix_replies_created_at", "replies", ["created_at"])


def downgrade() -> None:
    """Remove them, with all they hold."""
    for table in ("replies", "documents", "feedback", "shown_entries", "diagnoses"):
        op.drop_table(table)
