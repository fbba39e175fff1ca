"""What becomes of an invoice in the sample practice, one story each.

A story is a generator: it acts through the clinic, then yields how long it waits. It is never stopped;
the diary simply ends, and what was to come has not happened yet.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from caspen_seed.practice.clinic import Clinic
from caspen_seed.practice.diary import Story

StoryMaker = Callable[[Clinic, int], Story]
"""Makes the story of one visit of one client."""


def days(clinic: Clinic, least: int, most: int) -> dt.timedelta:
    return dt.timedelta(days=clinic.rng.randint(least, most), minutes=clinic.rng.randint(1, 600))


def paid_at_once(clinic: Clinic, client: int) -> Story:
    clinic.pay(client, clinic.bill(client))
    yield from ()


def paid_later(clinic: Clinic, client: int) -> Story:
    invoice = clinic.draft(client)
    yield dt.timedelta(minutes=clinic.rng.randint(1, 2000))
    clinic.staff.finalise(invoice)
    yield days(clinic, 1, 21)
    clinic.pay(client, invoice)


def paid_in_parts(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client)
    for share in ("0.4", "0.5", "1"):
        yield days(clinic, 2, 8)
        clinic.pay(client, invoice, share=share)


def part_paid(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client)
    yield days(clinic, 1, 5)
    clinic.pay(client, invoice, share="0.6")


def unpaid(clinic: Clinic, client: int) -> Story:
    clinic.bill(client)
    yield from ()


def paid_on_account(clinic: Clinic, client: int) -> Story:
    """Three visits, then one payment over all of them."""
    invoices = []
    for _ in range(3):
        invoices.append(clinic.bill(client))
        yield days(clinic, 1, 6)
    clinic.pay(client, *invoices)


def overpaid(clinic: Clinic, client: int) -> Story:
    """More money than was due; the rest stays on the client, and part of it pays the next visit."""
    payment = clinic.pay(client, clinic.bill(client), over="50.00")
    yield days(clinic, 5, 12)
    invoice = clinic.bill(client)
    if payment is not None:
        due = min(payment.unallocated, clinic.staff.balance(invoice))
        if due and clinic.rng.random() < 0.5:
            clinic.staff.allocate(payment.id, invoice, due)


def paid_wrongly(clinic: Clinic, client: int) -> Story:
    """The payment is taken off the invoice again, and later used for it after all in two parts."""
    invoice = clinic.bill(client)
    payment = clinic.pay(client, invoice)
    yield days(clinic, 1, 3)
    if payment is not None:
        clinic.staff.unlink(payment.allocation_ids[0])
        yield days(clinic, 1, 10)
        clinic.pay(client, invoice, share="0.5")


FULL_PRICE = {"discount_type": "none", "discount_value": "0"}
"""A discount may be as large as a cheap line; Caspen issues no credit note that comes to nothing."""


def credited(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client, [clinic.line(quantity="2", **FULL_PRICE), clinic.line(quantity="3")])
    yield days(clinic, 1, 6)
    clinic.staff.credit(invoice, {1: "1"}, reason=clinic.reason())
    yield days(clinic, 1, 6)
    clinic.pay(client, invoice)


def credited_in_full(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client, [clinic.line(**FULL_PRICE)])
    yield days(clinic, 1, 4)
    clinic.staff.credit(invoice, reason=clinic.reason())


def credited_by_mistake(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client, [clinic.line(), clinic.line(**FULL_PRICE)])
    yield days(clinic, 1, 4)
    note = clinic.staff.credit(invoice, {2: None}, reason=clinic.reason())
    yield days(clinic, 1, 4)
    clinic.staff.void_credit_note(note.id)


def voided(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client)
    yield days(clinic, 1, 5)
    clinic.staff.void_invoice(invoice)


def corrected(clinic: Clinic, client: int) -> Story:
    """Reverted to draft, changed, finalised again, paid."""
    invoice = clinic.bill(client)
    yield days(clinic, 1, 4)
    clinic.staff.revert_to_draft(invoice)
    yield dt.timedelta(minutes=clinic.rng.randint(2, 300))
    clinic.staff.edit_draft(invoice, lines=clinic.basket())
    clinic.staff.finalise(invoice)
    yield days(clinic, 1, 9)
    clinic.pay(client, invoice)


def reverted_and_left(clinic: Clinic, client: int) -> Story:
    invoice = clinic.bill(client)
    yield days(clinic, 1, 4)
    clinic.staff.revert_to_draft(invoice)


def left_as_draft(clinic: Clinic, client: int) -> Story:
    clinic.draft(client)
    yield from ()


def deleted(clinic: Clinic, client: int) -> Story:
    invoice = clinic.draft(client)
    yield days(clinic, 1, 5)
    clinic.staff.delete_draft(invoice)


def free_of_charge(clinic: Clinic, client: int) -> Story:
    """Discounted by 100 %: the total is zero and nothing is ever due."""
    clinic.bill(client, clinic.awkward_lines("percentage", "100"))
    yield from ()


def thirds_of_hours(clinic: Clinic, client: int) -> Story:
    mode = clinic.rng.choice(("exclusive", "inclusive"))
    invoice = clinic.bill(client, clinic.awkward_lines("percentage", "12.5"), tax_mode=mode)
    yield days(clinic, 1, 20)
    clinic.pay(client, invoice)


COMMON: dict[StoryMaker, int] = {paid_at_once: 44, paid_later: 17, unpaid: 8}
"""Stories that may begin at any time, and how many of them in a hundred."""

RARE: dict[StoryMaker, int] = {
    paid_in_parts: 5, part_paid: 4, paid_on_account: 2, overpaid: 2, paid_wrongly: 1,
    credited: 3, credited_in_full: 1, credited_by_mistake: 1, voided: 2, corrected: 3,
    reverted_and_left: 1, left_as_draft: 2, deleted: 2, free_of_charge: 1, thirds_of_hours: 2,
}  # fmt: skip
"""Stories that begin early enough to come to their end, and how many of them in a hundred."""

HISTORICAL: dict[StoryMaker, int] = {
    paid_at_once: 60,
    unpaid: 15,
    paid_in_parts: 10,
    credited: 5,
    voided: 5,
    deleted: 5,
}
"""Stories from before the connection."""
