"""A payment recorded in QuickBooks that also uses a credit which is not Caspen's: only its money is imported,
and what else closes the invoice there is named for what it is, with a way out that works.
"""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import count
from typing import Any

from tests.support.bookkeeper import invoice_of, plain
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import edit_payment, imported, in_books, posted, receive

NUMBERS = count(1)
PAID = Decimal("60.00")


def run(*commands: str) -> None:
    for command in commands:
        name, *rest = command.split()
        done = run_command(name, "--workspace", "1", *rest)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def accept(*numbers: str) -> None:
    run("accept " + " ".join(f"--number {number}" for number in numbers))


def rows(flow: Flow, invoice: int) -> list[dict[str, Any]]:
    found = json.loads(run_command("unsynced", "--workspace", "1", "--json").stdout)
    return [row for row in found if row["invoice_id"] == invoice]


def balances(flow: Flow, invoice: int) -> tuple[Decimal, Decimal]:
    return flow.staff.balance(invoice), Decimal(str(invoice_of(flow, invoice)["Balance"]))


def credit(flow: Flow, invoice: int, amount: str) -> tuple[str, str]:
    """A credit memo that a bookkeeper made for the customer: its id and its number."""
    body, number = plain(invoice_of(flow, invoice)), f"BOOK-{next(NUMBERS)}"
    detail = {"ItemRef": body["Line"][0]["SalesItemLineDetail"]["ItemRef"]}
    line = {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    document = {
        "CustomerRef": {"value": body["CustomerRef"]["value"]},
        "DocNumber": number,
        "TxnDate": "2026-11-04",
        "GlobalTaxCalculation": "NotApplicable",
        "Line": [line],
    }
    return str(flow.person("create", entity="CreditMemo", document=document)["Id"]), number


def pay(flow: Flow, parts: dict[int, str], memos: list[tuple[str, str]], money: str) -> str:
    used = [{"id": memo, "amount": amount} for memo, amount in memos]
    return receive(flow, parts, credits=used, amount=money)


def test_money_with_a_credit_is_imported_as_the_money_and_each_way_out_closes_the_row(flow: Flow) -> None:
    taken_off, accepted, recorded = (posted(flow, "60.00", "50.00") for _ in range(3))
    payments, words = {}, {}
    for invoice in (taken_off, accepted, recorded):
        memo, number = credit(flow, invoice, "50.00")
        payments[invoice] = pay(flow, {invoice: "110.00"}, [(memo, "50.00")], "60.00")
        words[invoice] = f"credit memo {memo} (number {number}, 2026-11-04, 50.00) with 50.00"
    dry = run_command("import", "--workspace", "1", "--dry-run")
    assert "60.00" in dry.stdout
    assert "110.00" not in dry.stdout
    run("import", "reconcile")
    for invoice in (taken_off, accepted, recorded):
        assert (payments[invoice], PAID, invoice, PAID) in imported(flow)
        assert balances(flow, invoice) == (Decimal("50.00"), Decimal(0))
        [row] = rows(flow, invoice)
        assert (row["document_kind"], row["error_key"], row["field"]) == (
            "invoice",
            "totals_mismatch",
            "balance",
        )
        assert (row["caspen_value"], row["quickbooks_value"], row["delta"]) == ("50.00", "0.00", "-50.00")
        assert words[invoice] in row["detail"]
        card = flow.staff.invoice(invoice)
        assert (card.quickbooks_status, card.quickbooks_status_detail) == ("Synced", "Totals differ")
    number_of = {invoice: flow.staff.invoice(invoice).number for invoice in (accepted, recorded)}
    accept(number_of[accepted])
    edit_payment(flow, payments[taken_off], {taken_off: "60.00"})
    flow.staff.credit(recorded, {2: 1})
    run("post", "import", "reconcile")
    assert rows(flow, taken_off) == rows(flow, accepted) == []
    assert balances(flow, taken_off) == (Decimal("50.00"), Decimal("50.00"))
    edit_payment(flow, payments[recorded], {recorded: "60.00"})
    run("import", "post", "import", "reconcile")
    assert json.loads(run_command("unsynced", "--workspace", "1", "--json").stdout) == []
    assert balances(flow, recorded) == (Decimal(0), Decimal(0))
    card = flow.staff.invoice(accepted)
    assert (card.quickbooks_status, card.quickbooks_status_detail) == ("Synced", None)


def test_credits_of_others_in_every_shape_are_named(flow: Flow) -> None:
    two, alone, later, first, second = (posted(flow, "110.00") for _ in range(5))
    memos = {name: credit(flow, two, "25.00")[0] for name in ("a", "b", "alone", "later", "both")}
    pay(flow, {two: "110.00"}, [(memos["a"], "25.00"), (memos["b"], "25.00")], "60.00")
    pay(flow, {alone: "25.00"}, [(memos["alone"], "25.00")], "0.00")
    pay(flow, {first: "40.00", second: "45.00"}, [(memos["both"], "25.00")], "60.00")
    before = receive(flow, {later: "60.00"})
    run("import", "reconcile")
    [row] = rows(flow, two)
    assert f"credit memo {memos['a']} (" in row["detail"]
    assert f"credit memo {memos['b']} (" in row["detail"]
    assert row["delta"] == "-50.00"
    [row] = rows(flow, alone)
    assert f"credit memo {memos['alone']} (" in row["detail"]
    assert (row["delta"], row["error_key"]) == ("-25.00", "totals_mismatch")
    assert rows(flow, later) == []
    for invoice in (first, second):
        [row] = rows(flow, invoice)
        assert (row["error_key"], row["quickbooks_value"]) == ("split_payment", "60.00 in all")
        assert f"CreditMemo {memos['both']} of 25.00" in row["detail"]
    lines = [
        {"Amount": 85, "LinkedTxn": [{"TxnId": in_books(flow, later), "TxnType": "Invoice"}]},
        {"Amount": 25, "LinkedTxn": [{"TxnId": memos["later"], "TxnType": "CreditMemo"}]},
    ]
    flow.person("edit", entity="Payment", id=before, changes={"TotalAmt": 60, "Line": lines})
    run("import", "reconcile")
    [row] = rows(flow, later)
    assert (row["error_key"], row["field"], row["delta"]) == ("totals_mismatch", "balance", "-25.00")
    assert f"credit memo {memos['later']} (" in row["detail"]
    numbers = [flow.staff.invoice(one).number for one in (two, alone, later, first, second)]
    accept(*numbers)
    run("import", "reconcile")
    assert json.loads(run_command("unsynced", "--workspace", "1", "--json").stdout) == []
    assert {flow.staff.invoice(one).quickbooks_status for one in (two, alone, later, first, second)} == {
        "Synced"
    }
