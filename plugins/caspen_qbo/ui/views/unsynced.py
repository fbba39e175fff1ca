"""Unsynced invoices as texts: cards, the list with its filters, the CSV."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from caspen_qbo.catalogue import CATALOGUE, Turn, entry_for
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.pages import SORTS, UnsyncedFilter
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.visit import Visit

PAGE_SIZE = 50
NOT_RETRIED = frozenset({"changed_in_quickbooks", "missing_in_quickbooks", "outcome_unknown"})
"""A person chooses about these on the invoice's page, or nobody has to do anything."""
CARDS_MAX = 24

TURNS = {
    Turn.PRACTICE: "Practice (in Caspen)",
    Turn.FINANCE: "Finance (in QuickBooks)",
    Turn.ADMIN: "Administrator",
    Turn.NOBODY: "Nobody: the next run",
}
KINDS = {"invoice": "Invoice", "credit_note": "Credit note", "payment": "Payment"}
FIX_PAGES = {
    "invalid_refresh_token": ("setup", "Open Set-up"),
    "setup_incomplete": ("setup", "Open Settings"),
    "business_validation_tax": ("taxes", "Open Taxes"),
    "subscription_ended": ("setup/doctor", "Ask the doctor"),
}


class Asked(BaseModel):
    """What the address asks of the list. Anything else is refused."""

    key: Literal[tuple(CATALOGUE)] | Literal[""] = ""  # type: ignore[valid-type]
    cause: str = Field("", max_length=200)
    turn: Turn | Literal[""] = ""
    kind: Literal["", "invoice", "credit_note", "payment"] = ""
    find: str = Field("", max_length=100)
    sort: Literal[SORTS] = "since"  # type: ignore[valid-type]
    order: Literal["up", "down"] = "up"
    page: int = Field(1, ge=1, le=1_000_000)

    @property
    def descending(self) -> bool:
        return self.order == "down"

    def query(self, **changes: object) -> str:
        """The address of the same list with some things changed; what is as usual is left out."""
        values = {**self.model_dump(), **changes}
        usual = Asked()
        return urlencode({name: value for name, value in values.items() if value != getattr(usual, name)})


def filter_of(asked: Asked) -> UnsyncedFilter:
    keys: tuple[str, ...] | None = (asked.key,) if asked.key else None
    if asked.turn:
        of_turn = tuple(entry.key for entry in CATALOGUE.values() if entry.turn == asked.turn)
        keys = of_turn if keys is None else tuple(key for key in keys if key in of_turn)
    return UnsyncedFilter(keys, asked.cause or None, asked.kind or None, asked.find.strip() or None)


@dataclass(frozen=True, slots=True)
class Card:
    key: str
    cause_ref: str
    title: str
    about: str
    """Which tax rate, customer or setting, when one fix repairs them all."""
    waiting: str
    cause: str
    fix: str
    turn: str
    since: str
    link: str
    link_text: str
    list_url: str
    active: bool
    may_retry: bool


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
    cards = _cards(visit, asked, causes)
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
        page_text=f"{first + 1:,} to {min(first + PAGE_SIZE, found):,} of {found:,}" if found else "",
        previous_url=f"{address}?{asked.query(page=number - 1)}" if number > 1 else "",
        next_url=f"{address}?{asked.query(page=number + 1)}" if number < last_page else "",
        csv_url=f"{visit.url('unsynced.csv')}?{asked.query(page=1)}",
        back=asked.query(),
        may_retry=visit.may(Right.OPERATE),
    )


def _cards(visit: Visit, asked: Asked, causes: Sequence[Row]) -> tuple[Card, ...]:
    """One card for one root cause: several where one fix releases many, else one for each kind of error."""
    merged: dict[tuple[str, str], list[Row]] = {}
    for row in causes:
        shared = entry_for(row["error_key"]).released_together
        merged.setdefault((row["error_key"], row["cause_ref"] if shared else ""), []).append(row)
    rates = {}
    if any(cause.startswith("tax_rate:") for _, cause in merged):
        rates = {
            f"tax_rate:{rate.id}": rate for rate in visit.billing.fetch_tax_rates(visit.workspace_id).values()
        }
    cards = []
    for (key, cause_ref), rows in merged.items():
        entry, waiting = entry_for(key), sum(row["waiting"] for row in rows)
        page, link_text = FIX_PAGES.get(key, ("", ""))
        rate = rates.get(cause_ref)
        about = f"{rate.name}, {texts.percent(rate.rate)}" if rate else _about(cause_ref)
        wanted = Asked(key=key, cause=cause_ref)
        cards.append(
            (
                waiting,
                Card(
                    key=key,
                    cause_ref=cause_ref,
                    title=entry.title,
                    about=about,
                    waiting=texts.counted(waiting, "document"),
                    cause=entry.cause,
                    fix=entry.fix,
                    turn=TURNS[entry.turn],
                    since=texts.moment(min(row["since"] for row in rows), visit.zone),
                    link=visit.url(page) if page else "",
                    link_text=link_text,
                    list_url=f"{visit.url('unsynced')}?{wanted.query()}#list",
                    active=asked.key == key and asked.cause == cause_ref,
                    may_retry=visit.may(Right.OPERATE) and key not in NOT_RETRIED,
                ),
            )
        )
    cards.sort(key=lambda pair: (-pair[0], pair[1].title, pair[1].cause_ref))
    return tuple(card for _, card in cards)


def _about(cause_ref: str) -> str:
    kind, _, which = cause_ref.partition(":")
    words = {"customer": "QuickBooks customer", "setting": "The", "item": "Item", "account": "Account"}
    return f"{words[kind]} {which}" if kind in words and which else ""


def _row(visit: Visit, row: Row) -> ListRow:
    return ListRow(
        number=row["document_number"],
        kind=KINDS.get(row["document_kind"], row["document_kind"]),
        invoice_url=visit.url(f"invoices/{row['invoice_id']}"),
        client_id=str(row["client_id"] or texts.NONE),
        date=texts.day(row["document_date"]),
        total=texts.money(row["total"], visit.currency),
        title=row["title"],
        detail=row["detail"],
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
