"""The pages name the currency of each side where the two are not in one."""

from __future__ import annotations

from tests.integration.ui.conftest import Pages
from tests.support.bookkeeper import edit, invoice_of
from tests.support.flow import Flow


def test_an_invoice_in_another_currency_in_quickbooks_shows_both_currencies(pages: Pages, flow: Flow) -> None:
    flow.person("enable-multi-currency", currencies=["USD"])
    invoice = flow.invoice("100.00")
    flow.post()
    usd = {"value": "USD"}
    abroad = flow.person("create", entity="Customer", document={"DisplayName": "Abroad", "CurrencyRef": usd})
    user = pages.as_("user")
    before = user.get(f"/w/1/invoices/{invoice}").text
    assert "110.00 AUD" in before and "USD" not in before and "Currency" not in before
    edit(flow, invoice, CustomerRef={"value": abroad["Id"]}, CurrencyRef=usd, ExchangeRate=1.5)
    assert invoice_of(flow, invoice)["CurrencyRef"]["value"] == "USD"
    after = user.get(f"/w/1/invoices/{invoice}").text
    assert "110.00 AUD" in after and "110.00 USD" in after and "Currency" in after


def test_a_client_kept_in_another_currency_is_one_card_with_words_of_its_own(
    pages: Pages, flow: Flow
) -> None:
    flow.person("enable-multi-currency", currencies=["USD"])
    name = f"Ann O'Neil (Caspen {str(flow.client_id)[-5:]})"
    document = {"DisplayName": name, "CurrencyRef": {"value": "USD"}}
    there = flow.person("create", entity="Customer", document=document)
    flow.invoice("100.00")
    flow.invoice("20.00")
    flow.post()
    shown = pages.as_("user").get("/w/1/unsynced").text
    assert shown.count("kept in another currency than the client") == 1
    assert f"QuickBooks customer {there['Id']}" in shown and "Rename that customer" in shown
