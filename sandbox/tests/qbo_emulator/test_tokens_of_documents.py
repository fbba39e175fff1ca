"""Behaviours 3, 17 and 18: sync tokens, voids, full and sparse updates."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import Books, Refused, Sandbox


def test_the_stale_object_text_is_quickbooks_own(books: Books) -> None:
    """3."""
    invoice = books.invoice(books.customer())
    books.sparse("Invoice", invoice, PrivateNote="one")
    with pytest.raises(Refused) as refused:
        books.sparse("Invoice", invoice, PrivateNote="two")
    assert refused.value.error["Message"] == "Stale Object Error"
    assert refused.value.detail == (
        "Stale Object Error : You and Morgan Reid were working on this at the same time. Morgan Reid "
        "finished before you did, so your work was not saved. Entity=Invoice"
    )


def test_a_payment_makes_the_invoices_token_stale(books: Books) -> None:
    """3: indirect bump."""
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    books.pay(customer, 10, ("Invoice", invoice, 10))
    with pytest.raises(Refused) as refused:
        books.sparse("Invoice", invoice, PrivateNote="x")
    assert refused.value.code == "5010"


def test_voiding_an_invoice_makes_its_payments_token_stale(books: Books) -> None:
    """3."""
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", invoice, 100))
    now = books.again("Invoice", invoice)
    books.create("Invoice", {"Id": now["Id"], "SyncToken": now["SyncToken"]}, operation="void")
    after = books.again("Payment", payment)
    assert int(after["SyncToken"]) > int(payment["SyncToken"])
    assert (after["UnappliedAmt"], after["Line"]) == (100, [])


def test_a_delete_needs_the_latest_token_too(books: Books) -> None:
    """3."""
    invoice = books.invoice(books.customer())
    books.sparse("Invoice", invoice, PrivateNote="one")
    with pytest.raises(Refused) as refused:
        books.delete("Invoice", invoice)
    assert refused.value.code == "5010"


def test_the_voids_own_answer_still_shows_the_old_amounts(sandbox: Sandbox, books: Books) -> None:
    """17."""
    invoice = books.invoice(books.customer(), 70)
    head = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}
    answer = books.create("Invoice", head, operation="void")
    assert (answer["TotalAmt"], answer["PrivateNote"]) == (70, "Voided")
    voided = books.again("Invoice", invoice)
    assert voided["TotalAmt"] == 0 and voided["SyncToken"] == answer["SyncToken"]
    assert [line["Amount"] for line in voided["Line"]] == [0, 0]


def test_a_payment_is_not_voided_by_the_invoices_way(books: Books) -> None:
    """17: an unknown operation falls through to the update, which here changes nothing."""
    customer = books.customer()
    payment = books.pay(customer, 10)
    head = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
    books.create("Payment", head, operation="void")
    assert books.again("Payment", payment)["TotalAmt"] == 10


@pytest.mark.parametrize("params", [{"operation": "void"}, {"operation": "update", "include": "void"}])
def test_a_credit_memo_has_no_void(books: Books, params: dict[str, str]) -> None:
    """17."""
    memo = books.credit(books.customer())
    with pytest.raises(Refused) as refused:
        books.create("CreditMemo", {"Id": memo["Id"], "SyncToken": memo["SyncToken"]}, **params)
    assert refused.value.code == "2020"
    assert refused.value.detail == "Required parameter Line is missing in the request"


def test_a_sales_receipt_is_voided_like_a_payment(books: Books) -> None:
    """17."""
    receipt = books.create("SalesReceipt", books.form(books.customer(), books.line(10)))
    head = {"Id": receipt["Id"], "SyncToken": receipt["SyncToken"], "sparse": True}
    books.create("SalesReceipt", head, operation="update", include="void")
    assert books.again("SalesReceipt", receipt)["TotalAmt"] == 0


def test_a_full_update_nulls_what_it_leaves_out(books: Books) -> None:
    """18."""
    customer = books.customer()
    invoice = books.invoice(customer, 100, PrivateNote="note", DueDate="2027-01-01")
    body = books.form(customer, books.line(100), Id=invoice["Id"], SyncToken=invoice["SyncToken"])
    changed = books.update("Invoice", body)
    assert "PrivateNote" not in changed and changed["DueDate"] == changed["TxnDate"]


def test_lines_are_matched_by_id(books: Books) -> None:
    """18: known Ids stay, unknown lines are new, missing ones go."""
    customer = books.customer()
    invoice = books.create("Invoice", books.form(customer, books.line(10), books.line(20)))
    kept = next(line for line in invoice["Line"] if line.get("Id") == "2")
    changed = books.sparse("Invoice", invoice, Line=[kept, books.line(5)])
    assert [(line["Id"], line["Amount"]) for line in changed["Line"][:-1]] == [("2", 20), ("3", 5)]
    assert changed["TotalAmt"] == 25


def test_a_sparse_update_without_lines_keeps_them(books: Books) -> None:
    """18."""
    invoice = books.invoice(books.customer(), 33)
    assert books.sparse("Invoice", invoice, PrivateNote="x")["TotalAmt"] == 33


def test_payment_lines_are_all_or_none_even_when_sparse(books: Books) -> None:
    """15 and 18."""
    customer = books.customer()
    one, two = books.invoice(customer, 100), books.invoice(customer, 100)
    payment = books.pay(customer, 100, ("Invoice", one, 60), ("Invoice", two, 40))
    kept = books.sparse("Payment", payment, PrivateNote="kept")
    assert len(kept["Line"]) == 2
    changed = books.sparse("Payment", kept, Line=[kept["Line"][1]])
    assert changed["UnappliedAmt"] == 60
    assert [books.again("Invoice", i)["Balance"] for i in (one, two)] == [100, 60]
