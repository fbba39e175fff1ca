"""What the report shows beyond what is stored: counts, the trend with this run in it, and cards."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import Turn, card_key, entry_of
from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.stored import (
    LedgerLine,
    ListedRow,
    ReconciliationRun,
    RecordedDifference,
    StoredReport,
    TrendPoint,
)
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    cause: str
    fix: str
    turn: Turn
    rows: tuple[ListedRow, ...]

    @property
    def oldest_days(self) -> int:
        return max(row.days for row in self.rows)

    @property
    def delta(self) -> Decimal | None:
        """Of all documents whose difference is money, QuickBooks minus Caspen."""
        deltas = [row.delta for row in self.rows if row.delta is not None]
        return sum(deltas, ZERO) if deltas else None


@dataclass(frozen=True)
class ReportModel:
    run: ReconciliationRun
    differences: tuple[RecordedDifference, ...]
    """In the order written."""

    @property
    def report(self) -> StoredReport:
        return self.run.report

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.report.time_zone)

    @property
    def at(self) -> datetime:
        """When the run finished collecting, in the practice's time zone."""
        return self.report.at.astimezone(self.zone)

    @cached_property
    def unexplained(self) -> int:
        return sum(not row.explained for row in self.differences)

    @property
    def explained(self) -> int:
        return len(self.differences) - self.unexplained

    @property
    def open_documents(self) -> int:
        """Documents with at least one unexplained difference."""
        open_rows = (row for row in self.differences if not row.explained)
        return len({(row.document_kind, row.document_number) for row in open_rows})

    @property
    def invoices(self) -> LedgerLine:
        return self.report.ledger[DocumentKind.INVOICE]

    @property
    def trend(self) -> tuple[TrendPoint, ...]:
        """Oldest first, this run last."""
        found = len(self.differences)
        this = TrendPoint(
            self.run.run_id, self.report.at, self.run.documents_checked, found, self.unexplained
        )
        return (*self.report.trend, this)

    @property
    def turns(self) -> Counter[Turn]:
        """Documents listed, by who has to act."""
        return Counter(Turn(row.turn) for row in self.report.listed)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """Most documents first."""
        groups: dict[tuple[str, str], list[ListedRow]] = {}
        for row in self.report.listed:
            groups.setdefault(card_key(row.error_key, row.cause_ref), []).append(row)
        cards = [
            Card(
                rows[0].title,
                entry_of(key, CauseRef.parse(rows[0].cause_ref)).cause,
                rows[0].fix,
                Turn(rows[0].turn),
                tuple(rows),
            )
            for (key, _), rows in groups.items()
        ]
        return tuple(sorted(cards, key=lambda card: (-len(card.rows), card.title)))


def _cause_of(row: ListedRow) -> str:
    return entry_of(row.error_key, CauseRef.parse(row.cause_ref)).cause
