"""What Alembic runs: the steps that the database lacks, over the connection that `api.store.schema` hands it."""

from alembic import context

from api.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes columns by copying the table
)
context.run_migrations()
