"""What the report says, as plain values: texts for people beside the numbers they come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.reports.signed import SignedPeriods
from caspen_qbo.reports.terms import FIELD_WORDS, TURN_WORDS, age_of, delta_words


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """One field in which the two sides differ."""

    kind: str
    number: str
    field: str
    caspen: str
    quickbooks: str
    delta: Decimal | None
    """QuickBooks minus Caspen."""
    explained: bool

    @property
    def words(self) -> str:
        return delta_words(self.delta)

    @property
    def field_words(self) -> str:
        return FIELD_WORDS.get(self.field, self.field)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One open row of the list of unsynced documents, as it was when the run finished."""

    kind: str
    number: str
    error_key: str
    title: str
    detail: str
    fix: str
    turn: str
    cause_ref: str
    delta: Decimal | None
    since: datetime
    days: int
    attempts: int

    @property
    def age(self) -> str:
        return age_of(self.days)


@dataclass(frozen=True, slots=True)
class Card:
    """One cause with all documents that wait on it."""

    title: str
    cause: str
    fix: str
    turn: str
    rows: tuple[ListedRow, ...]

    @property
    def oldest_days(self) -> int:
        return max(row.days for row in self.rows)

    @property
    def delta(self) -> Decimal | None:
        """Of all documents whose difference is money, QuickBooks minus Caspen."""
        deltas = [row.delta for row in self.rows if row.delta is not None]
        return sum(deltas, Decimal("0.00")) if deltas else None

    @property
    def delta_words(self) -> str:
        return delta_words(self.delta)


@dataclass(frozen=True, slots=True)
class TieOutRow:
    label: str
    caspen: Decimal
    quickbooks: Decimal
    delta: Decimal
    explained: Decimal | None
    """What all items of this sum come to; None in runs from before sums had items of their own."""
    total: bool
    """Of the sums above it, whose items are its own."""

    @property
    def words(self) -> str:
        return delta_words(self.delta) or "equal"

    @property
    def unexplained(self) -> Decimal | None:
        """What no document accounts for: anything but 0.00 says that this report is wrong."""
        return None if self.explained is None else self.delta - self.explained


@dataclass(frozen=True, slots=True)
class TieOutItem:
    of: str
    """The label of the sum it belongs to; empty in runs from before sums had items of their own."""
    kind: str
    number: str
    caspen: Decimal | None
    quickbooks: Decimal | None
    delta: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class TieOutStep:
    """On the way from our documents in QuickBooks to what QuickBooks itself shows."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class TieOut:
    key: str
    title: str
    explanation: str
    rows: tuple[TieOutRow, ...]
    items: tuple[TieOutItem, ...]
    items_in_all: int
    steps: tuple[TieOutStep, ...]
    """What comes on top of QuickBooks' side of the last row on the way to what QuickBooks itself shows."""
    leads_to: TieOutStep | None
    """What that is; None where this run did not read it."""
    notes: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return all(row.delta == 0 for row in self.rows)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    kind: str
    finalised: int
    synced: int
    waiting: int
    listed: int
    excluded: int
    stale: int


@dataclass(frozen=True, slots=True)
class TrendPoint:
    run_id: str
    at: datetime
    documents: int
    explained: int
    unexplained: int


@dataclass(frozen=True, slots=True)
class ReportModel:
    run_id: str
    workspace_id: int
    workspace: str
    company: str
    currency: str
    time_zone: str
    at: datetime
    """When the run finished gathering, in the practice's time zone."""
    full_compare: bool
    documents: int
    success: bool
    ledger: tuple[LedgerLine, ...]
    """Invoices first."""
    differences: tuple[DifferenceRow, ...]
    cards: tuple[Card, ...]
    """Most documents first."""
    listed: tuple[ListedRow, ...]
    listed_left_off: int
    tie_outs: tuple[TieOut, ...]
    trend: tuple[TrendPoint, ...]
    """Oldest first, this run last."""
    checks: tuple[Mapping[str, Any], ...]
    calls: Mapping[str, int]
    signed: SignedPeriods
    signed_at: datetime | None
    signed_by: str | None
    signed_through: date | None
    """None as well where it was signed before days were kept."""

    @property
    def unexplained(self) -> int:
        return sum(not row.explained for row in self.differences)

    @property
    def explained(self) -> int:
        return len(self.differences) - self.unexplained

    @property
    def open_documents(self) -> int:
        """Documents with at least one unexplained difference."""
        return len({(row.kind, row.number) for row in self.differences if not row.explained})

    @property
    def invoices(self) -> LedgerLine:
        return self.ledger[0]

    @property
    def turns(self) -> tuple[tuple[str, int], ...]:
        """(whose turn in words, documents listed), in a fixed order."""
        counts = {turn: sum(row.turn == turn for row in self.listed) for turn in TURN_WORDS}
        return tuple((TURN_WORDS[turn], number) for turn, number in counts.items() if number)
