"""Both sides of one practice, to be lived through at random: what anybody may do, and what must hold
afterwards.

Caspen's staff and a person in QuickBooks act as their own screens let them; what is refused did not happen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import httpx

from caspen_qbo import wiring
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.errors import QboAuthError, RetryError
from caspen_qbo.usecases.decisions.retry import release
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from caspen_seed.arithmetic import TaxMode
from caspen_seed.errors import CaspenRefused
from tests.support import crash
from tests.support.bookkeeper import plain
from tests.support.fault_storm import rules
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.hasty import hasty_session

JOBS: dict[str, Callable[..., Any]] = {"post": post, "import": import_payments, "reconcile": reconcile}
RATES = ("GST", "GST free")

Marker = tuple[int, str, int]


def run_job(name: str) -> None:
    with hasty_session(WORKSPACE, name) as session:
        JOBS[name](session)


class Life:
    """One practice and its books. Actions take a number and pick with it from what there is."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.clients = [flow.staff.create_client("Ann", "O'Hara"), flow.staff.create_client("Bo", "Smith")]
        self.by_hand: dict[tuple[str, str], dict[str, Any]] = {}
        """What a person changed in QuickBooks: (entity, id) -> fields as left; {} for gone."""
        self.log: list[str] = []

    # --- Caspen's staff ---

    def bill(self, pick: int, cents: int, quantity: str, mode: TaxMode) -> None:
        lines = [
            NewLine("service", "Visit", Decimal(cents) / 100, quantity, tax_rate_id=self.flow.rates["GST"])
        ]
        if pick % 2:
            lines.append(NewLine("product", "Tape", "9.95", tax_rate_id=self.flow.rates["GST free"]))
        invoice = self.flow.staff.draft_invoice(self._one(self.clients, pick), lines, tax_mode=mode)
        self.flow.staff.finalise(invoice)

    def pay(self, pick: int, share: int) -> None:
        invoice = self._invoice(pick, "open")
        client, balance = self._row("SELECT client_id, balance FROM caspen.invoice WHERE id = %s", invoice)
        amount = (balance * share / 4).quantize(Decimal("0.01"))
        if amount > 0:
            self.flow.staff.pay(client, {invoice: amount})

    def credit(self, pick: int) -> None:
        self.flow.staff.credit(self._invoice(pick, "open"), {1: "1"})

    def void_credit(self, pick: int) -> None:
        notes = self._ids("SELECT id FROM caspen.credit_note WHERE status = 'issued' ORDER BY id")
        self.flow.staff.void_credit_note(self._one(notes, pick))

    def unlink(self, pick: int) -> None:
        rows = self._ids("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL ORDER BY id")
        self.flow.staff.unlink(self._one(rows, pick))

    def void_payment(self, pick: int) -> None:
        rows = self._ids("SELECT id FROM caspen.payment WHERE status <> 'void' ORDER BY id")
        self.flow.staff.void_payment(self._one(rows, pick))

    def revert(self, pick: int) -> None:
        self.flow.staff.revert_to_draft(self._invoice(pick, "open"))

    def edit_draft(self, pick: int, cents: int) -> None:
        line = NewLine(
            "service", "Longer", Decimal(cents) / 100, tax_rate_id=self.flow.rates[RATES[pick % 2]]
        )
        self.flow.staff.edit_draft(self._invoice(pick, "draft"), lines=[line])

    def finalise(self, pick: int) -> None:
        self.flow.staff.finalise(self._invoice(pick, "draft"))

    def void(self, pick: int) -> None:
        self.flow.staff.void_invoice(self._invoice(pick, "open"))

    def delete(self, pick: int) -> None:
        self.flow.staff.delete_draft(self._invoice(pick, "draft"))

    def merge(self, pick: int) -> None:
        """A new client is billed and merged into an older one; what was posted stays where it is."""
        twin = self.flow.staff.create_client(f"Twin{pick}", "Smith")
        invoice = self.flow.staff.draft_invoice(
            twin, [NewLine("service", "Visit", "31.10", tax_rate_id=self.flow.rates["GST"])]
        )
        self.flow.staff.finalise(invoice)
        if pick % 2:
            self.run("post")
        self.flow.staff.merge_clients(twin, self._one(self.clients, pick))

    # --- a person in QuickBooks ---

    def receive(self, pick: int, share: int) -> None:
        row = self._book("Invoice", pick, lambda r: r["Balance"] > 0)
        amount = (row["Balance"] * share / 4).quantize(Decimal("0.01"))
        self._person("record-payment", invoices=[{"id": row["Id"], "amount": str(amount)}])

    def edit(self, pick: int, field: str) -> None:
        row = self._book("Invoice", pick, lambda r: r["TotalAmt"] > 0)
        if field == "Line":
            lines = [plain(line) for line in row["Line"] if "SalesItemLineDetail" in line]
            amount = round(lines[0]["Amount"] + 1, 2)
            lines[0]["Amount"] = amount
            lines[0]["SalesItemLineDetail"] |= {"UnitPrice": amount, "Qty": 1}
            changes: dict[str, Any] = {"Line": lines}
        else:
            changes = {field: {"DueDate": "2027-03-01", "DocNumber": f"X-{pick}-{row['Id']}"}[field]}
        after = self._person("edit", entity="Invoice", id=row["Id"], changes=changes)
        kept = {"Line": "TotalAmt"}.get(field, field)
        self._note("Invoice", row["Id"], kept, after[kept])

    def edit_payment(self, pick: int) -> None:
        row = self._book("Payment", pick, lambda r: r["TotalAmt"] > 1 and len(r["Line"]) == 1)
        amount = float(row["TotalAmt"] - 1)
        line = {"Amount": amount, "LinkedTxn": row["Line"][0]["LinkedTxn"]}
        after = self._person(
            "edit", entity="Payment", id=row["Id"], changes={"TotalAmt": amount, "Line": [plain(line)]}
        )
        self._note("Payment", row["Id"], "TotalAmt", after["TotalAmt"])

    def remove(self, pick: int, entity: str, action: str) -> None:
        row = self._book(entity, pick, lambda r: r["TotalAmt"] > 0)
        self._person(action, entity=entity, id=row["Id"])
        self.by_hand[entity, row["Id"]] = {}

    def change_customer(self, pick: int, action: str) -> None:
        row = self._book("Customer", pick, lambda r: r["Active"])
        if action == "rename":
            changes = {"DisplayName": f"Renamed {pick} {row['Id']}"}
            self._person("edit", entity="Customer", id=row["Id"], changes=changes)
            self._note("Customer", row["Id"], "DisplayName", changes["DisplayName"])
        else:
            self._person("make-inactive", entity="Customer", id=row["Id"])
            self._note("Customer", row["Id"], "Active", False)

    def _note(self, entity: str, row_id: str, field: str, value: Any) -> None:
        value = Decimal(str(value)) if field == "TotalAmt" else value
        self.by_hand.setdefault((entity, row_id), {})[field] = value

    # --- runs ---

    def run(self, job: str) -> None:
        run_job(job)

    def press_retry(self) -> None:
        with wiring.open_store() as store:
            release(store.for_workspace(WORKSPACE), who="test")

    def run_in_a_storm(self, job: str, seed: int) -> None:
        self.flow.door("faults", seed=seed, rules=rules())
        self.flow.switch(batch_replay="transient_6000" if seed % 2 else "stored")
        try:
            run_job(job)
        except (RetryError, QboAuthError):
            pass  # told to come again: the next run does
        finally:
            httpx.delete(f"{self.flow.sandbox.url}/_sandbox/faults", timeout=30, verify=False)
            self.flow.switch(batch_replay="stored")

    def run_and_die(self, job: str, instant: int) -> None:
        outcome, _ = crash.fork(lambda: run_job(job), kill_at=instant)
        assert outcome != crash.FAILED

    def settle_down(self) -> None:
        """A quiet period: every job, and what follows from it, with nothing in the way."""
        for job in ("post", "import", "post", "import", "reconcile", "post"):
            self.run(job)

    # --- what must hold ---

    def check_promises(self) -> None:
        """After each step: nothing twice, nothing overwritten."""
        living: Counter[Marker] = Counter()
        numbers: Counter[str] = Counter()
        for entity in ("Invoice", "CreditMemo", "Payment"):
            for row in self.flow.books(entity):
                marker = read_marker(str(row.get("PrivateNote") or ""))
                if marker is None or "voided" in str(row["PrivateNote"]).casefold():
                    continue
                living[marker] += 1
                if entity != "Payment":
                    numbers[entity + " " + row["DocNumber"]] += 1
        assert not {marker: n for marker, n in living.items() if n > 1}, f"doubled: {living}"
        assert not {number: n for number, n in numbers.items() if n > 1}, f"numbers doubled: {numbers}"
        names = Counter(row["DisplayName"].casefold() for row in self.flow.books("Customer"))
        assert max(names.values(), default=1) == 1
        for (entity, row_id), fields in self.by_hand.items():
            self._check_hand(entity, row_id, fields)

    def _check_hand(self, entity: str, row_id: str, fields: dict[str, Any]) -> None:
        found = [row for row in self.flow.books(entity) if row["Id"] == row_id]
        if not fields:
            assert not found or found[0]["TotalAmt"] == 0, f"{entity} {row_id} came back"
            return
        assert found, f"{entity} {row_id} was edited by a person and is gone"
        for name, value in fields.items():
            now = found[0].get(name)
            if name == "DisplayName":
                now = str(now).removesuffix(" (deleted)")  # QuickBooks' own mark of an inactive one
            assert now == value, f"{entity} {row_id}: {name} was {value!r} by hand, is {now!r}"

    def check_quiet(self) -> None:
        """After a quiet period: equal, or listed with its reason."""
        listed = {
            row[0]
            for row in self.flow.sync_rows(
                "SELECT invoice_id FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
            )
        }
        there: dict[int, list[dict[str, Any]]] = {}
        for row in self.flow.books("Invoice"):
            marker = read_marker(str(row.get("PrivateNote") or ""))
            if marker and "voided" not in row["PrivateNote"].casefold():
                there.setdefault(marker[2], []).append(row)
        for invoice, number, status, deleted, total, tax, balance in self.flow.caspen_rows(
            "SELECT id, number, status, deleted_at, total, tax_total, balance FROM caspen.invoice"
        ):
            seen = [(r["TotalAmt"], r.get("TxnTaxDetail", {}).get("TotalTax", 0), r["Balance"])
                    for r in there.get(invoice, [])]  # fmt: skip
            if invoice in listed or (status == "draft" and not deleted):
                continue
            wanted = [] if deleted or status == "void" else [(total, tax, balance)]
            assert seen == wanted, f"{number} ({status}): QuickBooks {seen}, Caspen {wanted}, not listed"
        unconfirmed = self.flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'prepared'")
        assert unconfirmed == [(0,)], f"{unconfirmed} requests unconfirmed after a quiet period"

    # --- picking ---

    def attempt(self, action: Callable[..., None], *args: Any) -> None:
        """Do it, if there is something to do it to and the screen lets one."""
        try:
            action(*args)
        except (CaspenRefused, _Refused, _Nothing) as refused:
            self.log.append(f"{action.__name__}{args}: refused: {refused}")
        else:
            self.log.append(f"{action.__name__}{args}")

    def _person(self, action: str, **body: Any) -> dict[str, Any]:
        answer = httpx.post(
            f"{self.flow.sandbox.url}/_sandbox/{REALM}/person/{action}", json=body, timeout=60, verify=False
        )
        if answer.status_code == 400:
            raise _Refused(answer.text[:200])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def _book(self, entity: str, pick: int, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        return self._one([row for row in self.flow.books(entity) if fits(row)], pick)

    def _invoice(self, pick: int, status: str) -> int:
        sql = f"SELECT id FROM caspen.invoice WHERE status = '{status}' AND deleted_at IS NULL ORDER BY id"
        return self._one(self._ids(sql), pick)

    def _ids(self, sql: str) -> list[int]:
        return [row[0] for row in self.flow.caspen_rows(sql)]

    def _row(self, sql: str, *params: Any) -> Any:
        return self.flow.caspen_rows(sql, *params)[0]

    @staticmethod
    def _one(rows: Sequence[Any], pick: int) -> Any:
        if not rows:
            raise _Nothing("there is none")
        return rows[pick % len(rows)]


class _Refused(Exception):
    """QuickBooks' own rule."""


class _Nothing(Exception):
    """Nobody to do it to."""
