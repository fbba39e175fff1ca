"""Payments, credits and what they do to balances, asked of both sandboxes."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import Books, Refused


def test_a_payment_moves_the_invoice_balance_and_its_sync_token(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 60, ("Invoice", invoice, 60))
    paid = books.again("Invoice", invoice)
    assert paid["Balance"] == 40 and int(paid["SyncToken"]) > int(invoice["SyncToken"])
    assert {"TxnId": payment["Id"], "TxnType": "Payment"} in paid["LinkedTxn"]


def test_money_not_applied_is_unapplied(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    assert books.pay(customer, 150, ("Invoice", invoice, 100))["UnappliedAmt"] == 50


def test_deleting_a_payment_opens_the_invoice_again(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    books.delete("Payment", books.pay(customer, 100, ("Invoice", invoice, 100)))
    assert books.again("Invoice", invoice)["Balance"] == 100


def test_a_void_payment_is_an_update_including_void(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", invoice, 100))
    head = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
    books.create("Payment", head, operation="update", include="void")
    assert books.again("Payment", payment)["TotalAmt"] == 0
    assert books.again("Invoice", invoice)["Balance"] == 100


def test_another_customers_invoice_cannot_be_paid_620(books: Books) -> None:
    invoice, stranger = books.invoice(books.customer(), 100), books.customer()
    with pytest.raises(Refused) as refused:
        books.pay(stranger, 100, ("Invoice", invoice, 100))
    assert refused.value.code == "620"


def test_a_payment_without_amount_is_6000(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Payment", {"CustomerRef": {"value": books.customer()["Id"]}})
    assert refused.value.code == "6000"
    assert "You must set a transaction amount" in refused.value.detail


def test_an_empty_line_list_takes_a_payment_off_its_invoices(books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", invoice, 100))
    changed = books.sparse("Payment", payment, CustomerRef={"value": customer["Id"]}, TotalAmt=100, Line=[])
    assert changed["UnappliedAmt"] == 100
    assert books.again("Invoice", invoice)["Balance"] == 100
