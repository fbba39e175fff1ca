"""What must hold after each step, and when all is at rest."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from caspen_qbo.core.posting.identity import read_marker
from tests.support.lives.world import FEE, Body, Hand, World, is_ours, is_voided

SALES = ("Invoice", "CreditMemo")


class Promises(World):
    def check_promises(self) -> None:
        """After each step: nothing twice, nothing a person did overwritten."""
        self.rows = {entity: self.flow.books(entity) for entity in (*SALES, "Payment", "Customer")}
        living: Counter[tuple[int, str, int]] = Counter()
        numbers: Counter[str] = Counter()
        for entity in (*SALES, "Payment"):
            for row in self.rows[entity]:
                marker = read_marker(str(row.get("PrivateNote") or ""))
                if marker is None or is_voided(row):
                    continue
                living[marker] += 1
                if entity in SALES:
                    numbers[f"{entity} {row['DocNumber']}"] += 1
        assert not {marker: n for marker, n in living.items() if n > 1}, f"doubled: {living}"
        assert not {number: n for number, n in numbers.items() if n > 1}, f"numbers doubled: {numbers}"
        names = Counter(row["DisplayName"].casefold() for row in self.rows["Customer"])
        assert max(names.values(), default=1) == 1
        for (entity, row_id), hand in self.hands.items():
            self._check_hand(entity, row_id, hand)

    def _check_hand(self, entity: str, row_id: str, hand: Hand) -> None:
        found = next((row for row in self.rows[entity] if row["Id"] == row_id), None)
        if hand.gone:
            assert found is None or found["TotalAmt"] == 0, f"{entity} {row_id} came back"
            return
        if found is None and hand.accepted and not hand.fields.keys() & {"TotalAmt", "fee"}:
            return  # taken out in Caspen; what was accepted of it was no money
        if hand.fields:
            assert found is not None, f"{entity} {row_id} was edited by a person and is gone"
            for name, value in hand.fields.items():
                now = read_field(found, name)
                assert now == value, f"{entity} {row_id}: {name} was {value!r} by hand, is {now!r}"
        if found is not None and not is_voided(found):
            for name, value in hand.filled.items():
                now = read_field(found, name)
                if name == "classes" and value != sum(
                    "SalesItemLineDetail" in line for line in found["Line"]
                ):
                    continue  # the staff put lines in or took some out
                assert now == value, f"{entity} {row_id}: {name} was filled in as {value!r}, is {now!r}"

    def check_quiet(self) -> None:
        """At rest: equal, or listed with its reason, accepted or left by a person."""
        settled = {
            row[0]
            for row in self.flow.sync_rows(
                "SELECT invoice_id FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
                " UNION SELECT d.invoice_id FROM qbo_sync.acceptance a"
                " JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)"
                " UNION SELECT invoice_id FROM qbo_sync.document"
                " WHERE excluded_reason IN ('historical', 'left_out')"
            )
        }
        there: dict[int, list[Body]] = {}
        for row in self.flow.books("Invoice"):
            marker = read_marker(str(row.get("PrivateNote") or ""))
            if marker and is_ours(row):
                there.setdefault(marker[2], []).append(row)
        for invoice, number, status, deleted, total, tax, balance in self.flow.caspen_rows(
            "SELECT id, number, status, deleted_at, total, tax_total, balance FROM caspen.invoice"
        ):
            if invoice in settled or (status == "draft" and not deleted):
                continue
            seen = [
                (r["TotalAmt"], r.get("TxnTaxDetail", {}).get("TotalTax", 0), r["Balance"])
                for r in there.get(invoice, [])
            ]
            wanted = [] if deleted or status == "void" else [(total, tax, balance)]
            assert seen == wanted, f"{number} ({status}): QuickBooks {seen}, Caspen {wanted}, not listed"
        unconfirmed = self.flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'prepared'")
        assert unconfirmed == [(0,)], f"{unconfirmed} requests unconfirmed at rest"

    def check_reconciled(self) -> None:
        """The last reconciliation found nothing unexplained, and the ledger adds up."""
        [(run, finalised, counted, success)] = self.flow.sync_rows(
            "SELECT run_id, finalised, synced + waiting + listed + excluded, success"
            " FROM qbo_sync.reconciliation_run"
            " WHERE finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1"
        )
        left = self.flow.sync_rows(
            "SELECT document_kind, document_number, field, caspen_value, quickbooks_value"
            " FROM qbo_sync.reconciliation_difference WHERE run_id = %s AND NOT explained",
            run,
        )
        assert not left, f"unexplained: {left}"
        assert success and finalised == counted, f"{finalised} finalised, {counted} counted"


def read_field(row: Body, name: str) -> object:
    value = row.get(name)
    if name == "DisplayName":
        return str(value).removesuffix(" (deleted)")  # QuickBooks' own mark of an inactive one
    if name == "fee":
        return any(line.get("Description") == FEE for line in row["Line"])
    if name == "classes":
        return sum("ClassRef" in line.get("SalesItemLineDetail", {}) for line in row["Line"])
    if name in ("CustomerRef", "DepartmentRef"):
        return (value or {}).get("value")
    return Decimal(str(value)) if name == "TotalAmt" else value
