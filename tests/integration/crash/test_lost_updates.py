"""Answers that are lost, and what is found in QuickBooks when it is looked for."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_seed import NewLine
from tests.support.bookkeeper import plain
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.lives.world import run_job
from tests.support.lost_answers import LOST, lose_the_answer


def _correct(flow: Flow, invoice: int) -> None:
    flow.staff.revert_to_draft(invoice)
    lines = [NewLine("service", "Longer", "200.00", tax_rate_id=flow.rates["GST"])]
    flow.staff.edit_draft(invoice, lines=lines)
    flow.staff.finalise(invoice)


def _edit(flow: Flow, field: str) -> None:
    [document] = flow.books("Invoice")
    changes: dict[str, Any] = {"DueDate": "2027-03-01"}
    if field == "Description":
        lines = [line for line in plain(document["Line"]) if "SalesItemLineDetail" in line]
        changes = {"Line": [{**lines[0], "Description": BY_HAND}]}
    flow.person("edit", entity="Invoice", id=document["Id"], changes=changes)


def _receive(flow: Flow, row_id: str) -> None:
    flow.person("record-payment", invoices=[{"id": row_id, "amount": "5.00"}])


BY_HAND = "Written by hand"


@pytest.mark.parametrize("field", ["DueDate", "Description"])
@pytest.mark.parametrize("replay", ["stored", "transient_6000"])
@pytest.mark.parametrize("lost", list(LOST))
def test_a_persons_edit_is_listed_and_not_overwritten(flow: Flow, lost: str, replay: str, field: str) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    _correct(flow, invoice)
    flow.switch(batch_replay=replay)

    lose_the_answer(flow, LOST[lost])
    _edit(flow, field)
    for _ in range(3):
        run_job("post")
    run_job("import")
    run_job("reconcile")

    [document] = flow.books("Invoice")
    assert document[field] == "2027-03-01" if field == "DueDate" else document["Line"][0][field] == BY_HAND
    assert document["TotalAmt"] == (110 if lost == "before" else 220)
    if (lost, replay, field) == ("after", "transient_6000", "Description"):
        # Without the first answer, our change and the person's cannot be told apart; the figures are equal.
        assert flow.listed() == {}
    else:
        assert [key for _, key in flow.listed()] == ["changed_in_quickbooks"]


@pytest.mark.parametrize("replay", ["stored", "transient_6000"])
@pytest.mark.parametrize("lost", list(LOST))
def test_a_payment_received_meanwhile_does_not_pass_for_ours(flow: Flow, lost: str, replay: str) -> None:
    """The payment moves the document's sync token, which alone proves nothing."""
    invoice = flow.invoice("100.00")
    flow.post()
    _correct(flow, invoice)
    [document] = flow.books("Invoice")
    flow.switch(batch_replay=replay)

    lose_the_answer(flow, LOST[lost])
    _receive(flow, document["Id"])
    for _ in range(3):
        run_job("post")

    [document] = flow.books("Invoice")
    assert (document["TotalAmt"], document["Balance"]) == (220, 215)
    assert flow.listed() == {}


@pytest.mark.parametrize("lost", list(LOST))
def test_the_next_run_says_what_it_found_of_an_interrupted_one(flow: Flow, lost: str) -> None:
    flow.invoice("5.00")
    flow.post()  # the customer is there: the first batch is the invoices'
    flow.invoice("100.00")
    flow.invoice("200.00")
    lose_the_answer(flow, LOST[lost])
    done = run_command("post", "--workspace", "1")
    said = {"before": "sent again 2", "after": "found after lost answers 2"}[lost]
    assert said in done.stdout, done.stdout
    assert len(flow.books("Invoice")) == 3


@pytest.mark.parametrize("number", ["INV\u201312", "\u53f7"])
def test_a_number_that_cannot_be_asked_for_is_no_reason_to_post_twice(flow: Flow, number: str) -> None:
    flow.invoice("5.00")
    flow.post()  # the customer is there: the first batch is the invoice's
    odd = flow.invoice("100.00")
    flow.caspen.execute("UPDATE caspen.invoice SET number = %s WHERE id = %s", [number, odd])
    flow.switch(batch_replay="transient_6000")

    lose_the_answer(flow, LOST["after"])
    for _ in range(3):
        run_job("post")

    assert [row["DocNumber"] for row in flow.books("Invoice")].count(number) == 1
    assert len(flow.books("Invoice")) == 2
    assert flow.listed() == {}


@pytest.mark.parametrize("lost", list(LOST))
def test_a_lost_update_of_a_payment_is_found_or_made_once_and_an_edit_meanwhile_stays(
    flow: Flow, lost: str
) -> None:
    first, second, third = (flow.invoice("100.00") for _ in range(3))
    for invoice in (first, second):
        flow.pay(invoice, "40.00")
    flow.post()
    ids = {row["Id"] for row in flow.books("Payment")}
    flow.caspen.execute("UPDATE caspen.payment_allocation SET invoice_id = %s", [third])
    flow.caspen.execute("UPDATE caspen.invoice SET balance = 30 WHERE id = %s", [third])
    flow.caspen.execute("UPDATE caspen.invoice SET balance = 110 WHERE id <> %s", [third])

    lose_the_answer(flow, LOST[lost])
    edited = min(ids, key=int)
    flow.person("edit", entity="Payment", id=edited, changes={"TxnDate": "2020-02-29"})
    for _ in range(3):
        run_job("post")
    run_job("reconcile")

    payments = {row["Id"]: row for row in flow.books("Payment")}
    assert payments.keys() == ids  # never a second one
    assert payments[edited]["TxnDate"] == "2020-02-29"
    assert "changed_in_quickbooks" in {key for _, key in flow.listed()}
    balances = sorted(row["Balance"] for row in flow.books("Invoice"))
    # The untouched one is on the third invoice; the edited one where it was when the person found it.
    assert balances == ([70, 70, 110] if lost == "before" else [30, 110, 110])
