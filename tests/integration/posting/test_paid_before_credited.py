"""A credit note on an invoice that QuickBooks has paid already: one row that leaves when either changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from caspen_seed.records import CreditNote
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "overpayment"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def paid_and_credited(flow: Flow) -> tuple[dict[str, Any], dict[str, Any], CreditNote]:
    """110.00, paid in full in QuickBooks, of which Caspen credits 22.00 in the meantime."""
    made = flow.invoice("100.00")
    command("post")
    invoice = flow.books("Invoice")[0]
    payment = flow.person("record-payment", invoices=[invoice["Id"]], date="2026-11-20")
    return invoice, payment, flow.staff.credit(made, {1: "0.2"})


def lower(flow: Flow, invoice: dict[str, Any], payment: dict[str, Any]) -> None:
    line = {"Amount": 88, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    flow.person("edit", entity="Payment", id=payment["Id"], changes={"TotalAmt": 88, "Line": [line]})


def settled(flow: Flow) -> None:
    for job in ("import", "post", "import", "post", "reconcile"):
        command(job)
    assert flow.listed() == {}
    [(balance,)] = flow.caspen_rows("SELECT balance FROM caspen.invoice")
    assert [row["Balance"] for row in flow.books("Invoice")] == [balance]


@pytest.mark.parametrize("over", ["fault", "unapplied"])
@pytest.mark.parametrize(
    "jobs", [("post",), ("post", "import"), ("import", "post"), ("import", "post", "import")]
)
def test_it_is_one_row_that_names_the_payment_and_follows_when_the_payment_is_lowered(
    flow: Flow, jobs: tuple[str, ...], over: str
) -> None:
    flow.switch(over_application=over)
    invoice, payment, note = paid_and_credited(flow)
    for job in jobs:
        command(job)
    assert list(flow.listed()) == [(note.number, KEY)]
    detail = flow.listed()[note.number, KEY]
    assert f"payment {payment['Id']} (2026-11-20, 110.00)" in detail
    assert "void the credit note in Caspen" in detail and "22.00" in detail
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'refused'") == [(0,)]
    before = len(flow.requests())
    command("post")
    assert len(flow.requests()) == before, "it is held: nothing is read for it by posting"
    lower(flow, invoice, payment)
    settled(flow)
    assert [row["RemainingCredit"] for row in flow.books("CreditMemo")] == [0]


@pytest.mark.parametrize("jobs", [("post",), ("post", "import"), ("import", "post")])
def test_it_leaves_when_the_credit_is_voided_or_the_payment_deleted(
    flow: Flow, jobs: tuple[str, ...]
) -> None:
    _, payment, note = paid_and_credited(flow)
    for job in jobs:
        command(job)
    if jobs == ("post",):
        flow.staff.void_credit_note(note.id)
    else:
        flow.person("delete", entity="Payment", id=payment["Id"])
    settled(flow)


def accept_all(flow: Flow) -> None:
    """What is left is said of the invoice and its payment, and accepted too; then all is quiet."""
    for _ in range(3):
        for name in {name for name, _ in flow.listed()}:
            command("accept", "--number", name)
        for job in ("import", "post", "reconcile"):
            command(job)
        if not flow.listed():
            break
    for job in ("import", "post", "reconcile"):
        command(job)
        assert flow.listed() == {}
    found = flow.sync_rows(
        "SELECT document_number, field FROM qbo_sync.reconciliation_difference WHERE NOT explained AND"
        " run_id = (SELECT run_id FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1)"
    )
    assert found == []


@pytest.mark.parametrize("jobs", [("post",), ("import", "post", "reconcile")])
def test_accepted_the_credit_stays_unused_and_the_rest_is_a_matter_of_the_invoice(
    flow: Flow, jobs: tuple[str, ...]
) -> None:
    """The payment cannot be changed: it lies in a deposit, or its period is closed."""
    _, payment, note = paid_and_credited(flow)
    flow.person("make-deposit", payments=[payment["Id"]])
    for job in jobs:
        command(job)
    command("accept", "--number", note.number)
    command("import")
    assert note.number not in {name for name, _ in flow.listed()}
    accept_all(flow)
    unused = [row["RemainingCredit"] for row in flow.books("CreditMemo")]
    assert unused == ([22] if jobs[0] == "post" else [])  # held before it was posted, it stays out


def test_a_payment_raised_beyond_what_is_open_there_may_be_accepted(flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    command("post")
    flow.person("record-payment", invoices=[{"id": flow.books("Invoice")[0]["Id"], "amount": "70"}])
    flow.caspen_rows("UPDATE caspen.payment_allocation SET amount = 60 RETURNING id")
    flow.caspen_rows("UPDATE caspen.payment SET amount = 60 RETURNING id")
    flow.caspen_rows("UPDATE caspen.invoice SET balance = 50 RETURNING id")
    command("post")
    [(number, key)] = flow.listed()
    assert key == KEY and "The posted payment stays as it was." in flow.listed()[number, key]
    command("accept", "--number", number)
    accept_all(flow)


def test_what_closes_it_may_be_no_payment_and_retry_follows(flow: Flow) -> None:
    made = flow.invoice("100.00")
    command("post")
    invoice = flow.books("Invoice")[0]
    line = {key: value for key, value in invoice["Line"][0].items() if key not in ("Id", "LineNum")}
    line = {"Amount": 100, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {
        "ItemRef": {"value": line["SalesItemLineDetail"]["ItemRef"]["value"]},
        "TaxCodeRef": {"value": line["SalesItemLineDetail"]["TaxCodeRef"]["value"]},
    }}  # fmt: skip
    memo = flow.person(
        "create",
        entity="CreditMemo",
        document={"CustomerRef": {"value": invoice["CustomerRef"]["value"]}, "Line": [line]},
    )
    applied = flow.person("record-payment", invoices=[invoice["Id"]], credits=[memo["Id"]])
    note = flow.staff.credit(made, {1: "0.2"})
    command("post")
    assert f"closed by credit memo {memo['Id']} with 110.00" in flow.listed()[note.number, KEY]
    flow.person("delete", entity="Payment", id=applied["Id"])
    command("retry", "--number", note.number)
    command("post")
    assert flow.listed() == {} and flow.books("Invoice")[0]["Balance"] == 88


def test_what_auto_apply_leaves_of_a_deleted_credit_memo_is_no_payment_of_anybody(flow: Flow) -> None:
    """Ours was taken off, QuickBooks applied the credit itself, then the credit note is voided in Caspen: its
    payment of nothing stays, joins nothing, and is neither listed, imported nor counted.
    """
    made = flow.invoice("100.00")
    command("post")
    note = flow.staff.credit(made, {1: "0.2"})
    command("post")
    [ours] = flow.books("Payment")
    flow.person("delete", entity="Payment", id=ours["Id"])
    flow.switch(auto_apply_credit=True)
    second = flow.invoice("30.00")
    command("post")
    flow.switch(auto_apply_credit=False)
    [theirs] = flow.books("Payment")
    assert theirs["PrivateNote"] == "Created by QB Online to link credits to charges."
    flow.staff.void_credit_note(note.id)
    for job in ("post", "import", "post", "reconcile", "import", "reconcile"):
        command(job)
    [left] = flow.books("Payment")
    assert (left["Id"], left["TotalAmt"], left["Line"]) == (theirs["Id"], 0, [])
    assert flow.books("CreditMemo") == [] and flow.listed() == {}
    assert flow.caspen_rows("SELECT count(*) FROM caspen.payment") == [(0,)]
    balances = {row["DocNumber"]: row["Balance"] for row in flow.books("Invoice")}
    assert balances == {flow.staff.invoice(one).number: flow.staff.balance(one) for one in (made, second)}
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.reconciliation_difference") == [(0,)]
    [(report,)] = flow.sync_rows(
        "SELECT report::text FROM qbo_sync.reconciliation_run ORDER BY started_at DESC LIMIT 1"
    )
    assert [item for tie_out in json.loads(report)["tie_outs"] for item in tie_out["items"]] == []
