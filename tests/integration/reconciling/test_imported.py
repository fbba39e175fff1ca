"""Imported payments in the reconciliation: what explains a difference of theirs, and what closes its row."""

from __future__ import annotations

from tests.integration.reconciling.runs import run
from tests.support.flow import Flow
from tests.support.importing import edit_payment, open_rows, posted, receive, run_import


def rows(flow: Flow) -> list[tuple[str, str]]:
    return [(number, key) for number, key, _, _ in open_rows(flow)]


def test_a_difference_is_not_explained_by_the_row_that_says_so(flow: Flow):
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "50.00"})
    run_import(flow)
    edit_payment(flow, payment, {invoice: "40.00"})
    for _ in range(2):  # before the import has looked
        assert run(flow).counts["unexplained"] == 1
        assert rows(flow) == [(f"QB-{payment}", "totals_mismatch")]


def test_its_row_leaves_when_the_import_has_followed(flow: Flow):
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "50.00"})
    run_import(flow)
    edit_payment(flow, payment, {invoice: "40.00"})
    run(flow)
    assert rows(flow) == [(f"QB-{payment}", "totals_mismatch")]
    run_import(flow)
    assert run(flow).counts["differences"] == 0
    assert rows(flow) == []


def test_what_the_import_says_of_a_payment_explains_it(flow: Flow):
    """A payment larger than what is due: followed as far as it can be, and listed once, by the import."""
    invoice = posted(flow, "100.00")
    flow.pay(invoice, "60.00")
    payment = receive(flow, {invoice: "100.00"})
    run_import(flow)
    assert rows(flow) == [(flow.staff.invoice(invoice).number, "overpayment")]
    flow.post()
    run(flow)
    assert (f"QB-{payment}", "totals_mismatch") not in rows(flow)
