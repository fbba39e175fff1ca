"""Several payments on one invoice, one payment over several invoices, more than is due, one receipt on both
sides.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from caspen_qbo import wiring
from caspen_qbo.usecases.decisions.retry import release
from tests.support.flow import Flow
from tests.support.importing import (
    imported,
    in_books,
    open_rows,
    posted,
    receive,
    run_import,
)

TODAY = date.today().isoformat()


def number(flow: Flow, invoice_id: int) -> str:
    return flow.staff.invoice(invoice_id).number


def test_a_split_is_listed_with_ids_dates_and_amounts_and_cleared_when_one_is_deleted(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    first = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    second = receive(flow, {invoice: "35.00"}, date="2026-11-05")

    run_import(flow)
    assert imported(flow) == []
    assert open_rows(flow) == [(number(flow, invoice), "split_payment", False, Decimal("75.00"))]
    detail = flow.listed()[number(flow, invoice), "split_payment"]
    assert f"{first} (2026-11-03, 40.00), {second} (2026-11-05, 35.00)" in detail
    assert flow.staff.invoice(invoice).quickbooks_status_detail == "Split payment in QuickBooks"

    flow.person("delete", entity="Payment", id=second)
    run_import(flow)
    assert imported(flow) == [(first, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == []
    assert flow.staff.invoice(invoice).quickbooks_status_detail is None


def test_a_second_payment_next_to_an_imported_one_is_listed_and_the_first_stays(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    first = receive(flow, {invoice: "40.00"})
    run_import(flow)
    second = receive(flow, {invoice: "60.00"})

    run_import(flow)
    run_import(flow)
    assert imported(flow) == [(first, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == [(number(flow, invoice), "split_payment", False, Decimal("60.00"))]
    assert (
        f"Imported: {first}; not imported: {second}." in flow.listed()[number(flow, invoice), "split_payment"]
    )

    flow.person("delete", entity="Payment", id=first)
    run_import(flow)
    assert imported(flow) == [(second, Decimal("60.00"), invoice, Decimal("60.00"))]
    assert open_rows(flow) == []
    assert flow.staff.balance(invoice) == Decimal("40.00")


def test_our_own_payment_next_to_one_of_theirs_is_no_split(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.pay(invoice, "30.00")
    flow.post()
    theirs = receive(flow, {invoice: "70.00"})
    run_import(flow)
    assert imported(flow) == [(theirs, Decimal("70.00"), invoice, Decimal("70.00"))]
    assert open_rows(flow) == []
    assert flow.staff.invoice(invoice).status == "paid"


def test_one_payment_over_several_invoices_and_a_strange_one_is_one_caspen_payment(flow: Flow) -> None:
    ours, also = posted(flow, "100.00"), posted(flow, "50.00")
    customer = next(row for row in flow.books("Invoice") if row["Id"] == in_books(flow, ours))["CustomerRef"][
        "value"
    ]
    item = next(row for row in flow.books("Item") if row["Type"] == "Service")["Id"]
    free = next(row for row in flow.books("Invoice") if row["Id"] == in_books(flow, ours))["Line"][0][
        "SalesItemLineDetail"
    ]["TaxCodeRef"]["value"]
    strange = flow.person(
        "create",
        entity="Invoice",
        document={
            "CustomerRef": {"value": customer},
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": [
                {
                    "Amount": 20,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {"ItemRef": {"value": item}, "TaxCodeRef": {"value": free}},
                }
            ],
        },
    )
    payment = str(
        flow.person(
            "record-payment",
            invoices=[
                {"id": in_books(flow, ours), "amount": "100.00"},
                {"id": in_books(flow, also), "amount": "25.50"},
                {"id": strange["Id"], "amount": "20.00"},
            ],
        )["Id"]
    )
    flow.person("record-payment", customer=customer, amount="11.00")  # on account: pays no invoice

    run_import(flow)
    assert imported(flow) == [
        (payment, Decimal("125.50"), ours, Decimal("100.00")),
        (payment, Decimal("125.50"), also, Decimal("25.50")),
    ]
    assert open_rows(flow) == []
    assert flow.staff.balance(also) == Decimal("24.50")
    assert run_import(flow).calls == {"cdc": 1}


def test_a_payment_whose_other_invoice_is_split_waits_whole_and_comes_whole(flow: Flow) -> None:
    split, clean = posted(flow, "100.00"), posted(flow, "50.00")
    both = receive(flow, {split: "60.00", clean: "50.00"})
    other = receive(flow, {split: "40.00"})
    run_import(flow)
    assert imported(flow) == []
    assert [row[:2] for row in open_rows(flow)] == [
        (number(flow, split), "split_payment"),
        (number(flow, clean), "split_payment"),
    ]
    flow.person("delete", entity="Payment", id=other)
    run_import(flow)
    assert imported(flow) == [
        (both, Decimal("110.00"), split, Decimal("60.00")),
        (both, Decimal("110.00"), clean, Decimal("50.00")),
    ]
    assert open_rows(flow) == []


def test_more_than_the_balance_imports_what_is_due_and_lists_the_rest(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    flow.pay(invoice, "70.00")  # not posted yet: QuickBooks still shows 100.00 open
    payment = receive(flow, {invoice: "100.00"})
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("30.00"), invoice, Decimal("30.00"))]
    assert (number(flow, invoice), "overpayment", False, Decimal("70.00")) in open_rows(flow)
    flow.post()
    assert [row["Id"] for row in flow.books("Payment")] == [payment]


def test_money_beyond_the_invoice_in_quickbooks_is_listed(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "100.00"}, amount="130.00")
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]
    assert open_rows(flow) == [(number(flow, invoice), "overpayment", False, Decimal("30.00"))]


def test_a_payment_on_an_invoice_paid_in_caspen_is_listed_and_comes_when_there_is_room(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    paid = flow.staff.pay(flow.client_id, {invoice: "100.00"})
    payment = receive(flow, {invoice: "60.00"})
    run_import(flow)
    assert imported(flow) == []
    assert open_rows(flow) == [(number(flow, invoice), "overpayment", False, Decimal("60.00"))]

    flow.staff.unlink(paid.allocation_ids[0])
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("60.00"), invoice, Decimal("60.00"))]
    assert open_rows(flow) == []


def test_one_receipt_on_both_sides_is_neither_imported_nor_posted(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    mine = flow.staff.pay(flow.client_id, {invoice: "40.00"})
    theirs = receive(flow, {invoice: "40.00"}, date=TODAY)
    run_import(flow)
    flow.post()
    run_import(flow)
    assert imported(flow) == []
    assert [row["Id"] for row in flow.books("Payment")] == [theirs]
    assert open_rows(flow) == [
        (number(flow, invoice), "overpayment", False, Decimal("40.00")),
        (mine.number, "overpayment", True, Decimal("40.00")),
    ]
    detail = flow.listed()[mine.number, "overpayment"]
    assert theirs in detail and mine.number in detail

    flow.staff.unlink(mine.allocation_ids[0])  # the staff's was the doubled one
    run_import(flow)
    assert imported(flow) == [(theirs, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == []


def test_two_equal_receipts_both_count_once_a_person_says_so(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    mine = flow.staff.pay(flow.client_id, {invoice: "40.00"})
    theirs = receive(flow, {invoice: "40.00"}, date=TODAY)
    run_import(flow)
    with wiring.open_store() as store:
        assert release(store.for_workspace(flow.workspace_id), numbers=[mine.number], who="test") == 1
    run_import(flow)  # a run in between does not take the choice back
    flow.post()
    run_import(flow)
    assert imported(flow) == [(theirs, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert len(flow.books("Payment")) == 2
    assert flow.staff.balance(invoice) == Decimal("20.00")
    assert next(r for r in flow.books("Invoice"))["Balance"] == Decimal("20")
    assert open_rows(flow) == []
