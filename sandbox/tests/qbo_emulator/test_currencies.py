"""Several currencies: a customer has one for good, and its documents have no other."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox, payment_line

USD = {"value": "USD"}


def refused(call: Callable[..., object], *arguments: object, **fields: object) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*arguments, **fields)
    return caught.value


@pytest.fixture
def several(sandbox: Sandbox, books: Books) -> Books:
    """The company with US dollars at 1.5 from the first of July, 1.6 from August."""
    sandbox.person("enable-multi-currency", currencies=["USD"])
    for rate, day in (("1.5", "2026-07-01"), ("1.6", "2026-08-01")):
        sandbox.person("set-exchange-rate", currency="USD", rate=rate, date=day)
    return books


def test_with_one_currency_another_is_refused(books: Books) -> None:
    assert refused(books.customer, CurrencyRef=USD).code == "6000"
    assert "ExchangeRate" not in books.invoice(books.customer(), ExchangeRate=2)


def test_it_is_switched_on_for_good(sandbox: Sandbox, books: Books) -> None:
    def enabled() -> bool:
        prefs = books.ask("GET", "preferences")["Preferences"]["CurrencyPrefs"]
        return prefs["MultiCurrencyEnabled"]

    assert enabled() is False
    sandbox.person("enable-multi-currency")
    assert enabled() is True
    answer = sandbox.http.post(f"/_sandbox/{AU}/switches", json={"multi_currency": False})
    assert answer.status_code == 422 and "cannot be turned off" in answer.json()["error"]


def test_a_customers_currency_is_chosen_once(several: Books) -> None:
    customer = several.customer(CurrencyRef={"value": "EUR"})
    assert customer["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    assert [row["Code"] for row in several.rows("select * from CompanyCurrency where Code = 'EUR'")] == [
        "EUR"
    ]
    changed = several.sparse("Customer", customer, CurrencyRef=USD)
    assert changed["CurrencyRef"]["value"] == "EUR"
    full = several.update(
        "Customer", {"Id": changed["Id"], "SyncToken": changed["SyncToken"], "DisplayName": "Full"}
    )
    assert full["CurrencyRef"]["value"] == "EUR"
    assert several.customer()["CurrencyRef"]["value"] == "AUD"
    assert refused(several.customer, CurrencyRef={"value": "1"}).code == "2500"


def test_a_document_has_its_customers_currency_and_must_say_so(several: Books) -> None:
    customer = several.customer(CurrencyRef=USD)
    assert refused(several.invoice, customer).code == "2020"
    wrong = refused(several.invoice, customer, CurrencyRef={"value": "AUD"})
    assert wrong.code == "6000" and "currency of the transaction is invalid for customer" in wrong.detail
    assert refused(several.invoice, several.customer(), CurrencyRef=USD).code == "6000"


@pytest.mark.parametrize(("policy", "accepted"), [("customer", True), ("home", False)])
def test_what_a_missing_currency_means_is_a_switch(
    sandbox: Sandbox, several: Books, policy: str, accepted: bool
) -> None:
    sandbox.do(f"{AU}/switches", currency_when_missing=policy)
    customer = several.customer(CurrencyRef=USD)
    if accepted:
        assert several.invoice(customer)["CurrencyRef"]["value"] == "USD"
    else:
        assert refused(several.invoice, customer).code == "6000"


def test_the_days_rate_gives_the_home_amounts(several: Books) -> None:
    customer = several.customer(CurrencyRef=USD)
    july = several.invoice(customer, "10.01", CurrencyRef=USD, TxnDate="2026-07-31")
    assert (july["ExchangeRate"], july["HomeTotalAmt"], july["HomeBalance"]) == (1.5, 15.02, 15.02)
    given = several.invoice(customer, 10, CurrencyRef=USD, TxnDate="2026-08-01", ExchangeRate="1.234567")
    assert (given["ExchangeRate"], given["HomeTotalAmt"]) == (1.234567, 12.35)
    assert several.invoice(customer, 10, CurrencyRef=USD, TxnDate="2026-06-30")["ExchangeRate"] == 1
    home = several.invoice(several.customer(), 10, CurrencyRef={"value": "AUD"})
    assert (home["ExchangeRate"], home["HomeTotalAmt"]) == (1, 10)
    asked = several.ask("GET", "exchangerate", params={"sourcecurrencycode": "USD", "asofdate": "2026-08-02"})
    assert (asked["ExchangeRate"]["Rate"], asked["ExchangeRate"]["TargetCurrencyCode"]) == (1.6, "AUD")


def test_a_payment_has_the_currency_of_customer_and_documents(sandbox: Sandbox, several: Books) -> None:
    customer = several.customer(CurrencyRef=USD)
    invoice = several.invoice(customer, 100, CurrencyRef=USD, TxnDate="2026-07-02")
    assert refused(several.pay, customer, 40, CurrencyRef={"value": "AUD"}).code == "6000"
    several.pay(customer, 40, ("Invoice", invoice, 40), CurrencyRef=USD, TxnDate="2026-08-02")
    invoice = several.again("Invoice", invoice)
    assert (invoice["Balance"], invoice["HomeBalance"]) == (60, 90)
    paid = sandbox.person("record-payment", invoices=[invoice["Id"]], date="2026-08-02")
    assert (paid["CurrencyRef"]["value"], paid["ExchangeRate"], paid["TotalAmt"]) == ("USD", 1.6, 60)
    assert several.again("Customer", customer)["Balance"] == 0


def test_a_payer_cannot_pay_a_childs_document_in_another_currency(several: Books) -> None:
    parent = several.customer()
    child = several.customer(CurrencyRef=USD, ParentRef={"value": parent["Id"]}, BillWithParent=True)
    invoice = several.invoice(child, 10, CurrencyRef=USD)
    body = {
        "CustomerRef": {"value": parent["Id"]},
        "TotalAmt": 10,
        "CurrencyRef": {"value": "AUD"},
        "Line": [payment_line("Invoice", invoice, 10)],
    }
    assert refused(several.create, "Payment", body).code == "6000"


def test_the_first_foreign_document_opens_its_receivable_account(several: Books) -> None:
    asked = "select * from Account where AccountType = 'Accounts Receivable'"
    assert len(several.rows(asked)) == 1
    customer = several.customer(CurrencyRef=USD)
    for _ in range(2):
        several.invoice(customer, 10, CurrencyRef=USD)
    accounts = {row["CurrencyRef"]["value"]: row for row in several.rows(asked)}
    assert set(accounts) == {"AUD", "USD"} and accounts["USD"]["Name"] == "Accounts Receivable (A/R) - USD"
    home = {"value": accounts["AUD"]["Id"]}
    assert refused(several.pay, customer, 5, CurrencyRef=USD, ARAccountRef=home).code == "6000"


def test_money_goes_to_an_account_of_its_currency_or_the_home_one(sandbox: Sandbox, several: Books) -> None:
    bank = several.create(
        "Account", {"Name": "Dollars", "AccountType": "Bank", "CurrencyRef": {"value": "USD"}}
    )
    to = {"DepositToAccountRef": {"value": bank["Id"]}}
    abroad = several.customer(CurrencyRef=USD)
    several.pay(abroad, 5, CurrencyRef=USD, **to)
    assert refused(several.pay, several.customer(), 5, CurrencyRef={"value": "AUD"}, **to).code == "6000"
    payment = several.pay(abroad, 5, CurrencyRef=USD)
    assert sandbox.person("make-deposit", payments=[payment["Id"]])["CurrencyRef"]["value"] == "USD"


def test_a_person_bills_abroad(sandbox: Sandbox, several: Books) -> None:
    customer = sandbox.person(
        "create", entity="Customer", document={"DisplayName": "Abroad", "CurrencyRef": USD}
    )
    form = several.form(customer, several.line(20))
    invoice = sandbox.person("create", entity="Invoice", document=form)
    assert invoice["CurrencyRef"]["value"] == "USD"


def test_credits_apply_themselves_within_a_currency(sandbox: Sandbox, several: Books) -> None:
    customer = several.customer(CurrencyRef=USD)
    invoice = several.invoice(customer, 50, CurrencyRef=USD, TxnDate="2026-07-02")
    sandbox.do(f"{AU}/switches", auto_apply_credit=True)
    several.credit(customer, 20, CurrencyRef=USD, TxnDate="2026-07-02")
    assert several.again("Invoice", invoice)["HomeBalance"] == 45
    assert sandbox.rows("Payment")[-1]["CurrencyRef"]["value"] == "USD"


def test_a_void_leaves_nothing_in_either_currency(several: Books) -> None:
    invoice = several.invoice(several.customer(CurrencyRef=USD), 50, CurrencyRef=USD, TxnDate="2026-07-02")
    head = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    several.create("Invoice", head, operation="void")
    voided = several.again("Invoice", invoice)
    assert [voided[name] for name in ("TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance")] == [0, 0, 0, 0]
