"""Payments and credit notes: what they do to a balance, and what is refused."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal

import psycopg
import pytest

from caspen_seed import CaspenRefused, Staff

pytestmark = pytest.mark.postgres


def balance(clinic, invoice: int) -> tuple[str, Decimal]:
    seen = clinic.staff.invoice(invoice)
    return seen.status, seen.balance


def test_part_payments_bring_the_balance_down_until_it_is_paid(clinic):
    invoice = clinic.open_invoice()
    clinic.staff.pay(clinic.client, {invoice: "60.00"}, method="Cash")
    assert balance(clinic, invoice) == ("open", 50)
    clinic.staff.pay(clinic.client, {invoice: "50.00"})
    assert balance(clinic, invoice) == ("paid", 0)


def test_one_payment_over_several_invoices_leaves_the_rest_unallocated(clinic):
    first, second = clinic.open_invoice(), clinic.open_invoice()
    payment = clinic.staff.pay(clinic.client, {second: "110.00", first: "40.00"}, amount="200.00")
    assert payment.unallocated == 50
    assert len(payment.allocation_ids) == 2
    assert balance(clinic, first) == ("open", 70)
    assert balance(clinic, second) == ("paid", 0)

    clinic.staff.allocate(payment.id, first, "50.00")
    assert balance(clinic, first) == ("open", 20)
    with pytest.raises(CaspenRefused, match="0.00 is unallocated; 0.01 was asked for"):
        clinic.staff.allocate(payment.id, first, "0.01")


def test_more_than_the_balance_is_refused_and_nothing_of_the_payment_stays(clinic):
    first, second = clinic.open_invoice(), clinic.open_invoice()
    with pytest.raises(CaspenRefused, match="balance is 110.00; 110.01 would overpay it"):
        clinic.staff.pay(clinic.client, {first: "50.00", second: "110.01"})
    assert balance(clinic, first) == ("open", 110)
    assert clinic.rows("SELECT count(*) FROM caspen.payment WHERE workspace_id = %s") == [(0,)]


def test_a_payment_must_cover_its_allocations(clinic):
    invoice = clinic.open_invoice()
    with pytest.raises(CaspenRefused, match="allocations sum to 50.00; the payment is of 49.99"):
        clinic.staff.pay(clinic.client, {invoice: "50"}, amount="49.99")
    with pytest.raises(CaspenRefused, match="amount is 0.00"):
        clinic.staff.pay(clinic.client, {})


def test_drafts_are_not_paid(clinic):
    draft = clinic.staff.draft_invoice(clinic.client, [clinic.line()])
    with pytest.raises(CaspenRefused, match="status is draft"):
        clinic.staff.pay(clinic.client, {draft: "1.00"})


def test_unlinking_opens_a_paid_invoice_and_leaves_the_row(clinic):
    invoice = clinic.open_invoice()
    payment = clinic.staff.pay(clinic.client, {invoice: "110.00"})
    (allocation,) = payment.allocation_ids
    clinic.staff.unlink(allocation)
    assert balance(clinic, invoice) == ("open", 110)
    deleted = clinic.connection.execute(
        "SELECT deleted_at IS NOT NULL, amount FROM caspen.payment_allocation WHERE id = %s", [allocation]
    ).fetchone()
    assert deleted == (True, 110)
    with pytest.raises(CaspenRefused, match="already unlinked"):
        clinic.staff.unlink(allocation)


def test_voiding_a_payment_unlinks_it_everywhere(clinic):
    first, second = clinic.open_invoice(), clinic.open_invoice()
    payment = clinic.staff.pay(clinic.client, {first: "110.00", second: "10.00"})
    clinic.staff.void_payment(payment.id)
    assert balance(clinic, first) == balance(clinic, second) == ("open", 110)
    with pytest.raises(CaspenRefused, match="status is void"):
        clinic.staff.allocate(payment.id, first, "1.00")


def test_a_credit_note_lowers_the_balance_at_once_and_voiding_it_raises_it_again(clinic):
    invoice = clinic.open_invoice(clinic.line("33.33", "3"), clinic.line("20.00"))
    note = clinic.staff.credit(invoice, {1: "1"})
    assert (note.subtotal, note.tax_total, note.total) == (
        Decimal("33.33"),
        Decimal("3.33"),
        Decimal("36.66"),
    )
    assert balance(clinic, invoice) == ("open", Decimal("131.99") - Decimal("36.66"))
    with pytest.raises(CaspenRefused, match="has an issued credit note.*void it first"):
        clinic.staff.revert_to_draft(invoice)

    clinic.staff.void_credit_note(note.id)
    assert balance(clinic, invoice) == ("open", Decimal("131.99"))
    with pytest.raises(CaspenRefused, match="status is void"):
        clinic.staff.void_credit_note(note.id)


def test_crediting_everything_that_is_left_makes_the_invoice_paid(clinic):
    invoice = clinic.open_invoice(clinic.line("33.33", "3"))
    clinic.staff.credit(invoice, {1: "0.3333"})
    clinic.staff.credit(invoice)
    assert balance(clinic, invoice)[0] == "paid"
    credited = clinic.rows(
        "SELECT sum(l.quantity), sum(l.amount) FROM caspen.credit_note_line l "
        "JOIN caspen.credit_note n ON n.id = l.credit_note_id WHERE n.workspace_id = %s"
    )
    assert credited == [(3, Decimal("99.99"))]


def test_voiding_the_credit_note_of_a_paid_invoice_opens_it(clinic):
    invoice = clinic.open_invoice()
    note = clinic.staff.credit(invoice)
    assert balance(clinic, invoice) == ("paid", 0)
    clinic.staff.void_credit_note(note.id)
    assert balance(clinic, invoice) == ("open", 110)


def test_credit_beyond_the_line_or_the_balance_is_refused(clinic):
    invoice = clinic.open_invoice(clinic.line("50.00", "2"), clinic.line("0.00"))
    clinic.staff.credit(invoice, {1: "0.5"})
    with pytest.raises(CaspenRefused, match=r"line 1 has a quantity of 1\.5000 left"):
        clinic.staff.credit(invoice, {1: "1.6"})
    with pytest.raises(CaspenRefused, match="has no line 3"):
        clinic.staff.credit(invoice, {3: 1})
    with pytest.raises(CaspenRefused, match="comes to 0.00"):
        clinic.staff.credit(invoice, {2: 1})
    clinic.staff.pay(clinic.client, {invoice: "80.00"})
    with pytest.raises(CaspenRefused, match="balance is 2.50; crediting 82.50 exceeds it"):
        clinic.staff.credit(invoice, {1: None})


def test_a_line_on_a_voided_credit_note_is_kept(clinic):
    invoice = clinic.open_invoice(clinic.line(), clinic.line())
    clinic.staff.void_credit_note(clinic.staff.credit(invoice, {2: 1}).id)
    clinic.staff.revert_to_draft(invoice)
    with pytest.raises(CaspenRefused, match="line 2 is on a voided credit note"):
        clinic.staff.edit_draft(invoice, lines=[clinic.line()])
    clinic.staff.edit_draft(invoice, lines=[clinic.line(), clinic.line("1.00")])
    assert clinic.staff.invoice(invoice).subtotal == 101


def test_own_payment_ids_stay_below_those_of_rows_others_insert(clinic):
    invoice = clinic.open_invoice()
    payment = clinic.staff.pay(clinic.client, {invoice: "1.00"})
    assert max(payment.id, *payment.allocation_ids) < 900_000_001


def test_every_change_moves_updated_at_even_inside_one_transaction(clinic):
    with clinic.connection.transaction():
        invoice = clinic.open_invoice()
        first = clinic.staff.invoice(invoice).updated_at
        clinic.staff.pay(clinic.client, {invoice: "1.00"})
        assert clinic.staff.invoice(invoice).updated_at > first


def test_a_slow_transaction_appears_behind_a_faster_one(clinic):
    slow = clinic.open_invoice()
    with psycopg.connect(clinic.dsn) as other:
        Staff(other, clinic.workspace).pay(clinic.client, {slow: "1.00"}, payment_date=dt.date(2026, 1, 5))
        with other.transaction():
            Staff(other, clinic.workspace).pay(clinic.client, {slow: "1.00"})
            fast = clinic.open_invoice()
            assert balance(clinic, slow) == ("open", 109), "not committed, yet visible"
        other.commit()
    assert balance(clinic, slow) == ("open", 108)
    assert clinic.staff.invoice(slow).updated_at < clinic.staff.invoice(fast).updated_at


def test_two_members_of_staff_cannot_overpay_an_invoice_together(clinic):
    invoices = [clinic.open_invoice(), clinic.open_invoice()]
    refused: list[CaspenRefused] = []

    def pay(order: list[int]) -> None:
        with psycopg.connect(clinic.dsn, autocommit=True) as connection:
            for _ in range(15):
                try:
                    Staff(connection, clinic.workspace).pay(clinic.client, dict.fromkeys(order, "10.00"))
                except CaspenRefused as refusal:
                    refused.append(refusal)

    workers = [threading.Thread(target=pay, args=[order]) for order in (invoices, invoices[::-1])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=30)
    assert [balance(clinic, invoice) for invoice in invoices] == [("paid", 0), ("paid", 0)]
    assert len(refused) == 30 - 11
