"""Create Caspen's database in an empty PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import psycopg

Row = TypeVar("Row")

HERE = Path(__file__).parent
SCHEMA_LOCK = 4_180_203
"""Advisory lock: two processes that start together must not both create the schema."""


def load_schema(dsn: str) -> None:
    """Create schema `caspen` (the tables as the project sees them) and Caspen's own triggers and sequences.

    :param dsn: A libpq connection string or URL of a role that may create schemas.
    :raises psycopg.Error: the server refused; nothing was created.

    Safe to repeat: existing tables and rows are left alone.
    """
    with psycopg.connect(dsn) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [SCHEMA_LOCK])
        exists = connection.execute("SELECT to_regclass('caspen.payment_allocation') IS NOT NULL")
        if not only_row(exists)[0]:
            connection.execute((HERE / "schema.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "triggers.sql").read_text(encoding="utf-8"))
        connection.execute((HERE / "sequences.sql").read_text(encoding="utf-8"))


def workspace_exists(dsn: str, workspace_id: int) -> bool:
    """Whether there is a workspace with that id. Changes nothing."""
    with psycopg.connect(dsn) as connection:
        found = connection.execute("SELECT FROM caspen.workspace WHERE id = %s", [workspace_id])
        return found.rowcount > 0


def only_row(cursor: psycopg.Cursor[Row]) -> Row:
    """The row of a statement that always finds one.

    :raises LookupError: it found none.
    """
    row = cursor.fetchone()
    if row is None:
        raise LookupError("the statement found no row, expected one")
    return row
