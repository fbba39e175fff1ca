"""Signed periods in a report: who signed up to when, and what stands otherwise since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caspen_qbo.reports.terms import day_words

NOTHING = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Side:
    """One system's figures of a document; all None where it does not have the document."""

    total: Decimal | None
    tax: Decimal | None
    day: date | None

    @property
    def there(self) -> bool:
        return self.total is not None


@dataclass(frozen=True, slots=True)
class Figures:
    caspen: Side
    quickbooks: Side

    @property
    def there(self) -> bool:
        return self.caspen.there or self.quickbooks.there

    @property
    def first_day(self) -> date | None:
        return min((side.day for side in (self.caspen, self.quickbooks) if side.day), default=None)


@dataclass(frozen=True, slots=True)
class Signature:
    through: date
    signed_by: str
    signed_at: datetime
    """In the practice's time zone."""

    @property
    def words(self) -> str:
        return f"up to {day_words(self.through)}, signed by {self.signed_by} on {day_words(self.signed_at)}"


@dataclass(frozen=True, slots=True)
class SignOff:
    signature: Signature
    documents: int
    changes: int


@dataclass(frozen=True, slots=True)
class SignedChange:
    """One document that stands otherwise than it was signed."""

    signature: Signature
    kind: str
    number: str
    since: datetime
    signed: Figures
    now: Figures

    @property
    def caspen_delta(self) -> Decimal:
        """Now minus signed; a side that is not there counts as nothing."""
        return _delta(self.signed.caspen, self.now.caspen)

    @property
    def quickbooks_delta(self) -> Decimal:
        return _delta(self.signed.quickbooks, self.now.quickbooks)

    @property
    def what(self) -> str:
        """What happened in words, beyond the totals, which have columns of their own."""
        if not self.signed.there:
            return f"New in the signed period, dated {_day(self.now.first_day)}"
        if not self.now.there:
            return "In neither system any more: voided, deleted or taken back"
        first = self.now.first_day
        moved = first is not None and first > self.signature.through
        told = [f"Now dated {_day(first)}, outside the signed period"] if moved else []
        sides = (("Caspen", self.signed.caspen, self.now.caspen),
                 ("QuickBooks", self.signed.quickbooks, self.now.quickbooks))  # fmt: skip
        for name, signed, now in sides:
            told += _changes(name, signed, now, dates=not moved)
        return "; ".join(told) or "Total changed"


@dataclass(frozen=True, slots=True)
class SignedPeriods:
    sign_offs: tuple[SignOff, ...]
    """Newest first."""
    changes: tuple[SignedChange, ...]
    in_all: int

    @property
    def left_off(self) -> int:
        return self.in_all - len(self.changes)


def read_signed(stored: Mapping[str, Any] | None, zone: ZoneInfo) -> SignedPeriods:
    """:param stored: Of the run's report; None in those from before sign-offs were watched."""
    if stored is None:
        return SignedPeriods((), (), 0)
    return SignedPeriods(
        tuple(
            SignOff(_signature(item, zone), item["documents"], item["changes"])
            for item in stored["sign_offs"]
        ),
        tuple(read_change(item, zone) for item in stored["changes"]),
        stored["in_all"],
    )


def read_change(item: Mapping[str, Any], zone: ZoneInfo) -> SignedChange:
    return SignedChange(
        _signature(item, zone), item["kind"], item["number"],
        datetime.fromisoformat(item["since"]).astimezone(zone),
        _figures(item["signed"]), _figures(item["now"]),
    )  # fmt: skip


def _signature(item: Mapping[str, Any], zone: ZoneInfo) -> Signature:
    return Signature(
        date.fromisoformat(item["through"]), item["signed_by"].removeprefix("airflow:"),
        datetime.fromisoformat(item["signed_at"]).astimezone(zone),
    )  # fmt: skip


def _figures(item: Mapping[str, str | None]) -> Figures:
    return Figures(_side(item, "caspen"), _side(item, "quickbooks"))


def _side(item: Mapping[str, str | None], name: str) -> Side:
    total, tax, day = item[f"{name}_total"], item[f"{name}_tax"], item[f"{name}_date"]
    return Side(
        None if total is None else Decimal(total), None if tax is None else Decimal(tax),
        None if day is None else date.fromisoformat(day),
    )  # fmt: skip


def _delta(signed: Side, now: Side) -> Decimal:
    return (now.total or NOTHING) - (signed.total or NOTHING)


def _changes(name: str, signed: Side, now: Side, *, dates: bool) -> list[str]:
    if signed.there != now.there:
        return [f"Now in {name} too" if now.there else f"No longer in {name}"]
    told = []
    if signed.total != now.total:
        told.append(f"{name} total changed")
    if signed.tax != now.tax:
        told.append(f"{name} tax {_money(now.tax)}, signed {_money(signed.tax)}")
    if dates and signed.day != now.day:
        told.append(f"{name} date {_day(now.day)}, signed {_day(signed.day)}")
    return told


def _money(amount: Decimal | None) -> str:
    return "none" if amount is None else f"{amount:,.2f}"


def _day(day: date | None) -> str:
    return "none" if day is None else day_words(day)
