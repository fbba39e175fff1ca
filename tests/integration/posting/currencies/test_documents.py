"""A document in another currency is another document: matched, linked, adopted, imported or reconciled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.integration.posting.currencies.conftest import (
    AUD,
    KEY,
    USD,
    command,
    customer,
    listed,
    move_abroad,
    name_of,
    number_of,
    post,
)
from tests.support.bookkeeper import invoice_of
from tests.support.flow import Flow


def enter(
    flow: Flow, invoice_id: int, customer_id: str, currency: dict[str, str], **more: Any
) -> dict[str, Any]:
    """A document with the number, date and amounts of one of ours, made in QuickBooks by hand."""
    [(issued, due)] = flow.caspen_rows(
        "SELECT issue_date, due_date FROM caspen.invoice WHERE id = %s", invoice_id
    )
    code = next(c for c in flow.books("TaxCode") if c["Name"] == "GST")
    item = next(r for r in flow.books("Item") if r["Type"] == "Service")
    detail = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": code["Id"]}}
    line = {"DetailType": "SalesItemLineDetail", "Amount": "100.00", "SalesItemLineDetail": detail}
    document = {
        "DocNumber": number_of(flow, invoice_id),
        "CustomerRef": {"value": customer_id},
        "CurrencyRef": currency,
        "TxnDate": issued.isoformat(),
        "DueDate": due.isoformat(),
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [line],
        **more,
    }
    made: dict[str, Any] = flow.person("create", entity="Invoice", document=document)
    return made


def test_a_document_linked_before_currencies_were_compared_is_listed_with_what_was_imported_from_it(
    several: Flow,
) -> None:
    flow = several
    invoice = flow.invoice("100.00")
    post()
    there = invoice_of(flow, invoice)["Id"]
    move_abroad(flow, invoice)
    command("reconcile", "--workspace", "1", "--full")
    flow.sync_rows(
        "UPDATE qbo_sync.document_link l SET as_posted = s.facts - 'currency', customer_id = s.customer_id,"
        " sync_token = s.sync_token, origin = 'backfill' FROM qbo_sync.snapshot s"
        " WHERE s.quickbooks_type = 'Invoice' AND s.quickbooks_id = l.quickbooks_id"
        " AND l.document_kind = 'invoice' RETURNING 1"
    )
    command("reconcile", "--workspace", "1", "--full")
    [row] = listed()
    assert (row["error_key"], row["blocks"]) == (KEY, False)
    assert f"Invoice {there} is 110.00 USD, in Caspen it is 110.00 AUD" in row["detail"]
    paid = flow.person("record-payment", invoices=[{"id": there, "amount": "40.00"}])
    command("import", "--workspace", "1")
    command("reconcile", "--workspace", "1", "--full")
    assert flow.staff.balance(invoice) == Decimal("110.00")
    assert {row["error_key"] for row in listed()} == {KEY}

    flow.person("delete", entity="Payment", id=paid["Id"])
    flow.person("delete", entity="Invoice", id=there)
    command("import", "--workspace", "1")
    command("reconcile", "--workspace", "1", "--full")
    assert [row["error_key"] for row in listed()] == ["missing_in_quickbooks"]
    command("resend", "--workspace", "1", "--number", number_of(flow, invoice))
    post()
    command("reconcile", "--workspace", "1", "--full")
    assert listed() == [] and invoice_of(flow, invoice)["CurrencyRef"]["value"] == "AUD"


def test_a_backfill_never_links_a_document_of_another_currency(several: Flow) -> None:
    flow = several
    invoice = flow.invoice("100.00")
    flow.backdate_connection(datetime.now(UTC) + timedelta(seconds=1))
    there = enter(flow, invoice, customer(flow, name_of(flow), USD), USD)
    number = number_of(flow, invoice)
    for how in ("--dry-run", "--send"):
        said = command("backfill", "--workspace", "1", "--number", number, how)
        assert "clash" in said and "USD" in said and "110.00 AUD" in said and there["Id"] in said
    assert flow.sync_rows("SELECT 1 FROM qbo_sync.document_link WHERE document_kind = 'invoice'") == []


def test_our_own_mark_on_a_document_of_another_currency_is_listed_and_adopted_once_it_is_put_right(
    several: Flow,
) -> None:
    flow = several
    invoice = flow.invoice("100.00")
    post()
    home = invoice_of(flow, invoice)["CustomerRef"]["value"]
    there = invoice_of(flow, invoice)["Id"]
    move_abroad(flow, invoice)
    for table in ("document_link", "document", "request"):
        flow.sync_rows(f"DELETE FROM qbo_sync.{table} WHERE document_kind = 'invoice' RETURNING 1")
    flow.sync_rows("UPDATE qbo_sync.cursor SET position = position - interval '1 hour' RETURNING 1")
    post()
    [row] = listed()
    assert (row["error_key"], row["cause_ref"]) == (KEY, f"document_currency:Invoice {there}")
    assert "110.00 USD" in row["detail"] and "110.00 AUD" in row["detail"]
    flow.person(
        "edit", entity="Invoice", id=there, changes={"CustomerRef": {"value": home}, "CurrencyRef": AUD}
    )
    post()
    assert listed() == [] and len(flow.books("Invoice")) == 1
    assert invoice_of(flow, invoice)["Id"] == there


def test_a_payment_of_another_currency_is_never_imported(several: Flow) -> None:
    flow = several
    invoice = flow.invoice("100.00")
    post()
    home, there = invoice_of(flow, invoice)["CustomerRef"]["value"], invoice_of(flow, invoice)["Id"]
    move_abroad(flow, invoice)
    paid = flow.person("record-payment", invoices=[there])
    assert (paid["CurrencyRef"]["value"], paid["TotalAmt"]) == ("USD", 110)
    dry = command("import", "--workspace", "1", "--dry-run")
    assert KEY in dry and "110.00 USD" in dry
    command("import", "--workspace", "1")
    [row] = listed()
    assert row["error_key"] == KEY and paid["Id"] in row["detail"]
    assert "110.00 USD" in row["detail"] and "110.00 AUD" in row["detail"]
    assert flow.staff.balance(invoice) == Decimal("110.00")
    assert flow.caspen_rows("SELECT count(*) FROM caspen.payment") == [(0,)]

    flow.person("delete", entity="Payment", id=paid["Id"])
    flow.person(
        "edit", entity="Invoice", id=there, changes={"CustomerRef": {"value": home}, "CurrencyRef": AUD}
    )
    command("import", "--workspace", "1")
    assert listed() == []


def test_a_currency_edited_in_quickbooks_is_a_named_field_until_it_is_put_right(several: Flow) -> None:
    flow = several
    invoice = flow.invoice("80.00", "20.00")
    post()
    home, there = invoice_of(flow, invoice)["CustomerRef"]["value"], invoice_of(flow, invoice)["Id"]
    move_abroad(flow, invoice)
    command("reconcile", "--workspace", "1", "--full")
    [row] = listed()
    assert row["error_key"] == "changed_in_quickbooks"
    assert "currency: Caspen AUD, QuickBooks USD" in row["detail"]
    assert "110.00 USD" in row["detail"] and "110.00 AUD" in row["detail"]
    found = dict(flow.sync_rows("SELECT field, quickbooks_value FROM qbo_sync.reconciliation_difference"))
    assert found["currency"] == "USD" and "customer" in found

    flow.pay(invoice, "10.00")
    flow.staff.credit(invoice, {2: 1})
    post()
    rows = {row["document_kind"]: row for row in listed()}
    for kind in ("payment", "credit_note"):
        assert rows[kind]["error_key"] == KEY
        assert rows[kind]["cause_ref"] == f"document_currency:Invoice {there}"
    flow.person(
        "edit", entity="Invoice", id=there, changes={"CustomerRef": {"value": home}, "CurrencyRef": AUD}
    )
    post()
    command("reconcile", "--workspace", "1", "--full")
    assert listed() == []


def test_an_edited_currency_is_brought_back_when_a_person_sends_ours_again(several: Flow) -> None:
    flow = several
    invoice = flow.invoice("100.00")
    post()
    home = invoice_of(flow, invoice)["CustomerRef"]["value"]
    move_abroad(flow, invoice)
    command("reconcile", "--workspace", "1", "--full")
    command("resend", "--workspace", "1", "--number", number_of(flow, invoice))
    post()
    now = invoice_of(flow, invoice)
    assert (now["CurrencyRef"]["value"], now["CustomerRef"]["value"]) == ("AUD", home)
    command("reconcile", "--workspace", "1", "--full")
    assert listed() == []


def test_receivables_name_what_is_in_another_currency_and_add_quickbooks_home_amounts(several: Flow) -> None:
    flow = several
    kept, moved = flow.invoice("100.00"), flow.invoice("100.00")
    post()
    move_abroad(flow, moved)
    command("reconcile", "--workspace", "1", "--full")
    [(tie_outs,)] = flow.sync_rows(
        "SELECT report -> 'tie_outs' FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    )
    receivables = next(one for one in tie_outs if one["key"] == "receivables")
    [row] = receivables["rows"]
    assert [Decimal(str(row[name])) for name in ("caspen", "quickbooks", "delta")] == [
        Decimal("220.00"),
        Decimal("275.00"),
        Decimal("55.00"),
    ]
    assert Decimal(str(row["explained"])) == Decimal("55.00")
    assert any("USD" in note and invoice_of(flow, moved)["Id"] in note for note in receivables["notes"])
    owed = next(
        r for r in flow.books("Customer") if r["Id"] == invoice_of(flow, kept)["CustomerRef"]["value"]
    )
    assert Decimal(str(receivables["leads_to"]["amount"])) == owed["Balance"] == Decimal("110.00")
