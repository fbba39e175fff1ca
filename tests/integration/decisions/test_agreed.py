"""What a person accepted of a document is agreed: payments, balances and tie-outs follow from it."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.quality import validate as _loaded_once  # noqa: F401 - what a forked command need not load again
from caspen_seed import NewLine
from tests.integration.posting.test_deposited_payments import lower
from tests.support.bookkeeper import (
    edit,
    invoice_of,
    other_account,
    other_payment_date,
    payment_of,
    plain,
)
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import edit_payment, imported, receive

CHANGED, MORE, SPLIT = "changed_in_quickbooks", "overpayment", "split_payment"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def add_fee(flow: Flow, invoice: int, amount: float = 15, price: float | None = None) -> None:
    """A line free of tax; or the first line's price changed."""
    lines = [plain(one) for one in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in one][:1]
    if price is not None:
        lines[0]["Amount"] = price
        lines[0]["SalesItemLineDetail"] |= {"UnitPrice": price, "Qty": 1}
    if amount:
        free = next(row["Id"] for row in flow.books("TaxCode") if "free" in row["Name"].lower())
        detail = {
            **lines[0]["SalesItemLineDetail"],
            "UnitPrice": amount,
            "Qty": 1,
            "TaxCodeRef": {"value": free},
        }
        fee = {
            **lines[0],
            "Id": None,
            "Description": "Late fee",
            "Amount": amount,
            "SalesItemLineDetail": detail,
        }
        lines.append(fee)
    edit(flow, invoice, Line=lines)


def number(flow: Flow, invoice: int) -> str:
    return flow.staff.invoice(invoice).number


def agreed(flow: Flow, amount: float = 15, price: float | None = None) -> int:
    """An invoice of 110.00, and what a person changed in QuickBooks, accepted."""
    invoice = flow.invoice("100.00")
    command("post")
    add_fee(flow, invoice, amount, price)
    command("reconcile")
    command("accept", "--number", number(flow, invoice))
    return invoice


def all_agreed(flow: Flow, how_many: int) -> list[int]:
    """The same of several."""
    invoices = [flow.invoice("100.00") for _ in range(how_many)]
    command("post")
    for invoice in invoices:
        add_fee(flow, invoice)
    command("reconcile")
    for invoice in invoices:
        command("accept", "--number", number(flow, invoice))
    return invoices


def lowered(flow: Flow) -> int:
    invoice = agreed(flow, 0, 90.91)
    assert invoice_of(flow, invoice)["TotalAmt"] == 100
    return invoice


def items(flow: Flow) -> dict[tuple[str, str], str]:
    """(tie-out, document) -> the reason its difference has in the last report."""
    [(report,)] = flow.sync_rows(
        "SELECT report::text FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    )
    return {
        (tie_out["key"], item["number"]): item["reason"]
        for tie_out in json.loads(report)["tie_outs"]
        for item in tie_out["items"]
    }


def quiet(flow: Flow, times: int = 1) -> None:
    """Nothing is listed, unexplained or moved, however often it runs."""
    for _ in range(times):
        for job in ("import", "post", "reconcile"):
            command(job)
        assert flow.listed() == {}
        open_ = flow.sync_rows(
            "SELECT document_number, field, delta FROM qbo_sync.reconciliation_difference WHERE NOT explained"
            " AND run_id = (SELECT run_id FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1)"
        )
        assert open_ == []
        assert "Not explained" not in items(flow).values(), items(flow)


def balances(flow: Flow, invoice: int) -> tuple[Decimal, Decimal]:
    return flow.staff.balance(invoice), invoice_of(flow, invoice)["Balance"]


def test_what_is_paid_of_an_accepted_charge_is_the_agreed_amount(flow: Flow) -> None:
    invoice = agreed(flow)
    payment = receive(flow, {invoice: "125.00"})
    quiet(flow, 2)
    assert imported(flow) == [(payment, Decimal("110.00"), invoice, Decimal("110.00"))]
    assert balances(flow, invoice) == (0, 0)
    assert flow.staff.invoice(invoice).quickbooks_status == "Synced"
    assert items(flow)["payment_account", f"QB-{payment}"].startswith("Accepted by a person")
    flow.person("void", entity="Payment", id=payment)
    quiet(flow)
    assert imported(flow) == []
    assert balances(flow, invoice) == (110, 125)


def test_what_is_paid_of_an_accepted_lower_total_leaves_what_only_caspen_has(flow: Flow) -> None:
    invoice = lowered(flow)
    payment = receive(flow, {invoice: "100.00"})
    quiet(flow)
    assert imported(flow) == [(payment, Decimal("100.00"), invoice, Decimal("100.00"))]
    assert balances(flow, invoice) == (10, 0)
    assert items(flow)["receivables", number(flow, invoice)].startswith("Accepted by a person")
    flow.person("delete", entity="Payment", id=payment)
    quiet(flow)
    assert balances(flow, invoice) == (110, 100)


def test_a_part_payment_of_an_agreed_total(flow: Flow) -> None:
    left = {"60.00": (50, 65), "110.00": (0, 15), "120.00": (0, 5), "125.00": (0, 0)}
    paid = dict(zip(left, all_agreed(flow, len(left)), strict=True))
    for amount, invoice in paid.items():
        receive(flow, {invoice: amount})
    quiet(flow, 2)
    assert {amount: balances(flow, invoice) for amount, invoice in paid.items()} == left


def test_an_edited_payment_follows_up_to_what_caspen_takes(flow: Flow) -> None:
    invoice = agreed(flow)
    payment = receive(flow, {invoice: "110.00"})
    quiet(flow, 1)
    for amount, left in (("125.00", (0, 0)), ("60.00", (50, 65)), ("125.00", (0, 0)), ("112.00", (0, 13))):
        edit_payment(flow, payment, {invoice: amount})
        quiet(flow, 1)
        assert balances(flow, invoice) == left


def test_a_payment_of_caspens_own_leaves_what_only_quickbooks_has(flow: Flow) -> None:
    invoice = agreed(flow)
    flow.pay(invoice)
    quiet(flow, 2)
    assert balances(flow, invoice) == (0, 15)
    receive(flow, {invoice: "9.00"})
    quiet(flow, 2)
    assert balances(flow, invoice) == (0, 6)
    assert imported(flow) == []


def test_two_payments_that_make_the_agreed_total_are_a_split(flow: Flow) -> None:
    invoice = agreed(flow)
    first, second = receive(flow, {invoice: "100.00"}), receive(flow, {invoice: "25.00"})
    command("import")
    command("reconcile")
    assert list(flow.listed()) == [(number(flow, invoice), SPLIT)]
    flow.person("delete", entity="Payment", id=second)
    quiet(flow, 1)
    assert imported(flow) == [(first, Decimal("100.00"), invoice, Decimal("100.00"))]


@pytest.mark.parametrize("jobs", [("import",), ("import", "reconcile"), ("reconcile", "import", "reconcile")])
def test_a_payment_recorded_before_it_was_accepted(flow: Flow, jobs: tuple[str, ...]) -> None:
    invoice = flow.invoice("100.00")
    command("post")
    add_fee(flow, invoice)
    payment = receive(flow, {invoice: "125.00"})
    for job in jobs:
        command(job)
    if "reconcile" not in jobs:
        assert list(flow.listed()) == [(number(flow, invoice), MORE)]
        command("reconcile")
    assert (number(flow, invoice), CHANGED) in flow.listed()
    command("accept", "--number", number(flow, invoice))
    quiet(flow)
    assert imported(flow) == [(payment, Decimal("110.00"), invoice, Decimal("110.00"))]


def test_more_than_the_agreed_total_is_too_much_by_the_rest(flow: Flow) -> None:
    invoice = agreed(flow)
    payment = receive(flow, {invoice: "125.00"}, amount="130.00")
    for job in ("import", "post", "reconcile", "import"):
        command(job)
    [(listed, detail)] = flow.listed().items()
    assert listed == (number(flow, invoice), MORE)
    assert payment in detail and "5.00 of it" in detail and "agreed total" in detail and "125.00" in detail
    [(delta,)] = flow.sync_rows("SELECT delta FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    assert delta == 5
    edit_payment(flow, payment, {invoice: "125.00"})
    quiet(flow, 1)


def drop(flow: Flow, invoice: int) -> None:
    add_fee(flow, invoice, 0)


def raise_it(flow: Flow, invoice: int) -> None:
    add_fee(flow, invoice, 25)


def test_a_charge_changed_after_it_was_accepted_is_listed_again(flow: Flow) -> None:
    invoices = all_agreed(flow, 2)
    for invoice in invoices:
        receive(flow, {invoice: "110.00"})
    quiet(flow, 1)
    for change, invoice in zip((drop, raise_it), invoices, strict=True):
        change(flow, invoice)
    command("reconcile")
    assert {(number(flow, invoice), CHANGED) for invoice in invoices} <= flow.listed().keys()
    for invoice in invoices:
        command("accept", "--number", number(flow, invoice))
    quiet(flow)


def test_a_paid_charge_changed_after_it_was_accepted(flow: Flow) -> None:
    dropped, raised = invoices = all_agreed(flow, 2)
    payment, _ = (receive(flow, {invoice: "125.00"}) for invoice in invoices)
    quiet(flow, 1)
    drop(flow, dropped)
    raise_it(flow, raised)
    for job in ("import", "reconcile"):
        command(job)
    assert {(number(flow, invoice), CHANGED) for invoice in invoices} <= flow.listed().keys()
    for invoice in invoices:
        command("accept", "--number", number(flow, invoice))
    for job in ("import", "reconcile"):
        command(job)
    edit_payment(flow, payment, {dropped: "110.00"})  # QuickBooks takes the payment's rest off the invoice
    quiet(flow)


def free_of_tax(flow: Flow, invoice: int) -> None:
    line = next(plain(one) for one in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in one)
    free = next(row["Id"] for row in flow.books("TaxCode") if "free" in row["Name"].lower())
    line["SalesItemLineDetail"]["TaxCodeRef"] = {"value": free}
    edit(flow, invoice, Line=[line])


def test_an_accepted_change_of_tax(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    command("post")
    free_of_tax(flow, invoice)
    command("reconcile")
    command("accept", "--number", number(flow, invoice))
    receive(flow, {invoice: "100.00"})
    quiet(flow)
    assert balances(flow, invoice) == (10, 0)
    assert items(flow)["tax", number(flow, invoice)].startswith("Accepted by a person")


def test_what_was_accepted_stays_agreed_through_a_later_version(flow: Flow) -> None:
    invoice = agreed(flow)
    flow.staff.revert_to_draft(invoice)
    line = NewLine("service", "Longer", "120.00", tax_rate_id=flow.rates["GST"])
    flow.staff.edit_draft(invoice, lines=[line])
    flow.staff.finalise(invoice)
    quiet(flow, 1)
    assert balances(flow, invoice) == (132, 147)
    payment = receive(flow, {invoice: "147.00"})
    quiet(flow, 1)
    assert imported(flow) == [(payment, Decimal("132.00"), invoice, Decimal("132.00"))]
    assert flow.staff.invoice(invoice).quickbooks_status == "Synced"


def move_account(flow: Flow, invoice: int) -> dict[str, Any]:
    other_account(flow, invoice)
    return {"DepositToAccountRef": payment_of(flow, invoice)["DepositToAccountRef"]}


def move_date(flow: Flow, invoice: int) -> dict[str, Any]:
    other_payment_date(flow, invoice)
    return {"TxnDate": "2020-02-29"}


def test_what_was_accepted_of_a_payment_stays_when_its_allocation_changes(flow: Flow) -> None:
    invoices = [flow.invoice("100.00") for _ in range(2)]
    for invoice in invoices:
        flow.pay(invoice, "40.00")
    command("post")
    kept = {
        invoice: change(flow, invoice)
        for change, invoice in zip((move_account, move_date), invoices, strict=True)
    }
    command("reconcile")
    assert [key for _, key in flow.listed()] == [CHANGED, CHANGED]
    for listed, _ in flow.listed():
        command("accept", "--number", listed)
    for invoice in invoices:
        lower(flow, invoice)
    quiet(flow, 1)
    for invoice in invoices:
        there = payment_of(flow, invoice)
        assert there["TotalAmt"] == 30 and kept[invoice].items() <= there.items()
