"""The Caspen hook on a test's database, with Caspen's own triggers in place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg import Connection

from caspen_qbo.hooks.caspen import CaspenBilling
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.settings import CASPEN_CONN_ID
from ops.environment import connection_json
from ops.paths import CASPEN_SCHEMA
from ops.postgres import Database
from tests.support.caspen_rows import insert_standing

CASPEN_TRIGGERS: Path = CASPEN_SCHEMA.with_name("triggers.sql")


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

    def open_billing(self) -> CaspenBilling:
        """One more process of ours."""
        return CaspenBilling(Session(CASPEN_CONN_ID))


@contextmanager
def clinic_on(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    """Two workspaces with a client each, nothing billed yet."""
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", database))
    with database.connect(autocommit=True) as staff:
        staff.execute(CASPEN_TRIGGERS.read_text(encoding="utf-8"))
        insert_standing(staff)
        billing = CaspenBilling()
        try:
            yield Clinic(database, staff, billing)
        finally:
            billing.close()
