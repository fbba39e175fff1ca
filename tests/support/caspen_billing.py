"""The Caspen hook on a test's database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from psycopg import Connection

from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.settings import CASPEN_CONN_ID
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.caspen_rows import insert_standing
from tests.support.locks import await_lock_waiter


@dataclass
class Clinic:
    """Caspen's database seen from both sides: staff (plain SQL) and the hook."""

    database: Database
    staff: Connection
    """Autocommit, like Caspen's application between its transactions."""
    billing: CaspenBilling

    def open_staff(self) -> Connection:
        """One more member of staff, with a transaction of their own; the caller closes it."""
        return self.database.connect()

    def open_session(self) -> Session:
        """A session for one more process of ours; it closes with the test's database."""
        return Session(CASPEN_CONN_ID)

    def await_lock_waiter(self) -> None:
        """Until some session of this database waits for another one's lock."""
        await_lock_waiter(self.staff)


@contextmanager
def clinic_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Two workspaces with a client each, nothing billed yet."""
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", database))
    with database.connect(autocommit=True) as staff:
        insert_standing(staff)
        billing = CaspenBilling()
        try:
            yield Clinic(database, staff, billing)
        finally:
            billing.close()
