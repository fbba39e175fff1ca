"""A connected, configured workspace over real services: Caspen's staff on one side, QuickBooks' door on the
other.

    flow = Flow.open(connections, caspen_db, sandbox)      # or the fixture `flow`
    invoice = flow.invoice("100.00")                       # drafted and finalised by the staff
    flow.post()                                            # the use case, as the command line runs it
    flow.books("Invoice")                                  # what QuickBooks holds, the truth from the door
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import httpx
import psycopg

from caspen_qbo import wiring
from caspen_qbo.core.reference import Choices
from caspen_qbo.usecases.connection.setup import link_tax, save_settings
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.shared.jobs import RunResult
from caspen_seed import NewLine, Staff, create_workspace
from caspen_seed.arithmetic import TaxMode
from ops.local.postgres import Database
from tests.support.services import Sandbox

WORKSPACE = 1
REALM = "9130000000000001"


@dataclass
class Flow:
    """One practice; amounts in AUD."""

    staff: Staff
    sandbox: Sandbox
    caspen: psycopg.Connection
    sync: Database
    workspace_id: int = WORKSPACE
    realm: str = REALM
    rates: dict[str, int] = field(default_factory=dict)
    """GST 10 % and free 0 %, linked; Caspen tax rate ids by name."""
    client_id: int = 0
    _looking: psycopg.Connection | None = None

    @classmethod
    def open(
        cls, caspen_db: Database, sync_db: Database, sandbox: Sandbox, *, tax_mode: TaxMode = "exclusive"
    ) -> Flow:
        """Create the workspace, connect it, choose the settings and link both rates."""
        connection = psycopg.connect(caspen_db.uri, autocommit=True)
        create_workspace(connection, WORKSPACE, "Harbour Allied Health", tax_mode=tax_mode)
        flow = cls(Staff(connection, WORKSPACE), sandbox, connection, sync_db)
        flow.switch(limits=False, auto_apply_credit=False)
        flow.connect()
        flow.configure()
        flow.client_id = flow.staff.create_client("Ann", "O'Neil", email="ann.oneil@example.com")
        return flow

    @classmethod
    def attach(cls, caspen_db: Database, sync_db: Database, sandbox: Sandbox) -> Flow:
        """Join a workspace that is in Caspen already; nothing is connected yet."""
        connection = psycopg.connect(caspen_db.uri, autocommit=True)
        flow = cls(Staff(connection, WORKSPACE), sandbox, connection, sync_db)
        flow.switch(limits=False, auto_apply_credit=False)
        return flow

    def close(self) -> None:
        self.caspen.close()
        if self._looking is not None:
            self._looking.close()

    def backdate_connection(self, first_connected_at: datetime) -> None:
        """As if it had been connected then: history told by the staff lies on both sides of that line."""
        with psycopg.connect(self.sync.uri, autocommit=True) as connection:
            connection.execute("UPDATE qbo_sync.connection SET first_connected_at = %s", [first_connected_at])

    # --- set-up ---

    def connect(self) -> None:
        token = self.door("token", realm=self.realm)["refresh_token"]
        with wiring.open_connector() as connector:
            connector.adopt(self.workspace_id, self.realm, token)

    def configure(self) -> None:
        bank = next(r for r in self.books("Account") if r["AccountType"] == "Bank")
        service = next(r for r in self.books("Item") if r["Type"] == "Service")
        product = next(r for r in self.books("Item") if r["Type"] == "NonInventory")
        with wiring.open_session(self.workspace_id, "set-up") as session:
            save_settings(session, Choices(bank["Id"], service["Id"], product["Id"]), who="test")
            offers = session.reference().tax_codes.values()
            for name, percent in (("GST", "10"), ("GST free", "0")):
                rate_id = self.staff.create_tax_rate(name, percent)
                code = next(
                    c
                    for c in offers
                    if c.usable_for_sales and c.percent == Decimal(percent) and "GST" in c.name
                )
                link_tax(session, rate_id, code.id, who="test")
                self.rates[name] = rate_id

    # --- what the practice does ---

    def invoice(
        self, *prices: str, rate: str = "GST", client: int | None = None, lines: Sequence[NewLine] = ()
    ) -> int:
        """A finalised invoice of service lines at these prices, or of the given lines."""
        made = list(lines) or [
            NewLine("service", "Consultation", price, tax_rate_id=self.rates[rate]) for price in prices
        ]
        invoice_id = self.staff.draft_invoice(client or self.client_id, made)
        self.staff.finalise(invoice_id)
        return invoice_id

    def pay(self, invoice_id: int, amount: str | None = None) -> None:
        due = Decimal(amount) if amount else self.staff.balance(invoice_id)
        self.staff.pay(self.client_id, {invoice_id: due})

    # --- runs ---

    def post(self, run_id: str | None = None) -> RunResult:
        with wiring.open_session(self.workspace_id, run_id or wiring.new_run_id("post")) as session:
            return post(session)

    # --- looking ---

    def door(self, path: str, **body: Any) -> Any:
        """A POST to the sandbox's control API."""
        answer = httpx.post(f"{self.sandbox.url}/_sandbox/{path}", json=body, timeout=60, verify=False)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def person(self, action: str, **body: Any) -> Any:
        """What a bookkeeper does in QuickBooks' own screens."""
        return self.door(f"{self.realm}/person/{action}", **body)

    def switch(self, **switches: Any) -> None:
        self.door(f"{self.realm}/switches", **switches)

    def books(self, entity: str) -> list[dict[str, Any]]:
        """All rows QuickBooks holds of an entity, inactive ones too."""
        answer = httpx.get(
            f"{self.sandbox.url}/_sandbox/{self.realm}/rows/{entity}",
            params={"limit": 100000},
            timeout=60,
            verify=False,
        )
        answer.raise_for_status()
        import json

        return json.loads(answer.text, parse_float=Decimal)["rows"]

    def requests(self) -> list[Mapping[str, Any]]:
        """Every API request QuickBooks received since its reset."""
        answer = httpx.get(
            f"{self.sandbox.url}/_sandbox/requests", params={"limit": 100000}, timeout=60, verify=False
        )
        return answer.json()["requests"]

    def caspen_rows(self, sql: str, *params: Any) -> list[Any]:
        return self.caspen.execute(sql, params).fetchall()

    def sync_rows(self, sql: str, *params: Any) -> list[Any]:
        """Rows of our own tables; plain SQL for assertions."""
        if self._looking is not None:  # kept: a session costs more than what is looked at
            try:
                return self._looking.execute(sql, params).fetchall()
            except psycopg.OperationalError:  # a test has ended it
                self._looking.close()
        self._looking = psycopg.connect(self.sync.uri, autocommit=True, prepare_threshold=None)
        return self._looking.execute(sql, params).fetchall()

    def listed(self) -> dict[tuple[str, str], str]:
        """(document number, error key) -> detail of every open row."""
        rows = self.sync_rows(
            "SELECT document_number, error_key, detail FROM qbo_sync.unsynced_invoice WHERE resolved_at IS "
            "NULL"
        )
        return {(row[0], row[1]): row[2] for row in rows}
