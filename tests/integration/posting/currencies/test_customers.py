"""A client's customer is one kept in the currency of the invoices; one kept in another is named and left."""

from __future__ import annotations

import pytest

from tests.integration.posting.currencies.conftest import (
    AUD,
    KEY,
    USD,
    command,
    customer,
    link_client,
    listed,
    name_of,
    number_of,
    post,
)
from tests.support.bookkeeper import invoice_of
from tests.support.command_line import run_command
from tests.support.flow import Flow


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
