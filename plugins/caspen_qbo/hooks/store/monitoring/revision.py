"""A session to our own database, which serves only a schema that this version knows."""

from __future__ import annotations

from psycopg.errors import UndefinedTable

from caspen_qbo import __version__, queries
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.postgres.bounded import BoundedConnection
from caspen_qbo.migrations import SCHEMA, find_head


class StoreDatabase(Database):
    """Refuses every use where code and schema do not fit together: none reads what it does not know."""

    _asking = queries.load("monitoring/revision/select_revision")

    def _open(self) -> BoundedConnection:
        try:
            connection = super()._open()
        except UndefinedTable:
            _check_revision(None)
            raise
        try:
            _check_revision(connection.answered)
        except BaseException:
            connection.close()
            raise
        return connection


def _check_revision(revision: str | None) -> None:
    """:raises ConfigurationError: the schema is missing, older or newer than this version."""
    head = find_head()
    if revision == head:
        return
    seen = (
        f"Schema {SCHEMA} in connection 'sync_db' is at revision {revision!r}"
        if revision
        else f"There is no schema {SCHEMA}"
    )
    wanted = f"; version {__version__} works on {head!r}."
    if revision is not None and revision[:4] > head[:4]:
        advice = (
            "A newer version upgraded it: install that version here too, or restore a backup made before it."
        )
    else:
        advice = "Run `caspen-qbo migrate` once, with this version, and try again. Nothing was done."
    raise ConfigurationError(f"{seen}{wanted} {advice}")
