"""Whether a migration has anything to do: the commands themselves take seconds to find out."""

from __future__ import annotations

import importlib.metadata

import psycopg
from psycopg import sql

from ops.local.postgres import Database, has_table
from ops.paths import PLUGINS

OUR_MIGRATIONS = PLUGINS / "caspen_qbo" / "migrations"


def _comment(revision: str) -> str:
    return f"migrated by Airflow {importlib.metadata.version('apache-airflow-core')} to {revision}"


def _revision(connection: psycopg.Connection) -> str | None:
    if not has_table(connection, "public.alembic_version"):
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return row[0] if row else None


def is_migrated(metadata: Database) -> bool:
    """Whether the installed Airflow has migrated this very database before."""
    with metadata.connect() as connection:
        revision = _revision(connection)
        comment = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()
    return revision is not None and comment == (_comment(revision),)


def remember_migrated(metadata: Database) -> None:
    """Note on the database itself which Airflow migrated it; the note goes where the data go."""
    with metadata.connect() as connection:
        revision = _revision(connection)
        comment = sql.Literal(_comment(revision or "nothing"))
        name = sql.Identifier(metadata.name)
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, comment))


def is_ours_current(sync: Database) -> bool:
    """Whether schema `qbo_sync` is at the newest migration."""
    from alembic.script import ScriptDirectory  # imports SQLAlchemy, which `make sandbox` need not wait for

    newest = ScriptDirectory(str(OUR_MIGRATIONS)).get_current_head()
    with sync.connect() as connection:
        if not has_table(connection, "qbo_sync.migration"):
            return False
        return connection.execute("SELECT version_num FROM qbo_sync.migration").fetchall() == [(newest,)]
