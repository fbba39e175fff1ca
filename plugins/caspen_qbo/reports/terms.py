"""The words a report has for kinds, turns, fields, ages and amounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

KIND_WORDS = {
    "invoice": ("invoice", "invoices"),
    "credit_note": ("credit note", "credit notes"),
    "payment": ("payment", "payments"),
}
TURN_WORDS = {
    "practice": "The practice, in Caspen",
    "finance": "Whoever keeps the books, in QuickBooks",
    "admin": "Whoever administers the connection",
    "nobody": "Nobody: the next run resolves it",
}
FIELD_WORDS = {"presence": "the document itself", "due_date": "due date", "number": "number"}
AGES = ((1, "today"), (7, "1 to 6 days"), (30, "7 to 29 days"))
OLDEST = "30 days and more"


def delta_words(delta: Decimal | None) -> str:
    """``2.00 more in QuickBooks``; empty where there is none."""
    if not delta:
        return ""
    return f"{abs(delta):,.2f} {'more' if delta > 0 else 'less'} in QuickBooks"


def day_words(day: date) -> str:
    """``3 November 2026``."""
    return f"{day.day} {day:%B %Y}"


def age_of(days: int) -> str:
    """The age group a row belongs to."""
    return next((label for below, label in AGES if days < below), OLDEST)


def count_words(number: int, kind: str) -> str:
    """``1 invoice``, ``2 credit notes``."""
    one, many = KIND_WORDS[kind]
    return f"{number:,} {one if number == 1 else many}"
