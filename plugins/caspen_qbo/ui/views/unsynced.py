"""Unsynced invoices as texts: cards, the list with its filters, the CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import CATALOGUE, entry_for
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.views.cards import Card, build_cards
from caspen_qbo.ui.views.next_step import NextStep, next_step
from caspen_qbo.ui.views.unsynced_filter import Asked
from caspen_qbo.ui.views.words import KINDS, TURNS
from caspen_qbo.ui.visit import Visit

PAGE_SIZE = 50
CARDS_MAX = 24


@dataclass(frozen=True, slots=True)
class ListRow:
    number: str
    kind: str
    invoice_url: str
    client_id: str
    date: str
    total: str
    title: str
    detail: str
    fix: str
    since: str
    since_iso: str
    ago: str
    turn: str


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    label: str
    numeric: bool
    url: str
    """Sorts by this column; empty where it cannot."""
    sorted: str
    """ascending, descending or none, as aria-sort wants it."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class UnsyncedView:
    summary: tuple[tuple[str, str], ...]
    summary_at: str
    cards: tuple[Card, ...]
    more_cards: str
    found: str
    rows: tuple[ListRow, ...]
    columns: tuple[Column, ...]
    keys: tuple[Choice, ...]
    turns: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    find: str
    cause: str
    sort: str
    order: str
    filtered: bool
    nothing_at_all: bool
    next_step: NextStep | None
    """Why nothing is listed where nothing could be; None where all is well."""
    page_text: str
    previous_url: str
    next_url: str
    csv_url: str
    back: str
    may_retry: bool


def unsynced_view(
    visit: Visit,
    asked: Asked,
    *,
    causes: Sequence[Row],
    rows: Iterable[Row],
    found: int,
    number: int,
    last_page: int,
    ledger: Row | None,
) -> UnsyncedView:
    cards = build_cards(visit, asked, causes)
    address = visit.url("unsynced")
    keys = {row["error_key"] for row in causes} | ({asked.key} if asked.key else set())
    first = (number - 1) * PAGE_SIZE
    return UnsyncedView(
        summary=tuple(
            (label, texts.count(ledger[name]))
            for name, label in (
                ("finalised", "Finalised"),
                ("synced", "Synced"),
                ("waiting", "Waiting"),
                ("listed", "Listed"),
                ("excluded", "Excluded"),
            )
        )
        if ledger
        else (),
        summary_at=texts.moment(ledger["finished_at"], visit.zone) if ledger else "",
        cards=cards[:CARDS_MAX],
        more_cards=texts.counted(len(cards) - CARDS_MAX, "more cause") if len(cards) > CARDS_MAX else "",
        found=texts.counted(found, "document"),
        rows=tuple(_row(visit, row) for row in rows),
        columns=_columns(asked, address),
        keys=tuple(
            Choice(entry.key, entry.title, entry.key == asked.key)
            for entry in CATALOGUE.values()
            if entry.key in keys
        ),
        turns=tuple(Choice(turn.value, label, turn == asked.turn) for turn, label in TURNS.items()),
        kinds=tuple(Choice(kind, label, kind == asked.kind) for kind, label in KINDS.items()),
        find=asked.find,
        cause=asked.cause,
        sort=asked.sort,
        order=asked.order,
        filtered=bool(asked.key or asked.cause or asked.turn or asked.kind or asked.find.strip()),
        nothing_at_all=not causes,
        next_step=None if causes else next_step(visit, ledger),
        page_text=f"{first + 1:,} to {min(first + PAGE_SIZE, found):,} of {found:,}" if found else "",
        previous_url=f"{address}?{asked.query(page=number - 1)}" if number > 1 else "",
        next_url=f"{address}?{asked.query(page=number + 1)}" if number < last_page else "",
        csv_url=f"{visit.url('unsynced.csv')}?{asked.query(page=1)}",
        back=asked.query(),
        may_retry=visit.may(Right.OPERATE),
    )


def _row(visit: Visit, row: Row) -> ListRow:
    return ListRow(
        number=row["document_number"],
        kind=KINDS.get(row["document_kind"], row["document_kind"]),
        invoice_url=visit.url(f"invoices/{row['invoice_id']}"),
        client_id=str(row["client_id"] or texts.NONE),
        date=texts.day(row["document_date"]),
        total=texts.money(row["total"], visit.currency),
        title=row["title"],
        detail=texts.clipped(row["detail"]),
        fix=row["fix"],
        since=texts.moment(row["first_seen_at"], visit.zone),
        since_iso=row["first_seen_at"].isoformat(),
        ago=texts.ago(row["first_seen_at"]),
        turn=TURNS[entry_for(row["error_key"]).turn],
    )


def _columns(asked: Asked, address: str) -> tuple[Column, ...]:
    def column(key: str, label: str, numeric: bool = False) -> Column:
        if asked.sort != key:
            return Column(
                key, label, numeric, f"{address}?{asked.query(sort=key, order='up', page=1)}#list", "none"
            )
        other = "up" if asked.descending else "down"
        url = f"{address}?{asked.query(sort=key, order=other, page=1)}#list"
        return Column(key, label, numeric, url, "descending" if asked.descending else "ascending")

    return (
        column("number", "Number"),
        column("client", "Client id", True),
        column("date", "Date"),
        column("total", "Total", True),
        column("title", "What is wrong"),
        column("since", "Since"),
        Column("turn", "Whose turn", False, "", "none"),
    )


CSV_COLUMNS = (
    "kind",
    "number",
    "client_id",
    "date",
    "total",
    "currency",
    "title",
    "detail",
    "fix",
    "since",
    "turn",
    "attempts",
)


def csv_row(row: Row, currency: str, zone: ZoneInfo) -> list[str]:
    """Plain values; what a spreadsheet would take for a formula is quoted."""
    return [
        _no_formula(value)
        for value in (
            row["document_kind"],
            row["document_number"],
            str(row["client_id"] or ""),
            row["document_date"].isoformat() if row["document_date"] else "",
            "" if row["total"] is None else f"{row['total']:.2f}",
            currency,
            row["title"],
            row["detail"],
            row["fix"],
            row["first_seen_at"].astimezone(zone).isoformat(timespec="seconds"),
            entry_for(row["error_key"]).turn.value,
            str(row["attempts"]),
        )
    ]


def _no_formula(value: str) -> str:
    return (
        f"'{value}"
        if value[:1] in ("=", "+", "@", "\t", "\r") or (value[:1] == "-" and not value[1:2].isdigit())
        else value
    )
