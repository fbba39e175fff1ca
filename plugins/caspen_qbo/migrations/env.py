"""Alembic's entry: runs the revisions on the connection that ``migrate`` opened and locked."""

from alembic import context

from caspen_qbo.migrations import SCHEMA, VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    version_table_schema=SCHEMA,
    transactional_ddl=True,
)
context.run_migrations()
