"""A session to our own database, which serves only a schema that this version knows."""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.errors import UndefinedTable

from caspen_qbo import __version__, queries
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.database import Database
from caspen_qbo.migrations import SCHEMA, find_head


class StoreDatabase(Database):
    """Refuses every use where code and schema do not fit together: none reads what it does not know."""

    def _open(self) -> Connection[Any]:
        connection = super()._open()
        try:
            with self._translating():
                _check_revision(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_revision(connection: Connection[Any]) -> None:
    """:raises ConfigurationError: the schema is missing, older or newer than this version."""
    try:
        row = connection.execute(queries.load("monitoring/revision/select_revision")).fetchone()
    except UndefinedTable:
        row = None
    head = find_head()
    if row is not None and row[0] == head:
        return
    seen = (
        f"Schema {SCHEMA} in connection 'sync_db' is at revision {row[0]!r}"
        if row
        else f"There is no schema {SCHEMA}"
    )
    wanted = f"; version {__version__} works on {head!r}."
    if row is not None and row[0][:4] > head[:4]:
        advice = (
            "A newer version upgraded it: install that version here too, or restore a backup made before it."
        )
    else:
        advice = "Run `caspen-qbo migrate` once, with this version, and try again. Nothing was done."
    raise ConfigurationError(f"{seen}{wanted} {advice}")
