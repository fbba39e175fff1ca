"""A payment recorded in QuickBooks comes to Caspen: once, to the cent, on its own date, and never back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.support.flow import Flow
from tests.support.importing import dry_import, imported, open_rows, posted, receive, run_import


def test_a_single_payment_is_imported_once_and_never_posted_back(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"}, date="2026-11-03")

    first = run_import(flow)
    second = run_import(flow)
    flow.post()
    flow.post()

    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert flow.staff.invoice(invoice).balance == Decimal("60.00")
    assert flow.caspen_rows("SELECT payment_date, source, number FROM caspen.payment") == [
        (date(2026, 11, 3), "quickbooks", f"QB-{payment}")
    ]
    assert first.counts["payments_imported"] == 1
    assert "payments_imported" not in second.counts
    assert [row["Id"] for row in flow.books("Payment")] == [payment]
    assert open_rows(flow) == []
    assert first.ledger is not None and first.ledger.synced == 1
    assert flow.sync_rows(
        "SELECT origin, quickbooks_type, quickbooks_id, caspen_total FROM qbo_sync.document_link WHERE "
        "document_kind = 'payment'"
    ) == [("quickbooks", "Payment", payment, Decimal("40.00"))]


def test_nothing_to_do_is_one_call(flow: Flow) -> None:
    posted(flow, "100.00")
    run_import(flow)
    assert run_import(flow).calls == {"cdc": 1}


def test_an_imported_payment_seen_again_costs_nothing_more(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    receive(flow, {invoice: "100.00"})
    run_import(flow)
    assert flow.staff.invoice(invoice).status == "paid"
    assert run_import(flow).calls == {"cdc": 1}


def test_a_dry_run_reports_and_writes_nothing(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    result = dry_import(flow)
    number = flow.staff.invoice(invoice).number
    assert result.message == f"import QuickBooks payment {payment} of 2026-11-03: 40.00 on {number}"
    assert result.counts["would_import"] == 1
    assert imported(flow) == []
    assert flow.sync_rows("SELECT name FROM qbo_sync.cursor WHERE name = 'quickbooks_payments'") == []
    assert flow.sync_rows("SELECT run_id FROM qbo_sync.sync_run WHERE job = 'import'") == []
