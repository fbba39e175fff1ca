"""
Versioned migrations of schema ``qbo_sync``, run by Alembic; the statements are files below
``include/sql/migrations``.

A migration is a folder of statements plus a three-line revision in ``versions/`` that names it.
"""

from __future__ import annotations

from pathlib import Path

from caspen_qbo import queries, settings

SCHEMA = "qbo_sync"
_LOCK_KEY = 0x71626F5F73796E63  # "qbo_sync"


def apply_folder(name: str) -> None:
    """Run every statement of ``include/sql/migrations/<name>`` in order; called by a revision."""
    from alembic import op

    for statement in queries.list_folder(f"migrations/{name}"):
        op.get_bind().exec_driver_sql(queries.load(statement))


def migrate(conn_id: str = settings.SYNC_CONN_ID) -> tuple[str | None, str]:
    """
    Create or upgrade schema ``qbo_sync``.

    :return: (revision before, revision after).
    :raises ConfigurationError: the connection is missing or refused.

    Safe to repeat and to run from several processes at once: all but one wait, and then find nothing to do.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from alembic import command
    from alembic.config import Config
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    engine = create_engine(PostgresHook(postgres_conn_id=conn_id).sqlalchemy_url, poolclass=NullPool)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))
        context = MigrationContext.configure(
            connection, opts={"version_table": "migration", "version_table_schema": SCHEMA}
        )
        before = context.get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = context.get_current_revision()
    engine.dispose()
    return before, str(after)
