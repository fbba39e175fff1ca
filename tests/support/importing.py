"""Runs of the import and what a bookkeeper does in QuickBooks, for tests over real services."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments, plan_import
from caspen_qbo.usecases.shared.jobs import RunResult
from tests.support.flow import Flow


def run_import(flow: Flow) -> RunResult:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("import")) as session:
        return import_payments(session)


def dry_import(flow: Flow) -> RunResult:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("import")) as session:
        return plan_import(session)


def posted(flow: Flow, *prices: str) -> int:
    """An invoice without tax at these prices, in QuickBooks."""
    invoice = flow.invoice(*prices, rate="GST free")
    flow.post()
    return invoice


def in_books(flow: Flow, invoice_id: int) -> str:
    """The QuickBooks id of one of our invoices."""
    [(quickbooks_id,)] = flow.sync_rows(
        "SELECT quickbooks_id FROM qbo_sync.document_link WHERE document_kind = 'invoice' AND document_id "
        "= %s",
        invoice_id,
    )
    return quickbooks_id


def receive(flow: Flow, parts: dict[int, str], **details: Any) -> str:
    """A bookkeeper records money in QuickBooks against invoices of ours; the payment's id there."""
    invoices = [{"id": in_books(flow, invoice_id), "amount": amount} for invoice_id, amount in parts.items()]
    return str(flow.person("record-payment", invoices=invoices, **details)["Id"])


def edit_payment(flow: Flow, payment_id: str, parts: dict[int, str], **changes: Any) -> None:
    """Change what a payment pays, and its total with it."""
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": in_books(flow, invoice_id), "TxnType": "Invoice"}]}
        for invoice_id, amount in parts.items()
    ]
    total = str(sum((Decimal(amount) for amount in parts.values()), Decimal(0)))
    flow.person(
        "edit", entity="Payment", id=payment_id, changes={"TotalAmt": total, "Line": lines, **changes}
    )


def imported(flow: Flow) -> list[tuple[str, Decimal, int, Decimal]]:
    """(source_ref's payment id, payment amount, invoice id, allocated) of every live imported allocation."""
    rows = flow.caspen_rows(
        "SELECT p.source_ref, p.amount, a.invoice_id, a.amount FROM caspen.payment p "
        "JOIN caspen.payment_allocation a ON a.payment_id = p.id AND a.deleted_at IS NULL "
        "WHERE p.source = 'quickbooks' ORDER BY a.id"
    )
    return [(ref.partition(":")[2], amount, invoice, share) for ref, amount, invoice, share in rows]


def open_rows(flow: Flow) -> list[tuple[str, str, bool, Decimal | None]]:
    """(document number, error key, blocks, delta) of everything listed."""
    return flow.sync_rows(
        "SELECT document_number, error_key, blocks, delta FROM qbo_sync.unsynced_invoice "
        "WHERE resolved_at IS NULL ORDER BY document_kind, document_number, error_key"
    )
