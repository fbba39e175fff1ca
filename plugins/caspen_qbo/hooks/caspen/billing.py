"""Caspen's billing database, reached through the Airflow connection ``caspen_db``."""

from __future__ import annotations

from caspen_qbo.hooks.caspen.payments import CaspenWrites
from caspen_qbo.hooks.caspen.reads import CaspenReads
from caspen_qbo.hooks.caspen.statuses import CaspenStatuses
from caspen_qbo.hooks.database import Database
from caspen_qbo.settings import CASPEN_CONN_ID, CASPEN_LOCK_WAIT_SECONDS


class CaspenBilling(CaspenReads, CaspenStatuses, CaspenWrites):
    """
    :class:`caspen_qbo.ports.BillingSource` on PostgreSQL.

    Connects on first use. One object belongs to one thread. Every method raises CaspenUnavailableError when
    the database cannot be reached or goes away, and can then be called again.
    """

    def __init__(self, database: Database | None = None) -> None:
        """:param database: A session to Caspen's database; by default its own."""
        self._database = database or Database(CASPEN_CONN_ID, lock_timeout_seconds=CASPEN_LOCK_WAIT_SECONDS)

    def close(self) -> None:
        """End the session. Safe to repeat."""
        self._database.close()
