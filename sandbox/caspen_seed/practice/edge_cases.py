"""The sample practice's invoices that need attention, and those around the moment of connecting."""

from __future__ import annotations

import datetime as dt

from caspen_seed.practice.catalogue import ARCHIVED, UNLINKED_TAX_RATE
from caspen_seed.practice.clinic import Clinic
from caspen_seed.practice.diary import Story

LONG_NUMBERS = ("PHYSIO-2026-NDIS-0000017", "INV/Żółć/2026/Überweisung/01")
"""More than 21 characters, the most QuickBooks takes."""

CLASHING_NUMBER = "BOOKS-1001"
"""An invoice number that anyone who seeds QuickBooks gives to a document made there."""

OTHER_CURRENCY = "NZD"


def without_lines(clinic: Clinic, client: int) -> Story:
    clinic.bill(client, [])
    yield from ()


def with_a_long_number(clinic: Clinic, client: int, number: str) -> Story:
    clinic.bill(client, number=number)
    yield from ()


def at_an_unlinked_rate(clinic: Clinic, client: int) -> Story:
    clinic.bill(client, [clinic.line(UNLINKED_TAX_RATE), clinic.line()], tax_mode="exclusive")
    yield from ()


def with_a_clashing_number(clinic: Clinic, client: int) -> Story:
    clinic.bill(client, number=CLASHING_NUMBER)
    yield from ()


def in_another_currency(clinic: Clinic, client: int) -> Story:
    clinic.bill(client, currency=OTHER_CURRENCY)
    yield from ()


def with_sixty_lines(clinic: Clinic, client: int) -> Story:
    """A care home's month on one invoice."""
    clinic.bill(client, [clinic.line() for _ in range(60)])
    yield from ()


def historical_at_an_archived_rate(clinic: Clinic, client: int) -> Story:
    clinic.pay(client, clinic.bill(client, [clinic.line(ARCHIVED)], tax_mode="inclusive"))
    yield from ()


def historical_paid_after(clinic: Clinic, client: int, connected_at: dt.datetime) -> Story:
    """Finalised before the connection, paid after it: it never posts, and says so."""
    invoice = clinic.bill(client)
    yield connected_at - clinic.now + dt.timedelta(days=2)
    clinic.pay(client, invoice)


def drafted_before_finalised_after(clinic: Clinic, client: int, connected_at: dt.datetime) -> Story:
    """Created before the connection but finalised after it: it posts."""
    invoice = clinic.draft(client)
    yield connected_at - clinic.now + dt.timedelta(days=1)
    clinic.staff.finalise(invoice)


def refinalised_after(clinic: Clinic, client: int, connected_at: dt.datetime) -> Story:
    """Finalised before the connection, and again after it: it posts."""
    invoice = clinic.bill(client)
    yield connected_at - clinic.now + dt.timedelta(days=1)
    clinic.staff.revert_to_draft(invoice)
    clinic.staff.edit_draft(invoice, lines=clinic.basket())
    clinic.staff.finalise(invoice)
