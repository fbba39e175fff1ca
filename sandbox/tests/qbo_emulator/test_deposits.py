"""Deposits: what is banked cannot be changed until it is taken off again."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox

TEXT = (
    "This transaction has been deposited. If you want to change or delete it, you must edit the deposit it "
    "appears on and remove it first."
)


def test_money_waits_in_undeposited_funds(books: Books) -> None:
    payment = books.pay(books.customer(), 5)
    account = books.read("Account", payment["DepositToAccountRef"]["value"])
    assert account["AccountSubType"] == "UndepositedFunds"


def test_every_change_of_a_banked_payment_is_6540(sandbox: Sandbox, books: Books) -> None:
    payment = books.pay(books.customer(), 5)
    sandbox.person("make-deposit", payments=[payment["Id"]])
    payment = books.again("Payment", payment)
    head = {"Id": payment["Id"], "SyncToken": payment["SyncToken"]}
    changes = (
        lambda: books.sparse("Payment", payment, TotalAmt=6),
        lambda: books.update("Payment", {**head, "CustomerRef": payment["CustomerRef"], "TotalAmt": 5}),
        lambda: books.delete("Payment", payment),
        lambda: books.create("Payment", {**head, "sparse": True}, operation="update", include="void"),
    )
    for change in changes:
        with pytest.raises(Refused) as refused:
            change()
        assert refused.value.code == "6540" and refused.value.detail.endswith(TEXT)


def test_taking_one_off_frees_it_and_leaves_the_other(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    one, two = books.pay(customer, 5), books.pay(customer, 7)
    deposit = sandbox.person("make-deposit", payments=[one["Id"], two["Id"]])
    sandbox.person("remove-from-deposit", payment=one["Id"])
    assert books.again("Deposit", deposit)["TotalAmt"] == 7
    books.delete("Payment", books.again("Payment", one))
    with pytest.raises(Refused):
        books.delete("Payment", books.again("Payment", two))
    sandbox.person("remove-from-deposit", payment=two["Id"])
    assert sandbox.rows("Deposit") == []
    assert books.sparse("Payment", books.again("Payment", two), TotalAmt=8)["TotalAmt"] == 8


def test_the_app_may_edit_the_deposit_itself(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    one, two = books.pay(customer, 5), books.pay(customer, 7)
    deposit = sandbox.person("make-deposit", payments=[one["Id"], two["Id"]])
    books.sparse("Deposit", deposit, Line=[deposit["Line"][1]])
    books.delete("Payment", books.again("Payment", one))


def test_what_is_on_no_deposit_cannot_be_taken_off(sandbox: Sandbox, books: Books) -> None:
    payment = books.pay(books.customer(), 5)
    answer = sandbox.http.post(f"/_sandbox/{AU}/person/remove-from-deposit", json={"payment": payment["Id"]})
    assert answer.status_code == 422
