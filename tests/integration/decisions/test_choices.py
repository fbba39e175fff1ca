"""A choice that is offered does something, and what was accepted stays accepted."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from caspen_qbo.quality import validate as _loaded_once  # noqa: F401 - what a forked command need not load again
from tests.integration.posting.test_deposited_payments import lower, unlink
from tests.support.bookkeeper import copy_document, edit, invoice_of, payment_of
from tests.support.command_line import run_command
from tests.support.flow import Flow


def command(*arguments: str, code: int = 0) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == code, done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def rounds(flow: Flow) -> set[tuple[str, str]]:
    """All jobs; what is listed then."""
    for job in ("import", "post", "reconcile"):
        command(job)
    return set(flow.listed())


def number(flow: Flow, invoice: int) -> str:
    return str(flow.staff.invoice(invoice).number)


def posted(flow: Flow) -> int:
    invoice = flow.invoice("100.00")
    command("post")
    return invoice


def credit_of_theirs(flow: Flow, invoice: int, amount: str) -> tuple[str, str]:
    """A credit memo of 110.00 that is not ours, on our invoice through a payment of nothing: their ids."""
    there = invoice_of(flow, invoice)
    detail = {
        name: {"value": there["Line"][0]["SalesItemLineDetail"][name]["value"]}
        for name in ("ItemRef", "TaxCodeRef")
    }
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    document = {"CustomerRef": {"value": there["CustomerRef"]["value"]}, "Line": [line]}
    memo = flow.person("create", entity="CreditMemo", document=document)["Id"]
    part = {"id": there["Id"], "amount": amount}
    used = flow.person("record-payment", invoices=[part], credits=[{"id": memo, "amount": amount}])
    return memo, used["Id"]


@pytest.mark.parametrize("change", [unlink, lower])
def test_a_change_to_a_payment_in_a_deposit_may_be_left_undone_there(
    flow: Flow, change: Callable[[Flow, int], None]
) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    command("post")
    payment = payment_of(flow, invoice)["Id"]
    flow.person("make-deposit", payments=[payment])
    change(flow, invoice)
    command("post")
    [(locked, key)] = flow.listed()
    assert key == "payment_locked"
    command("accept", "--number", locked)
    if change is unlink:  # what is left of it is a balance, and names the payment
        assert rounds(flow) == {(number(flow, invoice), "totals_mismatch")}
        assert f"closed by payment {payment}" in " ".join(flow.listed().values())
        command("accept", "--number", number(flow, invoice))
    flow.person("remove-from-deposit", payment=payment)
    assert rounds(flow) == set()
    assert payment_of(flow, invoice)["TotalAmt"] == 40


def test_accepting_an_edit_of_what_caspen_voided_does_not_void_it(flow: Flow) -> None:
    invoice = posted(flow)
    edit(flow, invoice, DueDate="2031-01-31")
    flow.staff.void_invoice(invoice)
    command("post")
    assert set(flow.listed()) == {(number(flow, invoice), "changed_in_quickbooks")}
    command("accept", "--number", number(flow, invoice))
    assert rounds(flow) == set()
    assert invoice_of(flow, invoice)["TotalAmt"] == 110


def test_a_copy_is_closed_in_quickbooks_alone(flow: Flow) -> None:
    invoice = posted(flow)
    copy_document(flow, invoice)
    assert rounds(flow) == {(f"COPY-{invoice}", "changed_in_quickbooks")}
    for choice in ("accept", "resend"):
        for name in (number(flow, invoice), f"COPY-{invoice}"):
            assert "nothing to decide" in command(choice, "--number", name, code=1)
    [(fix,)] = flow.sync_rows("SELECT fix FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    assert fix.startswith("Delete the copy in QuickBooks; or")
    copy = flow.books("Invoice")[-1]["Id"]
    flow.person("edit", entity="Invoice", id=copy, changes={"PrivateNote": "A second visit"})
    assert rounds(flow) == set()


def test_what_is_paid_on_it_alone_is_not_sent_again(flow: Flow) -> None:
    invoice = posted(flow)
    memo, _ = credit_of_theirs(flow, invoice, "22.00")
    assert rounds(flow) == {(number(flow, invoice), "totals_mismatch")}
    said = command("resend", "--number", number(flow, invoice), code=1)
    assert "is Caspen's version already" in said
    flow.staff.void_invoice(invoice)
    assert (number(flow, invoice), "changed_in_quickbooks") in rounds(flow)
    assert "22.00 is paid on" in command("resend", "--number", number(flow, invoice), code=1)
    command("accept", "--number", number(flow, invoice))
    assert rounds(flow) == set() and invoice_of(flow, invoice)["TotalAmt"] == Decimal(110)
    assert memo


def test_a_credit_note_on_an_invoice_closed_by_a_credit_names_that_credit(flow: Flow) -> None:
    invoice = posted(flow)
    memo, used = credit_of_theirs(flow, invoice, "110.00")
    note = flow.staff.credit(invoice, {1: "0.2"})
    command("post")
    detail = flow.listed()[note.number, "overpayment"]
    assert f"closed by credit memo {memo} with 110.00" in detail
    assert "Take 22.00 of that off the invoice in QuickBooks" in detail
    flow.person("delete", entity="Payment", id=used)
    command("retry", "--number", note.number)
    assert rounds(flow) == set() and invoice_of(flow, invoice)["Balance"] == 88


def test_what_waited_for_the_connection_and_waits_for_its_invoice_now_is_listed_no_more(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.person("disconnect")
    command("post", code=1)
    assert {key for _, key in flow.listed()} == {"invalid_refresh_token"} and len(flow.listed()) == 2
    flow.person("reconnect")
    flow.connect()
    flow.switch(using_sales_tax=False)
    command("post")
    assert set(flow.listed()) == {(number(flow, invoice), "business_validation_tax")}
    command("accept", "--number", number(flow, invoice))
    command("post")
    assert flow.listed() == {}


STOPPED = {
    "the connection": ("disconnect", "reconnect", "invalid_refresh_token"),
    "the subscription": ("end-subscription", "restart-subscription", "subscription_ended"),
}


@pytest.mark.parametrize("what", STOPPED)
def test_what_stopped_a_payment_ends_with_its_invoice_left_as_it_is(flow: Flow, what: str) -> None:
    """Left while its payment is listed under what stopped all: the payment stays out with it."""
    stop, go_on, key = STOPPED[what]
    flow.rates["Old GST"] = flow.staff.create_tax_rate("Old GST", "5")  # linked to no tax code
    held = flow.invoice("100.00", rate="Old GST")
    command("post")
    flow.pay(held, "40.00")
    flow.invoice("50.00")
    flow.person(stop)
    command("post", code=1)
    assert sorted(listed for _, listed in flow.listed()) == sorted(["business_validation_tax", key, key])
    command("accept", "--number", number(flow, held))
    flow.person(go_on)
    if what == "the connection":
        flow.connect()
    command("post")
    assert flow.listed() == {}
    command("retry", "--number", number(flow, held))
    command("post")
    assert set(flow.listed()) == {(number(flow, held), "business_validation_tax")}


@pytest.mark.parametrize("gone", ["delete", "void"])
@pytest.mark.parametrize("ours", ["void", "delete"])
def test_what_is_gone_on_both_sides_is_listed_no_more(flow: Flow, ours: str, gone: str) -> None:
    """Edited there, taken back in Caspen and so listed; then a person removes it in QuickBooks as well."""
    invoice = posted(flow)
    listed = number(flow, invoice)
    edit(flow, invoice, DocNumber="X-1")
    if ours == "delete":
        flow.staff.revert_to_draft(invoice)
        flow.staff.delete_draft(invoice)
    else:
        flow.staff.void_invoice(invoice)
    command("post")
    assert set(flow.listed()) == {(listed, "changed_in_quickbooks")}
    flow.person(gone, entity="Invoice", id=invoice_of(flow, invoice)["Id"])
    rounds(flow)
    assert rounds(flow) == set()
