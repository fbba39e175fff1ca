"""Alembic's entry: runs the revisions on the connection that ``migrate`` opened and locked."""

from __future__ import annotations

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table="migration",
    version_table_schema="qbo_sync",
    transactional_ddl=True,
)
context.run_migrations()
