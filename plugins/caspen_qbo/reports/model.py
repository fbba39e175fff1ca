"""What the report says, as plain values: texts for people beside the numbers they come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for

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

    @property
    def words(self) -> str:
        return delta_words(self.delta) or "equal"


@dataclass(frozen=True, slots=True)
class TieOutItem:
    number: str
    caspen: Decimal | None
    quickbooks: Decimal | None
    delta: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class TieOut:
    key: str
    title: str
    explanation: str
    rows: tuple[TieOutRow, ...]
    items: tuple[TieOutItem, ...]
    items_in_all: int
    items_delta: Decimal
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
    signed_at: datetime | None
    signed_by: str | None

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


def read_model(run: Mapping[str, Any], differences: Iterable[Mapping[str, Any]]) -> ReportModel:
    """
    :param run: A row of ``reconciliation_run``, finished; ``differences`` its rows in the order written.
    """
    report = run["report"]
    zone = ZoneInfo(report["time_zone"])
    rows = tuple(_difference(row) for row in differences)
    listed = tuple(_listed(row, zone) for row in report["listed"])
    at = datetime.fromisoformat(report["at"]).astimezone(zone)
    explained = sum(row.explained for row in rows)
    return ReportModel(
        run_id=run["run_id"],
        workspace_id=run["workspace_id"],
        workspace=report["workspace"],
        company=report["company"],
        currency=report["currency"],
        time_zone=report["time_zone"],
        at=at,
        full_compare=run["full_compare"],
        documents=run["documents_checked"],
        success=bool(run["success"]),
        ledger=tuple(LedgerLine(kind, **report["ledger"][kind]) for kind in KIND_WORDS),
        differences=rows,
        cards=_cards(listed),
        listed=listed,
        listed_left_off=report["listed_left_off"],
        tie_outs=tuple(_tie_out(item) for item in report["tie_outs"]),
        trend=(
            *(_trend_point(point, zone) for point in report["trend"]),
            TrendPoint(run["run_id"], at, run["documents_checked"], explained, len(rows) - explained),
        ),
        checks=tuple(run["checks"]),
        calls=dict(sorted(run["calls"].items())),
        signed_at=run["signed_at"].astimezone(zone) if run["signed_at"] else None,
        signed_by=run["signed_by"],
    )


def delta_words(delta: Decimal | None) -> str:
    """``2.00 more in QuickBooks``; empty where there is none."""
    if not delta:
        return ""
    return f"{abs(delta):,.2f} {'more' if delta > 0 else 'less'} in QuickBooks"


def age_of(days: int) -> str:
    """The age group a row belongs to."""
    return next((label for below, label in AGES if days < below), OLDEST)


def count_words(number: int, kind: str) -> str:
    """``1 invoice``, ``2 credit notes``."""
    one, many = KIND_WORDS[kind]
    return f"{number:,} {one if number == 1 else many}"


def _difference(row: Mapping[str, Any]) -> DifferenceRow:
    return DifferenceRow(
        row["document_kind"], row["document_number"], row["field"], row["caspen_value"] or "",
        row["quickbooks_value"] or "", row["delta"], row["explained"],
    )  # fmt: skip


def _listed(row: Mapping[str, Any], zone: ZoneInfo) -> ListedRow:
    return ListedRow(
        kind=row["kind"],
        number=row["number"],
        error_key=row["error_key"],
        title=row["title"],
        detail=row["detail"],
        fix=row["fix"],
        turn=row["turn"],
        cause_ref=row["cause_ref"],
        delta=_amount(row["delta"]),
        since=datetime.fromisoformat(row["since"]).astimezone(zone),
        days=row["days"],
        attempts=row["attempts"],
    )


def _cards(listed: Sequence[ListedRow]) -> tuple[Card, ...]:
    """One card per root cause: rows of one key that share a cause are mended together."""
    groups: dict[tuple[str, str], list[ListedRow]] = {}
    for row in listed:
        shared = row.cause_ref if entry_for(row.error_key).released_together else ""
        groups.setdefault((row.error_key, shared), []).append(row)
    cards = [
        Card(rows[0].title, entry_for(key).cause, rows[0].fix, rows[0].turn, tuple(rows))
        for (key, _), rows in groups.items()
    ]
    return tuple(sorted(cards, key=lambda card: (-len(card.rows), card.title)))


def _tie_out(item: Mapping[str, Any]) -> TieOut:
    return TieOut(
        item["key"],
        item["title"],
        item["explanation"],
        tuple(
            TieOutRow(row["label"], Decimal(row["caspen"]), Decimal(row["quickbooks"]), Decimal(row["delta"]))
            for row in item["rows"]
        ),
        tuple(
            TieOutItem(
                row["number"],
                _amount(row["caspen"]),
                _amount(row["quickbooks"]),
                Decimal(row["delta"]),
                row["reason"],
            )
            for row in item["items"]
        ),
        item["items_in_all"],
        Decimal(item["items_delta"]),
        tuple(item["notes"]),
    )


def _trend_point(point: Mapping[str, Any], zone: ZoneInfo) -> TrendPoint:
    explained = point["differences"] - point["unexplained"]
    return TrendPoint(
        point["run_id"], datetime.fromisoformat(point["at"]).astimezone(zone), point["documents"], explained,
        point["unexplained"],
    )  # fmt: skip


def _amount(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
