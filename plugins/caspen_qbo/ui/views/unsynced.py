"""The list of unsynced documents: its address, its columns, and its rows as a CSV file."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for
from caspen_qbo.hooks.store.monitoring.pages import UnsyncedItem, UnsyncedQuery
from caspen_qbo.wording import no_formula

PAGE_SIZE = 50
CARDS_MAX = 24
CSV_BUFFER = 65536

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


class Column(NamedTuple):
    label: str
    sort: str = ""
    """Empty where the list cannot be sorted by it."""
    numeric: bool = False


COLUMNS = (
    Column("Number", "number"),
    Column("Client id", "client", numeric=True),
    Column("Date", "date"),
    Column("Total", "total", numeric=True),
    Column("What is wrong", "title"),
    Column("Since", "since"),
    Column("Action needed"),
)


def address(query: UnsyncedQuery, **changes: object) -> str:
    """The same list with some things changed, as the query of an address; defaults are left out."""
    values = {**query.model_dump(), **changes}
    usual = UnsyncedQuery().model_dump()
    return urlencode({name: value for name, value in values.items() if value != usual[name]})


def sorted_by(query: UnsyncedQuery, column: Column) -> str:
    """The list sorted by this column, or the other way round where it already is."""
    other = column.sort == query.sort and query.order == "up"
    return address(query, sort=column.sort, order="down" if other else "up", page=1)


def csv_lines(items: Iterable[UnsyncedItem], currency: str, zone: ZoneInfo) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    for item in items:
        writer.writerow(map(no_formula, _csv_row(item, currency, zone)))
        if buffer.tell() > CSV_BUFFER:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _csv_row(item: UnsyncedItem, currency: str, zone: ZoneInfo) -> tuple[str, ...]:
    return (
        item.kind,
        item.number,
        str(item.client_id or ""),
        item.date.isoformat() if item.date else "",
        "" if item.total is None else f"{item.total:.2f}",
        item.currency or currency,
        item.title,
        item.detail,
        item.fix,
        item.first_seen_at.astimezone(zone).isoformat(timespec="seconds"),
        entry_for(item.error_key).turn.value,
        str(item.attempts),
    )
