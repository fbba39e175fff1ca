"""Ours is stated in the home currency; an invoice or an account in another one is held and named."""

from __future__ import annotations

import pytest

from caspen_seed import NewLine
from tests.integration.posting.currencies.conftest import KEY, USD, command, customer, listed, post
from tests.support.bookkeeper import invoice_of
from tests.support.command_line import run_command
from tests.support.flow import Flow


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
