"""The list of unsynced documents: its columns, and its rows as a CSV file."""

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from caspen_qbo.catalogue import entry_for
from caspen_qbo.hooks.store.monitoring.pages import UnsyncedItem
from caspen_qbo.ui.views.lists.columns import Column

PAGE_SIZE = 50
CARDS_MAX = 24

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


COLUMNS = (
    Column("Number", "number"),
    Column("Client", "client"),
    Column("Date", "date"),
    Column("Total", "total", numeric=True),
    Column("What is wrong", "title"),
    Column("Since", "since"),
    Column("Action needed"),
)


def csv_rows(items: Iterable[UnsyncedItem], currency: str, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    return (_csv_row(item, currency, zone) for item in items)


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
