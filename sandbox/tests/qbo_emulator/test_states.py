"""Behaviour 21: deposited, closed, unpaid and inactive; and the inventory and account rules."""

from __future__ import annotations

from typing import Any

import pytest

from qbo_emulator.testing import Books, Refused, Sandbox


def code_of(call, *arguments, **fields) -> str:
    with pytest.raises(Refused) as refused:
        call(*arguments, **fields)
    return refused.value.code


def test_a_deposited_payment_cannot_be_touched(sandbox: Sandbox, books: Books) -> None:
    """21."""
    payment = books.pay(books.customer(), 50)
    deposit = sandbox.person("make-deposit", payments=[payment["Id"]])
    payment = books.again("Payment", payment)
    assert payment["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    with pytest.raises(Refused) as refused:
        books.sparse("Payment", payment, PrivateNote="x")
    assert refused.value.code == "6540" and "you must edit the deposit it appears on" in refused.value.detail
    assert code_of(books.delete, "Payment", payment) == "6540"
    books.delete("Deposit", deposit)
    books.delete("Payment", books.again("Payment", payment))


@pytest.mark.parametrize("code", ["610", "2500", "6250"])
def test_an_inactive_customer_is_refused_without_saying_what_it_is(
    sandbox: Sandbox, books: Books, code: str
) -> None:
    sandbox.do(f"{books.realm}/switches", inactive_customer=code)
    customer = books.customer()
    sandbox.person("make-inactive", entity="Customer", id=customer["Id"])
    with pytest.raises(Refused) as refused:
        books.invoice(customer)
    assert refused.value.code == code and "has been made inactive" in refused.value.detail


def test_a_payment_is_deposited_once(sandbox: Sandbox, books: Books) -> None:
    payment = books.pay(books.customer(), 50)
    sandbox.person("make-deposit", payments=[payment["Id"]])
    answer = sandbox.http.post(
        f"/_sandbox/{books.realm}/person/make-deposit", json={"payments": [payment["Id"]]}
    )
    assert answer.status_code == 400 and answer.json()["Fault"]["Error"][0]["code"] == "620"


def test_closed_books_take_no_change_on_either_side_of_an_update(sandbox: Sandbox, books: Books) -> None:
    """21: 6210."""
    customer = books.customer()
    old = books.invoice(customer, TxnDate="2026-06-30")
    new = books.invoice(customer, TxnDate="2026-07-01")
    sandbox.person("close-books", through="2026-06-30")
    with pytest.raises(Refused) as refused:
        books.invoice(customer, TxnDate="2026-06-30")
    assert refused.value.code == "6210" and "through the QBO Services API" in refused.value.detail
    assert code_of(books.sparse, "Invoice", old, TxnDate="2026-07-02") == "6210"
    assert code_of(books.sparse, "Invoice", new, TxnDate="2026-06-01") == "6210"
    assert code_of(books.delete, "Invoice", old) == "6210"
    assert code_of(books.create, "Invoice", {"Id": old["Id"], "SyncToken": "0"}, operation="void") == "6210"
    books.sparse("Invoice", new, PrivateNote="open")
    sandbox.person("close-books", through=None)
    books.sparse("Invoice", old, PrivateNote="open again")


def test_without_a_subscription_one_may_only_read(sandbox: Sandbox, books: Books) -> None:
    """21: 6190."""
    customer = books.customer()
    sandbox.person("end-subscription")
    with pytest.raises(Refused) as refused:
        books.invoice(customer)
    assert refused.value.code == "6190"
    assert refused.value.detail.startswith(
        "Subscription period has ended or canceled or there was a billing problem :"
    )
    item = {"bId": "1", "operation": "create", "Customer": {"DisplayName": "no"}}
    assert books.batch([item])[0]["Fault"]["Error"][0]["code"] == "6190"
    assert books.again("Customer", customer)["Id"] == customer["Id"] and books.rows("select * from Term")
    sandbox.person("restart-subscription")
    books.invoice(customer)


def test_an_inactive_customer_is_610_and_one_that_never_was_2500(books: Books) -> None:
    """21."""
    customer = books.customer()
    body = books.form(customer, books.line(1))
    books.sparse("Customer", customer, Active=False)
    with pytest.raises(Refused) as refused:
        books.create("Invoice", body)
    assert refused.value.code == "610"
    assert refused.value.detail.startswith(
        "Object Not Found : Something you're trying to use has been made inactive."
    )
    assert code_of(books.invoice, {"Id": "9999"}) == "2500"


@pytest.mark.parametrize("action", ["make-inactive"])
def test_an_inactive_item_or_account_is_2500(sandbox: Sandbox, books: Books, action: str) -> None:
    """21."""
    line = books.line(1)
    sandbox.person(action, entity="Item", id=books.service)
    assert code_of(books.create, "Invoice", books.form(books.customer(), line)) == "2500"
    account = books.rows("select * from Account where Name = 'Card Clearing'")[0]["Id"]
    sandbox.person(action, entity="Account", id=account)
    assert code_of(books.pay, books.customer(), 1, DepositToAccountRef={"value": account}) == "2500"


def test_names_cannot_be_deleted_only_made_inactive(books: Books) -> None:
    assert code_of(books.delete, "Customer", books.customer()) == "500"


def test_a_deleted_transaction_says_who_did_it(books: Books) -> None:
    invoice = books.invoice(books.customer())
    books.delete("Invoice", invoice)
    with pytest.raises(Refused) as refused:
        books.again("Invoice", invoice)
    assert refused.value.detail == "Object Not Found : Another user has deleted this transaction."


def test_inventory_has_its_own_rules_and_counts_down(books: Books) -> None:
    item = books.rows("select * from Item where Type = 'Inventory'")[0]
    detail: dict[str, Any] = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": books.untaxed_code}}
    line = {"Amount": 20, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    customer = books.customer()
    assert code_of(books.create, "Invoice", books.form(customer, line)) == "6520"
    detail |= {"Qty": 2, "UnitPrice": 10}
    assert code_of(books.create, "Invoice", books.form(customer, line, TxnDate="2020-01-01")) == "6270"
    invoice = books.create("Invoice", books.form(customer, line))
    assert books.again("Item", item)["QtyOnHand"] == item["QtyOnHand"] - 2
    books.delete("Invoice", invoice)
    assert books.again("Item", item)["QtyOnHand"] == item["QtyOnHand"]
    body = {"Name": "No asset", "Type": "Inventory", "TrackQtyOnHand": True}
    assert code_of(books.create, "Item", body) == "2020"


def test_an_item_cannot_earn_into_receivables(books: Books) -> None:
    account = books.rows("select * from Account where AccountType = 'Accounts Receivable'")[0]["Id"]
    body = {"Name": "Odd", "Type": "Service", "IncomeAccountRef": {"value": account}}
    assert code_of(books.create, "Item", body) == "6430"


def test_accounts_have_no_quotes_or_colons_and_a_known_type(books: Books) -> None:
    assert code_of(books.create, "Account", {"Name": 'a"b', "AccountType": "Bank"}) == "2040"
    assert code_of(books.create, "Account", {"Name": "ab", "AccountType": "Purse"}) == "2170"
    made = books.create("Account", {"Name": "Petty Cash", "AccountType": "Bank"})
    assert made["Classification"] == "Asset"
    assert code_of(books.create, "Account", {"Name": "PETTY CASH", "AccountType": "Bank"}) == "6240"


def test_a_tax_code_is_made_by_the_tax_service_only(books: Books) -> None:
    agency = books.rows("select * from TaxAgency")[0]["Id"]
    rate = {"TaxRateName": "Levy", "RateValue": "2.5", "TaxAgencyId": agency, "TaxApplicableOn": "Sales"}
    made = books.ask("POST", "taxservice/taxcode", json={"TaxCode": "Levy", "TaxRateDetails": [rate]})
    assert "SyncToken" not in made and made["TaxRateDetails"][0]["TaxRateId"]
    code = made["TaxCodeId"]
    assert books.create("Invoice", books.form(books.customer(), books.line(100, code)))["TotalAmt"] == 102.5
    again = books.send("POST", "taxservice/taxcode", json={"TaxCode": "Levy", "TaxRateDetails": [rate]})
    assert again.json()["Fault"]["Error"][0]["code"] == "6240"
    assert code_of(books.create, "TaxCode", {"Name": "x"}) == "500"


def test_a_refund_wants_its_account_and_links_to_nothing(books: Books) -> None:
    body = books.form(books.customer(), books.line(10))
    assert code_of(books.create, "RefundReceipt", body) == "2020"
    bank = books.rows("select * from Account where AccountType = 'Bank'")[0]["Id"]
    made = books.create("RefundReceipt", {**body, "DepositToAccountRef": {"value": bank}})
    assert (made["TotalAmt"], made["LinkedTxn"]) == (10, [])


def test_sending_needs_an_address(books: Books) -> None:
    invoice = books.invoice(books.customer())
    answer = books.send("POST", f"invoice/{invoice['Id']}/send")
    assert answer.json()["Fault"]["Error"][0]["code"] == "6420"
    sent = books.ask("POST", f"invoice/{invoice['Id']}/send", params={"sendTo": "a@example.com"})["Invoice"]
    assert sent["EmailStatus"] == "EmailSent" and sent["BillEmail"]["Address"] == "a@example.com"
    assert books.send("GET", f"invoice/{invoice['Id']}/pdf").content.startswith(b"%PDF")


def test_a_late_discount_is_6090_and_a_wrong_currency_is_refused(books: Books) -> None:
    discount = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True}}
    body = books.form(books.customer(), books.line(10), discount)
    assert code_of(books.create, "Invoice", body) == "6090"
    assert code_of(books.invoice, books.customer(), CurrencyRef={"value": "USD"}) == "6000"
