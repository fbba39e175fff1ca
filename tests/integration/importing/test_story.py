"""The worked example of docs/decisions/0007, step by step; and an invoice that was linked late."""

from __future__ import annotations

from decimal import Decimal

from tests.support.flow import Flow
from tests.support.importing import edit_payment, imported, in_books, open_rows, posted, receive, run_import


def test_the_worked_example(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    number = flow.staff.invoice(invoice).number

    def check(in_books_open: str, balance: str, listed: list[tuple[str, str, bool, Decimal]]) -> None:
        run_import(flow)
        assert flow.books("Invoice")[0]["Balance"] == Decimal(in_books_open)
        assert flow.staff.balance(invoice) == Decimal(balance)
        assert open_rows(flow) == listed

    first = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    check("60.00", "60.00", [])
    second = receive(flow, {invoice: "35.00"})
    split = [(number, "split_payment", False, Decimal("35.00"))]
    check("25.00", "60.00", split)
    edit_payment(flow, first, {invoice: "30.00"})
    check("35.00", "70.00", split)
    flow.person("delete", entity="Payment", id=first)
    check("65.00", "65.00", [])
    edit_payment(flow, second, {invoice: "50.00"})
    check("50.00", "65.00", [(f"QB-{second}", "changed_in_quickbooks", False, Decimal("15.00"))])
    detail = flow.listed()[f"QB-{second}", "changed_in_quickbooks"]
    assert "35.00" in detail and "50.00" in detail


def test_payments_made_before_an_invoice_was_linked_are_found(flow: Flow) -> None:
    """As after a backfill: the feed passed the payment by when the invoice was not known to be ours."""
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    known_as = in_books(flow, invoice)
    flow.sync_rows("UPDATE qbo_sync.document_link SET quickbooks_id = 'unknown' RETURNING 1")
    run_import(flow)
    assert imported(flow) == []
    flow.sync_rows("UPDATE qbo_sync.cursor SET position = position + interval '1 hour' RETURNING 1")
    assert run_import(flow).calls == {"cdc": 1}

    flow.sync_rows(
        "UPDATE qbo_sync.document_link SET quickbooks_id = %s, posted_at = now() + interval '1 hour', "
        "as_posted ="
        " jsonb_set(as_posted, '{created_at}', to_jsonb(now() - interval '1 day')) RETURNING 1",
        known_as,
    )
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == []
