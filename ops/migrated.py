"""Knowing when a migration has nothing to do: the commands cost seconds of importing only to find out."""

from __future__ import annotations

import importlib.metadata

import psycopg

from ops.paths import PLUGINS
from ops.postgres import Database

OUR_VERSIONS = PLUGINS / "caspen_qbo" / "migrations" / "versions"


def _comment(revision: str) -> str:
    return f"migrated by Airflow {importlib.metadata.version('apache-airflow-core')} to {revision}"


def _revision(connection: psycopg.Connection) -> str | None:
    if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone()[0] is None:
        return None
    row = connection.execute("SELECT version_num FROM public.alembic_version").fetchone()
    return row[0] if row else None


def is_migrated(metadata: Database) -> bool:
    """Whether the installed Airflow has migrated this very database before."""
    with metadata.connect() as connection:
        revision = _revision(connection)
        said = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
        ).fetchone()[0]
    return revision is not None and said == _comment(revision)


def remember_migrated(metadata: Database) -> None:
    """Note on the database itself which Airflow migrated it; the note goes where the data go."""
    with metadata.connect() as connection:
        revision = _revision(connection)
        comment = psycopg.sql.Literal(_comment(revision or "nothing"))
        name = psycopg.sql.Identifier(metadata.name)
        connection.execute(psycopg.sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, comment))


def is_ours_current(sync: Database) -> bool:
    """Whether schema `qbo_sync` is at the newest migration; a file is named after its revision."""
    newest = max(path.stem for path in OUR_VERSIONS.glob("*.py"))
    with sync.connect() as connection:
        if connection.execute("SELECT to_regclass('qbo_sync.migration')").fetchone()[0] is None:
            return False
        return connection.execute("SELECT version_num FROM qbo_sync.migration").fetchall() == [(newest,)]
