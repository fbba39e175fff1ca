"""Figures of one month over the frozen comparison and what was last read of QuickBooks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caspen_qbo.core.closing.stored import Exceptional, Volume
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class AgedSum:
    client_id: int | None
    age: int
    """Number of its group of ages; 0: not due yet."""
    caspen: Decimal
    quickbooks: Decimal
    customers: str | None
    """Ids in QuickBooks."""


@dataclass(frozen=True, slots=True)
class ComparedPayment:
    document_kind: str
    document_id: int
    """Of the allocation."""
    caspen_date: date | None
    caspen_total: Decimal
    quickbooks_date: date | None
    """None: not there."""
    quickbooks_total: Decimal
    """On the chosen payment account; zero where it is on another."""


@dataclass(frozen=True, slots=True)
class OtherPayments:
    day: date
    amount: Decimal


class FigureStore(Subject):
    """Reads only."""

    folder = "closing/figures"

    def sum_aged(self, realm_id: str, last: date, bounds: Sequence[int]) -> list[AgedSum]:
        """By client and age, at the end of that day."""
        return self._fetch_values(AgedSum, "sum_aged", realm_id=realm_id, last=last, bounds=list(bounds))

    def fetch_payments(
        self, realm_id: str, account_id: str, first: date, last: date
    ) -> Iterator[list[ComparedPayment]]:
        keys = {"realm_id": realm_id, "account_id": account_id, "first": first, "last": last}
        return self._read_pages(ComparedPayment, "select_payments", **keys)

    def sum_other_payments(
        self, realm_id: str, account_id: str, first: date, last: date
    ) -> list[OtherPayments]:
        keys = {"realm_id": realm_id, "account_id": account_id, "first": first, "last": last}
        return self._fetch_values(OtherPayments, "sum_other_payments", **keys)

    def sum_volumes(self, first: date, last: date) -> tuple[Volume, ...]:
        return tuple(self._read_values(Volume, "sum_volumes", first=first, last=last))

    def fetch_exceptions(self, first: date, last: date, most: int) -> tuple[tuple[Exceptional, ...], int]:
        """The first of them, and how many there are."""
        rows = self._fetch_all("select_exceptions", first=first, last=last, most=most)
        found = tuple(decode(Exceptional, row) for row in rows)
        return found, rows[0]["in_all"] if rows else 0
