"""What happens to an imported payment afterwards: on QuickBooks' side it is followed, on Caspen's side it is
a choice.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.decisions import accept_or_resend as choices
from tests.integration.reconciling.runs import run as reconcile
from tests.support.flow import Flow
from tests.support.importing import edit_payment, imported, open_rows, posted, receive, run_import


def imported_number(flow: Flow) -> str:
    [(number,)] = flow.caspen_rows("SELECT number FROM caspen.payment WHERE source = 'quickbooks'")
    return number


@pytest.mark.parametrize("action", ["void", "delete"])
def test_a_void_or_deletion_is_taken_back_in_caspen(flow: Flow, action: str) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "100.00"})
    run_import(flow)
    assert flow.staff.invoice(invoice).status == "paid"

    flow.person(action, entity="Payment", id=payment)
    assert run_import(flow).counts["payments_followed"] == 1
    assert imported(flow) == []
    assert flow.staff.invoice(invoice).status == "open"
    assert flow.staff.balance(invoice) == Decimal("100.00")
    assert open_rows(flow) == []
    assert flow.sync_rows(
        "SELECT removed_at IS NOT NULL FROM qbo_sync.document_link WHERE document_kind = 'payment'"
    ) == [(True,)]
    again = run_import(flow)
    assert again.calls == {"cdc": 1}
    assert "payments_followed" not in again.counts


def test_a_lowered_amount_is_followed_and_may_rise_to_what_it_was(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "60.00"})
    run_import(flow)

    edit_payment(flow, payment, {invoice: "45.50"})
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("60.00"), invoice, Decimal("45.50"))]
    assert flow.staff.balance(invoice) == Decimal("54.50")
    assert open_rows(flow) == []
    assert run_import(flow).calls == {"cdc": 1}

    edit_payment(flow, payment, {invoice: "60.00"})
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("60.00"), invoice, Decimal("60.00"))]
    assert open_rows(flow) == []


def test_a_raised_amount_is_listed_with_both_versions(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    edit_payment(flow, payment, {invoice: "55.00"})
    run_import(flow)
    run_import(flow)
    number = imported_number(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == [(number, "changed_in_quickbooks", False, Decimal("15.00"))]
    detail = flow.listed()[number, "changed_in_quickbooks"]
    assert "55.00" in detail and "40.00" in detail

    edit_payment(flow, payment, {invoice: "40.00"})
    run_import(flow)
    assert open_rows(flow) == []


def test_another_date_is_listed_with_both_dates(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    run_import(flow)
    flow.person("edit", entity="Payment", id=payment, changes={"TxnDate": "2026-11-04"})
    run_import(flow)
    detail = flow.listed()[imported_number(flow), "changed_in_quickbooks"]
    assert "2026-11-03" in detail and "2026-11-04" in detail
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]


def test_two_edits_of_one_payment_are_one_row_that_says_both(flow: Flow) -> None:
    """Who accepts the row accepts the payment as it is, an edit that is not shown included."""
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    run_import(flow)
    edit_payment(flow, payment, {invoice: "55.00"}, TxnDate="2026-11-04")
    run_import(flow)
    number = imported_number(flow)
    assert open_rows(flow) == [(number, "changed_in_quickbooks", False, Decimal("15.00"))]
    detail = flow.listed()[number, "changed_in_quickbooks"]
    assert all(said in detail for said in ("40.00", "55.00", "2026-11-03", "2026-11-04"))


def test_a_payment_moved_to_another_invoice_leaves_the_first_and_is_listed_on_the_second(flow: Flow) -> None:
    first, second = posted(flow, "100.00"), posted(flow, "80.00")
    payment = receive(flow, {first: "40.00"})
    run_import(flow)
    edit_payment(flow, payment, {second: "40.00"})
    run_import(flow)
    assert imported(flow) == []
    assert flow.staff.balance(first) == Decimal("100.00")
    number = flow.staff.invoice(second).number
    assert open_rows(flow) == [(number, "overpayment", False, Decimal("40.00"))]

    [(payment_id,)] = flow.caspen_rows("SELECT id FROM caspen.payment WHERE source = 'quickbooks'")
    flow.staff.allocate(payment_id, second, "40.00")
    run_import(flow)
    assert open_rows(flow) == []
    flow.post()
    assert [row["Id"] for row in flow.books("Payment")] == [payment]
    assert run_import(flow).calls == {"cdc": 1}


def test_a_payment_taken_off_in_caspen_is_a_choice_and_nothing_is_written_to_quickbooks(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    [(allocation, payment_id)] = flow.caspen_rows("SELECT id, payment_id FROM caspen.payment_allocation")
    flow.staff.unlink(allocation)
    run_import(flow)
    flow.post()
    run_import(flow)
    assert imported(flow) == []
    assert open_rows(flow) == [(imported_number(flow), "totals_mismatch", False, Decimal("40.00"))]
    [row] = flow.books("Payment")
    assert (row["Id"], row["TotalAmt"], row["SyncToken"]) == (payment, Decimal("40"), "0")

    flow.staff.allocate(payment_id, invoice, "40.00")  # one choice: put it back
    run_import(flow)
    assert open_rows(flow) == []
    [(again,)] = flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL")
    flow.staff.unlink(again)
    flow.person("delete", entity="Payment", id=payment)  # the other: take it out of QuickBooks too
    run_import(flow)
    assert open_rows(flow) == []
    assert run_import(flow).calls == {"cdc": 1}


def test_a_refunded_payment_does_not_follow_but_is_listed(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    flow.caspen.execute("UPDATE caspen.payment SET status = 'refunded' WHERE source = 'quickbooks'")
    flow.person("delete", entity="Payment", id=payment)
    run_import(flow)
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]
    assert open_rows(flow) == [(imported_number(flow), "missing_in_quickbooks", False, Decimal("-40.00"))]


def choose(flow: Flow, what: str, number: str) -> int:
    with wiring.open_session(flow.workspace_id, "choice") as session:
        return getattr(choices, what)(session, [number], who="cli:ann")


def test_what_was_edited_on_an_imported_payment_may_be_accepted_and_is_never_sent(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"}, date="2026-11-03")
    run_import(flow)
    changes = {"TxnDate": "2026-11-04"}
    edit_payment(flow, payment, {invoice: "55.00"}, **changes)
    run_import(flow)
    number = imported_number(flow)
    reconcile(flow)  # what is chosen about is what it last read
    with pytest.raises(ConfigurationError, match="came from QuickBooks"):
        choose(flow, "resend", number)
    assert choose(flow, "accept", number) == 1
    for _ in range(2):
        run_import(flow)
        reconcile(flow)
        assert open_rows(flow) == []
    assert imported(flow) == [(payment, Decimal("40.00"), invoice, Decimal("40.00"))]

    edit_payment(flow, payment, {invoice: "60.00"})
    run_import(flow)
    assert [row[1] for row in open_rows(flow)] == ["changed_in_quickbooks"]


def test_a_deletion_is_found_although_the_feed_is_too_old_to_show_it(flow: Flow) -> None:
    invoice = posted(flow, "100.00")
    payment = receive(flow, {invoice: "40.00"})
    run_import(flow)
    flow.person("delete", entity="Payment", id=payment)
    flow.sync_rows(
        "UPDATE qbo_sync.cursor SET position = position - %s WHERE name = 'quickbooks_payments' RETURNING "
        "name",
        timedelta(days=40),
    )
    result = run_import(flow)
    assert "cdc" not in result.calls
    assert imported(flow) == []
    assert flow.staff.balance(invoice) == Decimal("100.00")
