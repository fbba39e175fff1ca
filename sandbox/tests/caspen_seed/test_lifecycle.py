"""An invoice's life, as Caspen's README tells it: what staff may do, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from caspen_seed import CaspenRefused, Staff, create_workspace

pytestmark = pytest.mark.postgres


def test_a_draft_becomes_open_when_finalised(clinic):
    invoice = clinic.staff.draft_invoice(clinic.client, [clinic.line("100.00")])
    draft = clinic.staff.invoice(invoice)
    assert (draft.status, draft.revision, draft.finalised_at) == ("draft", 0, None)

    clinic.staff.finalise(invoice)

    seen = clinic.staff.invoice(invoice)
    assert (seen.status, seen.revision) == ("open", 1)
    assert (seen.subtotal, seen.tax_total, seen.total, seen.balance) == (100, 10, 110, 110)
    assert seen.finalised_at is not None and seen.updated_at >= seen.finalised_at
    assert [line.tax_percent for line in seen.lines] == [10]


def test_numbers_follow_each_other_and_step_over_one_typed_by_hand(clinic):
    first = clinic.staff.invoice(clinic.open_invoice()).number
    prefix, counter = first.split("-")
    assert (prefix, len(counter)) == ("INV", 4)
    clinic.staff.draft_invoice(clinic.client, number=f"INV-{int(counter) + 1:04d}")
    third = clinic.staff.invoice(clinic.open_invoice()).number
    assert third == f"INV-{int(counter) + 2:04d}"


def test_a_used_number_is_refused_until_its_draft_is_deleted(clinic):
    draft = clinic.staff.draft_invoice(clinic.client, number="A-1")
    with pytest.raises(CaspenRefused, match="'A-1': already used"):
        clinic.staff.draft_invoice(clinic.client, number="A-1")
    other = clinic.staff.draft_invoice(clinic.client)
    with pytest.raises(CaspenRefused, match="'A-1': already used"):
        clinic.staff.edit_draft(other, number="A-1")
    clinic.staff.delete_draft(draft)
    clinic.staff.edit_draft(other, number="A-1")
    assert clinic.staff.invoice(other).number == "A-1"


def test_an_invoice_without_lines_can_be_finalised_reverted_and_mended(clinic):
    invoice = clinic.staff.draft_invoice(clinic.client)
    clinic.staff.finalise(invoice)
    assert clinic.staff.invoice(invoice).status == "open"
    assert clinic.staff.invoice(invoice).total == 0

    clinic.staff.revert_to_draft(invoice)
    clinic.staff.edit_draft(invoice, lines=[clinic.line("50.00")])
    clinic.staff.finalise(invoice)

    seen = clinic.staff.invoice(invoice)
    assert (seen.status, seen.total, seen.revision) == ("open", 55, 2)
    assert seen.reverted_at < seen.finalised_at


def test_lines_keep_their_ids_by_position_when_edited(clinic):
    invoice = clinic.staff.draft_invoice(
        clinic.client, [clinic.line("1"), clinic.line("2"), clinic.line("3")]
    )
    before = clinic.staff.invoice(invoice).lines
    clinic.staff.edit_draft(invoice, lines=[clinic.line("9"), clinic.line("8")])
    after = clinic.staff.invoice(invoice).lines
    assert [line.id for line in after] == [line.id for line in before[:2]]
    assert [line.unit_price for line in after] == [9, 8]


def test_finalising_takes_the_rate_of_that_moment(clinic):
    invoice = clinic.staff.draft_invoice(clinic.client, [clinic.line("100.00")])
    clinic.staff.change_tax_rate(clinic.gst, "12.5")
    clinic.staff.finalise(invoice)
    clinic.staff.change_tax_rate(clinic.gst, "15")
    assert clinic.staff.invoice(invoice).tax_total == Decimal("12.50")


@pytest.mark.parametrize("mode, subtotal, tax, total", [
    ("exclusive", "100.00", "10.00", "110.00"),
    ("inclusive", "90.91", "9.09", "100.00"),
    ("none", "100.00", "0.00", "100.00"),
])  # fmt: skip
def test_each_tax_mode_is_stored_as_documented(clinic, mode, subtotal, tax, total):
    invoice = clinic.staff.draft_invoice(clinic.client, [clinic.line("100.00")], tax_mode=mode)
    clinic.staff.finalise(invoice)
    seen = clinic.staff.invoice(invoice)
    assert (str(seen.subtotal), str(seen.tax_total), str(seen.total)) == (subtotal, tax, total)
    assert (seen.lines[0].tax_rate_id is None) == (mode == "none")


def test_a_taxed_line_needs_a_rate(clinic):
    with pytest.raises(CaspenRefused, match="line 1: has no tax rate"):
        clinic.staff.draft_invoice(clinic.client, [clinic.line(tax_rate_id=None)])


def test_a_paid_invoice_is_neither_reverted_voided_edited_credited_nor_paid_again(clinic):
    invoice = clinic.open_invoice()
    clinic.staff.pay(clinic.client, {invoice: "110.00"})
    seen = clinic.staff.invoice(invoice)
    assert (seen.status, seen.balance) == ("paid", 0)
    for refused in (
        lambda: clinic.staff.revert_to_draft(invoice),
        lambda: clinic.staff.void_invoice(invoice),
        lambda: clinic.staff.edit_draft(invoice, number="X"),
        lambda: clinic.staff.delete_draft(invoice),
        lambda: clinic.staff.finalise(invoice),
        lambda: clinic.staff.credit(invoice),
        lambda: clinic.staff.pay(clinic.client, {invoice: "1.00"}),
    ):
        with pytest.raises(CaspenRefused, match="status is paid"):
            refused()
    assert clinic.staff.invoice(invoice) == seen


def test_a_partly_paid_invoice_cannot_be_reverted_until_it_is_unlinked(clinic):
    invoice = clinic.open_invoice()
    payment = clinic.staff.pay(clinic.client, {invoice: "10.00"})
    with pytest.raises(CaspenRefused, match="has a live allocation.*unlink it first") as refusal:
        clinic.staff.revert_to_draft(invoice)
    assert refusal.value.seen == "has a live allocation"
    clinic.staff.unlink(payment.allocation_ids[0])
    clinic.staff.revert_to_draft(invoice)
    assert clinic.staff.invoice(invoice).status == "draft"


def test_void_is_final(clinic):
    invoice = clinic.open_invoice()
    clinic.staff.void_invoice(invoice)
    assert clinic.staff.invoice(invoice).voided_at is not None
    for refused in (clinic.staff.void_invoice, clinic.staff.revert_to_draft, clinic.staff.finalise):
        with pytest.raises(CaspenRefused, match="status is void"):
            refused(invoice)


def test_only_a_live_draft_is_deleted_and_nothing_brings_it_back(clinic):
    invoice = clinic.staff.draft_invoice(clinic.client, [clinic.line()])
    clinic.staff.delete_draft(invoice)
    assert clinic.staff.invoice(invoice).deleted_at is not None
    for refused in (clinic.staff.delete_draft, clinic.staff.finalise, clinic.staff.edit_draft):
        with pytest.raises(CaspenRefused, match="deleted"):
            refused(invoice)


def test_merging_moves_invoices_and_payments_and_closes_the_secondary(clinic):
    twin = clinic.staff.create_client("Ann", "O'Neil")
    invoice = clinic.staff.draft_invoice(twin, [clinic.line()])
    clinic.staff.finalise(invoice)
    payment = clinic.staff.pay(twin, {invoice: "10"}, amount="30")
    before = clinic.staff.invoice(invoice).updated_at

    clinic.staff.merge_clients(twin, clinic.client)

    assert clinic.staff.invoice(invoice).client_id == clinic.client
    assert clinic.staff.invoice(invoice).updated_at > before
    rows = clinic.connection.execute(
        "SELECT p.client_id, c.merged_into_client_id FROM caspen.payment p, caspen.client c "
        "WHERE p.id = %s AND c.id = %s",
        [payment.id, twin],
    ).fetchall()
    assert rows == [(clinic.client, clinic.client)]
    for refused in (
        lambda: clinic.staff.draft_invoice(twin),
        lambda: clinic.staff.pay(twin, {}, amount="1"),
        lambda: clinic.staff.merge_clients(twin, clinic.client),
        lambda: clinic.staff.merge_clients(clinic.client, twin),
    ):
        with pytest.raises(CaspenRefused, match=f"merged into client {clinic.client}"):
            refused()
    with pytest.raises(CaspenRefused, match="merged into itself"):
        clinic.staff.merge_clients(clinic.client, clinic.client)


def test_another_practice_cannot_be_touched(clinic):
    other = Staff(clinic.connection, create_workspace(clinic.connection, 7001, "Other practice"))
    invoice = clinic.open_invoice()
    for refused in (
        lambda: other.finalise(invoice),
        lambda: other.invoice(invoice),
        lambda: other.draft_invoice(clinic.client),
        lambda: other.merge_clients(clinic.client, clinic.client + 1),
    ):
        with pytest.raises(CaspenRefused, match="not found in workspace 7001"):
            refused()


def test_history_carries_its_own_moment_everywhere(clinic):
    then = dt.datetime(2026, 3, 1, 23, 30, tzinfo=dt.UTC)  # the 2nd of March in Sydney
    invoice = clinic.staff.draft_invoice(clinic.client, [clinic.line()], at=then)
    clinic.staff.finalise(invoice, at=then + dt.timedelta(hours=1))
    seen = clinic.staff.invoice(invoice)
    assert (seen.created_at, seen.finalised_at) == (then, then + dt.timedelta(hours=1))
    assert seen.updated_at == seen.finalised_at
    assert (seen.issue_date, seen.due_date) == (dt.date(2026, 3, 2), dt.date(2026, 3, 16))

    clinic.staff.void_invoice(invoice)
    assert clinic.staff.invoice(invoice).voided_at > then + dt.timedelta(days=1), (
        "the clock stayed in the past"
    )
    with pytest.raises(ValueError, match="expected a time with a time zone"):
        clinic.staff.draft_invoice(clinic.client, at=then.replace(tzinfo=None))
