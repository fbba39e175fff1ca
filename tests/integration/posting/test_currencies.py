"""Currency is part of "the same document": matched, linked, adopted, imported or reconciled."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caspen_seed import NewLine
from tests.support.bookkeeper import edit, invoice_of
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "currency_mismatch"
USD, AUD = {"value": "USD"}, {"value": "AUD"}


def command(*arguments: str) -> str:
    done = run_command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(command("unsynced", "--workspace", "1", "--json"))
    return rows


def post() -> str:
    return command("post", "--workspace", "1")


def number_of(flow: Flow, invoice_id: int) -> str:
    return str(flow.staff.invoice(invoice_id).number)


def name_of(flow: Flow) -> str:
    return f"Ann O'Neil (Caspen {str(flow.client_id)[-5:]})"


@pytest.fixture
def several(flow: Flow) -> Flow:
    """A company that keeps US dollars at 1.5 too."""
    flow.person("enable-multi-currency", currencies=["USD"])
    flow.person("set-exchange-rate", currency="USD", rate="1.5", date="2020-01-01")
    command("retry", "--workspace", "1", "--all")  # what is read from QuickBooks is read again
    return flow


def customer(flow: Flow, name: str, currency: dict[str, str], **more: Any) -> str:
    document = {"DisplayName": name, "CurrencyRef": currency, **more}
    return str(flow.person("create", entity="Customer", document=document)["Id"])


def link_client(flow: Flow, customer_id: str) -> None:
    """As a version linked it that did not compare currencies."""
    flow.sync_rows(
        "INSERT INTO qbo_sync.customer_link (workspace_id, realm_id, client_id, customer_id, matched_by)"
        " VALUES (1, %s, %s, %s, 'name') RETURNING 1",
        *(flow.realm, flow.client_id, customer_id),
    )


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


def move_abroad(flow: Flow, invoice_id: int) -> str:
    """A bookkeeper gives our posted invoice to a customer kept in US dollars."""
    abroad = customer(flow, f"Abroad {invoice_id}", USD)
    edit(flow, invoice_id, CustomerRef={"value": abroad}, CurrencyRef=USD, ExchangeRate=1.5)
    assert invoice_of(flow, invoice_id)["CurrencyRef"]["value"] == "USD"
    return abroad


def test_a_client_kept_in_another_currency_is_one_card_and_leaves_once_that_customer_is_renamed(
    several: Flow,
) -> None:
    flow = several
    abroad = customer(flow, name_of(flow), USD)
    first, second = flow.invoice("100.00"), flow.invoice("20.00")
    dry = command("post", "--workspace", "1", "--dry-run")
    assert "Currency mismatch" in dry and name_of(flow) in dry
    post()
    rows = listed()
    assert {(row["document_number"], row["error_key"]) for row in rows} == {
        (number_of(flow, first), KEY),
        (number_of(flow, second), KEY),
    }
    assert {row["cause_ref"] for row in rows} == {f"customer_currency:{abroad}"}
    for row in rows:
        assert abroad in row["detail"] and name_of(flow) in row["detail"]
        assert "USD" in row["detail"] and "AUD" in row["detail"] and "Rename" in row["fix"]
    before = [row["attempts"] for row in rows]
    post()
    assert [row["attempts"] for row in listed()] == before

    there = next(row for row in flow.books("Customer") if row["Id"] == abroad)
    flow.person("edit", entity="Customer", id=there["Id"], changes={"DisplayName": "Ann O'Neil USD"})
    post()
    assert listed() == []
    [theirs] = {invoice_of(flow, one)["CustomerRef"]["value"] for one in (first, second)}
    assert theirs != abroad


def test_a_linked_customer_in_another_currency_is_left_once_its_name_is_free(several: Flow) -> None:
    flow = several
    abroad = customer(flow, name_of(flow), USD)
    link_client(flow, abroad)
    invoice = flow.invoice("100.00")
    post()
    assert [row["cause_ref"] for row in listed()] == [f"customer_currency:{abroad}"]
    flow.person("make-inactive", entity="Customer", id=abroad)
    post()
    assert listed() == []
    assert invoice_of(flow, invoice)["CustomerRef"]["value"] != abroad
    assert flow.sync_rows(
        "SELECT customer_id FROM qbo_sync.customer_link WHERE client_id = %s", flow.client_id
    ) == [(invoice_of(flow, invoice)["CustomerRef"]["value"],)]


def test_linking_the_client_to_a_customer_in_the_invoices_currency_releases_them_and_one_abroad_is_refused(
    several: Flow,
) -> None:
    flow = several
    abroad, home = customer(flow, name_of(flow), USD), customer(flow, "Ann at home", AUD)
    invoice = flow.invoice("100.00")
    post()
    assert [row["cause_ref"] for row in listed()] == [f"customer_currency:{abroad}"]
    client = ("--workspace", "1", "--client", str(flow.client_id), "--customer")
    refused = run_command("relink", *client, abroad)
    assert refused.returncode != 0 and "kept in USD" in refused.stderr
    command("relink", *client, home, "--yes")
    post()
    assert listed() == [] and invoice_of(flow, invoice)["CustomerRef"]["value"] == home


def test_of_two_customers_of_one_person_the_one_in_the_invoices_currency_is_chosen(several: Flow) -> None:
    flow = several
    person = {
        "GivenName": "Ann",
        "FamilyName": "O'Neil",
        "PrimaryEmailAddr": {"Address": "ann.oneil@example.com"},
    }
    customer(flow, "Ann in dollars", USD, **person)
    home = customer(flow, "Ann at home", AUD, **person)
    invoice = flow.invoice("100.00")
    post()
    assert listed() == [] and invoice_of(flow, invoice)["CustomerRef"]["value"] == home


def test_quickbooks_refusal_for_the_currency_names_the_customer(several: Flow) -> None:
    """QuickBooks itself says so, after all that was read before sending."""
    flow = several
    invoice = flow.invoice("100.00")
    detail = "The currency of the transaction is invalid for customer / vendor / account."
    error = {"code": "6000", "message": "A business validation error has occurred", "detail": detail}
    flow.door(
        "faults", rules=[{"kind": "refuse", "endpoint": "batch", "errors": [error], "nth": 2, "times": 1}]
    )
    post()
    [row] = listed()
    assert (row["document_number"], row["error_key"]) == (number_of(flow, invoice), KEY)
    assert "6000" in row["detail"]
    command("retry", "--workspace", "1", "--number", number_of(flow, invoice))
    post()
    assert listed() == []


@pytest.mark.parametrize("missing", ["fault", "home"])
def test_a_refusal_for_the_currency_names_the_customer_and_heals_as_one_seen_before_sending(
    flow: Flow, missing: str
) -> None:
    """Several currencies were switched on a minute ago, after QuickBooks' preferences were read."""
    flow.invoice("10.00", client=flow.staff.create_client("Bob", "Lee"))
    post()
    flow.person("enable-multi-currency", currencies=["USD"])
    flow.switch(currency_when_missing=missing)
    abroad = customer(flow, name_of(flow), USD)
    link_client(flow, abroad)
    first, second = flow.invoice("100.00"), flow.invoice("20.00")
    post()
    rows = listed()
    assert [(row["error_key"], row["cause_ref"]) for row in rows] == [
        (KEY, f"customer_currency:{abroad}")
    ] * 2
    assert all(name_of(flow) in row["detail"] and "kept in USD" in row["detail"] for row in rows)
    flow.person("edit", entity="Customer", id=abroad, changes={"DisplayName": "Ann O'Neil USD"})
    post()
    assert listed() == []
    assert {invoice_of(flow, one)["CurrencyRef"]["value"] for one in (first, second)} == {"AUD"}


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


def test_several_currencies_switched_on_after_the_first_sync_change_nothing(flow: Flow) -> None:
    before = flow.invoice("100.00")
    post()
    flow.sync_rows("UPDATE qbo_sync.document_link SET as_posted = as_posted - 'currency' RETURNING 1")
    flow.person("enable-multi-currency", currencies=["USD"])
    after = flow.invoice("20.00")
    post()  # QuickBooks' preferences were read a minute ago
    assert listed() == [] and invoice_of(flow, after)["CurrencyRef"]["value"] == "AUD"
    flow.pay(before)
    post()
    command("reconcile", "--workspace", "1", "--full")
    assert listed() == []
    assert flow.sync_rows("SELECT 1 FROM qbo_sync.reconciliation_difference") == []


@pytest.mark.parametrize("missing", ["fault", "customer", "home"])
def test_whatever_a_missing_currency_means_ours_is_stated(several: Flow, missing: str) -> None:
    flow = several
    flow.switch(currency_when_missing=missing)
    invoice = flow.invoice("80.00", "20.00")
    flow.pay(invoice, "10.00")
    flow.staff.credit(invoice, {2: 1})
    post()
    assert listed() == []
    for entity in ("Invoice", "CreditMemo", "Payment"):
        assert {row["CurrencyRef"]["value"] for row in flow.books(entity)} == {"AUD"}


@pytest.mark.parametrize("way_out", ["issued again in the home currency", "voided"])
def test_an_invoice_in_another_currency_is_held_also_for_a_customer_of_that_currency(
    several: Flow, way_out: str
) -> None:
    flow = several
    customer(flow, "Ann in dollars", USD)
    line = NewLine("service", "Consultation", "100.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(flow.client_id, [line], currency="USD")
    flow.staff.finalise(invoice)
    post()
    [row] = listed()
    assert (
        row["error_key"] == KEY and "110.00 USD" in row["detail"] and "home currency is AUD" in row["detail"]
    )
    if way_out == "voided":
        flow.staff.void_invoice(invoice)
    else:
        flow.staff.revert_to_draft(invoice)
        flow.caspen.execute(
            "UPDATE caspen.invoice SET currency = 'AUD', updated_at = now() WHERE id = %s", [invoice]
        )
        flow.staff.finalise(invoice)
    post()
    assert listed() == []
    assert len(flow.books("Invoice")) == (0 if way_out == "voided" else 1)


def test_a_payment_account_in_another_currency_is_refused_and_named(several: Flow) -> None:
    flow = several
    dollars = flow.person(
        "create",
        entity="Account",
        document={"Name": "Dollars", "AccountType": "Bank", "CurrencyRef": USD},
    )
    [choices] = flow.sync_rows("SELECT service_item_id, product_item_id FROM qbo_sync.settings")
    said = run_command(
        *("settings", "--workspace", "1", "--payment-account", dollars["Id"]),
        *("--service-item", choices[0], "--product-item", choices[1]),
    )
    assert said.returncode != 0 and "USD" in said.stderr and "AUD" in said.stderr
    flow.sync_rows("UPDATE qbo_sync.settings SET payment_account_id = %s RETURNING 1", dollars["Id"])
    invoice = flow.invoice("100.00")
    flow.pay(invoice)
    post()
    [row] = listed()
    assert (row["error_key"], row["cause_ref"]) == ("setup_incomplete", "setting:payment account")
    assert "Dollars, is kept in USD" in row["detail"]


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
