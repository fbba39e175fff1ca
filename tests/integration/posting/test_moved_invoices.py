"""What stands on an invoice goes to the customer that invoice is on in QuickBooks, however it came there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from caspen_seed import NewLine
from tests.integration.posting.test_lifecycle import allocation_of, edited, move, payments
from tests.support.bookkeeper import credit_of, edit, invoice_of, plain
from tests.support.command_line import run_command
from tests.support.flow import Flow


def command(flow: Flow, name: str, *more: str, ok: bool = True) -> str:
    done = run_command(name, "--workspace", str(flow.workspace_id), *more)
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout + done.stderr


def customer_of(flow: Flow, invoice: int) -> str:
    return invoice_of(flow, invoice)["CustomerRef"]["value"]


def new_customer(flow: Flow, name: str, **more: Any) -> str:
    return flow.person("create", entity="Customer", document={"DisplayName": name, **more})["Id"]


def move_by_hand(flow: Flow, invoice: int) -> str:
    other = new_customer(flow, f"Family account {invoice}")
    edit(flow, invoice, CustomerRef={"value": other})
    return other


def move_and_accept(flow: Flow, invoice: int) -> str:
    other = move_by_hand(flow, invoice)
    command(flow, "reconcile")
    command(flow, "accept", "--number", flow.staff.invoice(invoice).number)
    return other


def move_and_list(flow: Flow, invoice: int) -> str:
    other = move_by_hand(flow, invoice)
    command(flow, "reconcile")
    return other


def merge(flow: Flow, invoice: int) -> str:
    other = new_customer(flow, f"Survivor {invoice}")
    flow.person("merge", entity="Customer", **{"from": customer_of(flow, invoice), "into": other})
    return other


def merge_twice(flow: Flow, invoice: int) -> str:
    merge(flow, invoice)
    other = new_customer(flow, f"Last {invoice}")
    flow.person("merge", entity="Customer", **{"from": customer_of(flow, invoice), "into": other})
    return other


def merge_without_a_trace(flow: Flow, invoice: int) -> str:
    flow.switch(merged_name="gone")
    return merge(flow, invoice)


def move_below_a_parent(flow: Flow, invoice: int) -> str:
    parent = new_customer(flow, f"Parent {invoice}")
    child = new_customer(flow, f"Child {invoice}", ParentRef={"value": parent}, Job=True, BillWithParent=True)
    edit(flow, invoice, CustomerRef={"value": child})
    return child


WAYS = (
    move_by_hand,
    move_and_list,
    move_and_accept,
    merge,
    merge_twice,
    merge_without_a_trace,
    move_below_a_parent,
)


@pytest.fixture(params=WAYS, ids=lambda way: way.__name__)
def move_invoice(request: pytest.FixtureRequest) -> Callable[[Flow, int], str]:
    return request.param


def test_a_payment_goes_to_the_customer_its_invoice_is_on_there(flow: Flow, move_invoice) -> None:
    invoice = flow.invoice("100.00")
    command(flow, "post")
    other = move_invoice(flow, invoice)
    flow.pay(invoice, "40.00")
    command(flow, "post")
    [payment] = payments(flow)
    assert (payment["CustomerRef"]["value"], payment["TotalAmt"]) == (other, 40)
    assert invoice_of(flow, invoice)["Balance"] == 70
    assert {key for _, key in flow.listed()} <= {"changed_in_quickbooks"}


def test_a_posted_payment_that_changes_follows_its_invoice(flow: Flow, move_invoice) -> None:
    invoice, second = flow.invoice("100.00"), flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.pay(second, "10.00")
    command(flow, "post")
    other = move_invoice(flow, invoice)
    move(flow, allocation_of(flow, invoice), invoice, "25.00")
    move(flow, allocation_of(flow, second), invoice, "10.00")
    command(flow, "post")
    assert {row["CustomerRef"]["value"] for row in payments(flow)} == {other}
    assert invoice_of(flow, invoice)["Balance"] == 75
    assert {key for _, key in flow.listed()} <= {"changed_in_quickbooks"}
    flow.staff.unlink(allocation_of_amount(flow, "25.00"))
    command(flow, "post")
    assert invoice_of(flow, invoice)["Balance"] == 100


def allocation_of_amount(flow: Flow, amount: str) -> int:
    [(allocation,)] = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE amount = %s AND deleted_at IS NULL", amount
    )
    return allocation


def test_a_credit_note_goes_to_its_invoices_customer_and_is_applied(flow: Flow, move_invoice) -> None:
    invoice = flow.invoice("80.00", "20.00")
    command(flow, "post")
    other = move_invoice(flow, invoice)
    flow.staff.credit(invoice, {2: 1})
    command(flow, "post")
    memo = credit_of(flow, invoice)
    assert (memo["CustomerRef"]["value"], memo["Balance"]) == (other, 0)
    assert invoice_of(flow, invoice)["Balance"] == 88
    assert {key for _, key in flow.listed()} <= {"changed_in_quickbooks"}


def test_a_posted_credit_memo_that_is_not_applied_yet_follows_its_invoice(flow: Flow, move_invoice) -> None:
    """Its application was refused, and the invoice is moved before it is tried again."""
    invoice = flow.invoice("80.00", "20.00")
    command(flow, "post")
    flow.staff.credit(invoice, {2: 1})
    refusal = {"code": "620", "message": "Cannot link", "detail": "Not now"}
    flow.door(
        "faults", seed=1, rules=[{"kind": "refuse", "endpoint": "batch", "nth": 2, "errors": [refusal]}]
    )
    command(flow, "post")
    flow.door("faults", seed=1, rules=[])
    assert credit_of(flow, invoice)["Balance"] == 22
    other = move_invoice(flow, invoice)
    command(flow, "retry", "--all")
    command(flow, "post")
    command(flow, "post")
    memo = credit_of(flow, invoice)
    assert (memo["CustomerRef"]["value"], memo["Balance"]) == (other, 0)
    assert invoice_of(flow, invoice)["Balance"] == 88
    assert {key for _, key in flow.listed()} <= {"changed_in_quickbooks"}


def test_an_update_of_a_merged_invoice_keeps_it_where_the_merge_put_it(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    command(flow, "post")
    other = merge(flow, invoice)
    edited(flow, invoice, "90.00")
    flow.pay(invoice, "40.00")
    command(flow, "post")
    now = invoice_of(flow, invoice)
    assert (now["CustomerRef"]["value"], now["TotalAmt"], now["Balance"]) == (other, 99, 59)
    assert flow.listed() == {}


def test_what_is_voided_in_caspen_leaves_a_merged_customer_too(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    command(flow, "post")
    merge(flow, invoice)
    flow.staff.unlink(allocation_of(flow, invoice))
    flow.staff.void_invoice(invoice)
    command(flow, "post")
    assert payments(flow) == []
    assert invoice_of(flow, invoice)["TotalAmt"] == 0
    assert flow.listed() == {}


def test_a_payment_resent_or_posted_again_goes_where_its_invoice_is(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    command(flow, "post")
    [payment] = payments(flow)
    flow.person("delete", entity="Payment", id=payment["Id"])
    other = move_by_hand(flow, invoice)
    command(flow, "reconcile")
    command(flow, "resend", "--number", payment["PaymentRefNum"])
    command(flow, "post")
    [payment] = payments(flow)
    assert payment["CustomerRef"]["value"] == other
    line = plain(payment["Line"])[0]
    flow.person(
        "edit", entity="Payment", id=payment["Id"],
        changes={"TotalAmt": 30, "Line": [{"Amount": 30, "LinkedTxn": line["LinkedTxn"]}]},
    )  # fmt: skip
    command(flow, "reconcile")
    command(flow, "resend", "--number", payment["PaymentRefNum"])
    command(flow, "post")
    [payment] = payments(flow)
    assert (payment["CustomerRef"]["value"], payment["TotalAmt"]) == (other, 40)


def test_a_payment_lost_on_its_way_is_found_after_a_merge_and_not_doubled(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    command(flow, "post")
    flow.pay(invoice, "40.00")
    flow.switch(requestid_ttl_seconds=0)
    flow.door("faults", seed=1, rules=[{"kind": "drop", "commit": True, "endpoint": "batch"}])
    run_command("post", "--workspace", str(flow.workspace_id))
    flow.door("faults", seed=1, rules=[])
    assert len(payments(flow)) == 1
    other = merge(flow, invoice)
    command(flow, "post")
    command(flow, "post")
    [payment] = payments(flow)
    assert (payment["CustomerRef"]["value"], payment["TotalAmt"]) == (other, 40)
    assert invoice_of(flow, invoice)["Balance"] == 70
    assert flow.listed() == {}


def test_a_dry_run_and_a_line_of_another_client_are_not_disturbed(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    bob = flow.staff.create_client("Bob", "Lee")
    line = NewLine("service", "Visit", "50.00", tax_rate_id=flow.rates["GST"])
    theirs = flow.invoice(client=bob, lines=[line])
    command(flow, "post")
    other = merge(flow, invoice)
    flow.pay(invoice, "40.00")
    flow.staff.pay(bob, {theirs: flow.staff.balance(theirs)})
    said = command(flow, "post", "--dry-run")
    assert said.count("would post payment PAY-") == 2
    command(flow, "post")
    assert {row["CustomerRef"]["value"] for row in payments(flow)} == {other, customer_of(flow, theirs)}


def test_an_invoice_lost_on_its_way_is_found_after_a_merge_and_is_no_refusal(flow: Flow) -> None:
    first = flow.invoice("100.00")
    command(flow, "post")
    lost = flow.invoice("20.00")
    flow.door("faults", seed=1, rules=[{"kind": "drop", "commit": True, "endpoint": "batch"}])
    run_command("post", "--workspace", str(flow.workspace_id))
    flow.door("faults", seed=1, rules=[])
    assert len(flow.books("Invoice")) == 2
    other = merge(flow, first)
    command(flow, "post")
    assert flow.listed() == {}
    command(flow, "reconcile")
    assert flow.listed() == {}
    assert {customer_of(flow, one) for one in (first, lost)} == {other}
    assert len(flow.books("Invoice")) == 2
