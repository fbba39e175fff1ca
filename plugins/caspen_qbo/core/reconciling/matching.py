"""Both sides reduced to the facts compared. Knows no mapping: a mistake there must show, not cancel out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import DocumentFacts, LineFacts


@dataclass(frozen=True, slots=True)
class Expected:
    """What QuickBooks must show for one Caspen document."""

    number: str
    customer_id: str
    txn_date: date
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    due_date: date | None = None
    currency: str = ""
    """Empty: not known, and not compared."""


@dataclass(frozen=True, slots=True)
class Difference:
    field: str
    """number, customer, date, due_date, currency, subtotal, tax, total, balance, account, lines, line N
    <property>.
    """
    caspen_value: str
    quickbooks_value: str
    delta: Decimal | None = None
    """QuickBooks minus Caspen: positive where QuickBooks shows more. None where the field is not money."""

    def __str__(self) -> str:
        field = "the whole document" if self.field == "presence" else self.field.replace("_", " ")
        if self.delta is None:
            caspen, quickbooks = self.caspen_value or "nothing", self.quickbooks_value or "nothing"
            return f"{field}: Caspen {caspen}, QuickBooks {quickbooks}"
        more = "more" if self.delta > 0 else "less"
        return (
            f"{field}: Caspen {self.caspen_value}, QuickBooks {self.quickbooks_value} "
            f"({abs(self.delta):.2f} {more} in QuickBooks)"
        )


MONEY_FIELDS = ("subtotal", "tax", "total")
LINE_PROPERTIES = (
    ("amount", "amount"),
    ("description", "description"),
    ("item", "item_id"),
    ("tax code", "tax_code_id"),
    ("quantity", "quantity"),
    ("unit price", "unit_price"),
    ("service date", "service_date"),
)
"""Names in a difference, and of :class:`LineFacts`."""


def compare(expected: Expected, facts: DocumentFacts) -> tuple[Difference, ...]:
    """What differs between a Caspen document and the QuickBooks document that stands for it; empty: equal."""
    found = [
        Difference(name, text(ours), text(theirs), theirs - ours)
        for name, ours, theirs in (
            (name, getattr(expected, name), getattr(facts, name)) for name in MONEY_FIELDS
        )
        if ours != theirs
    ]
    pairs = [
        ("number", expected.number, facts.doc_number),
        ("customer", expected.customer_id, facts.customer_id),
        ("date", expected.txn_date, facts.txn_date),
    ]
    if differ_in_currency(expected.currency, facts.currency):
        pairs.append(("currency", expected.currency, facts.currency))
    if expected.due_date is not None:
        pairs.append(("due_date", expected.due_date, facts.due_date))
    found += [Difference(name, text(ours), text(theirs)) for name, ours, theirs in pairs if ours != theirs]
    return tuple(found)


def differ_in_currency(ours: str, theirs: str) -> bool:
    """Whether two ISO codes are known to be two currencies; one that is not known differs from none."""
    return bool(ours and theirs and ours != theirs)


def text(value: Any) -> str:
    """A fact as a person reads it: amounts with two decimals, dates ISO, nothing as an empty text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def drift(posted: DocumentFacts, now: DocumentFacts) -> tuple[Difference, ...]:
    """Edits since QuickBooks' own answer, so its rewriting cancels out; not balance, links and sync token."""
    names = (
        ("number", "doc_number"),
        ("customer", "customer_id"),
        ("date", "txn_date"),
        ("due_date", "due_date"),
        ("subtotal", "subtotal"),
        ("tax", "tax"),
        ("total", "total"),
    )
    found = [_difference(name, getattr(posted, attr), getattr(now, attr)) for name, attr in names]
    if differ_in_currency(posted.currency, now.currency):
        found.append(_difference("currency", posted.currency, now.currency))
    if posted.quickbooks_type == "Payment":
        found += [_difference("account", posted.account_id, now.account_id)]
        found += [_difference("applied to", applied_text(posted), applied_text(now))]
    found += _line_drift(posted.lines, now.lines)
    return tuple(difference for difference in found if difference is not None)


def _difference(name: str, ours: Any, theirs: Any) -> Difference | None:
    if ours == theirs:
        return None
    delta = theirs - ours if isinstance(ours, Decimal) and isinstance(theirs, Decimal) else None
    return Difference(name, text(ours), text(theirs), delta)


def applied_text(facts: DocumentFacts) -> str:
    ordered = sorted((link.txn_type, link.txn_id, text(link.amount)) for link in facts.links)
    return ", ".join(f"{kind} {txn_id} {amount}" for kind, txn_id, amount in ordered)


def _line_drift(posted: tuple[LineFacts, ...], now: tuple[LineFacts, ...]) -> Iterable[Difference | None]:
    """Lines put in another order are not edited; what is alike on both sides is not compared further."""
    if len(posted) != len(now):
        yield Difference("lines", str(len(posted)), str(len(now)))
        return
    moved, edited = list(now), []
    for position, ours in enumerate(posted, start=1):
        if ours in moved:
            moved.remove(ours)
        else:
            edited.append((position, ours))
    for (position, ours), theirs in zip(edited, moved, strict=True):
        for name, attr in LINE_PROPERTIES:
            yield _difference(f"line {position} {name}", getattr(ours, attr), getattr(theirs, attr))
