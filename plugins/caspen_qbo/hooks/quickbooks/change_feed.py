"""What changed in QuickBooks since a time: from the change feed, or by query where it cannot be trusted."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from caspen_qbo import settings
from caspen_qbo.core.accounting import Changed
from caspen_qbo.core.documents import Body
from caspen_qbo.core.query_text import quote

log = logging.getLogger(__name__)

NOT_IN_FEED = frozenset({"JournalCode", "TaxAgency", "TaxCode", "TaxRate", "TimeActivity"})
LIST_ENTITIES = frozenset(
    {"Account", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "TaxCode", "TaxRate"}
    | {"Term", "Vendor"}
)
"""Their inactive entries are hidden unless a query names ``Active``."""


class _Reader(Protocol):
    def query(self, entity: str, where: str = "", *, order_by: str = "Id") -> Iterator[Body]: ...

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> Changed: ...

    def fetch_time(self) -> datetime: ...


def read_changes(reader: _Reader, entities: Sequence[str], since: datetime) -> Changed:
    """What changed of these types at or after ``since`` (with a time zone), and QuickBooks' time of the first
    answer, but never a time to come. The feed is cut silently at 1,000 objects: when full, each type is asked
    for alone, and one still full is queried. Queries do not know deletions.
    """
    wanted = list(dict.fromkeys(entities))
    fed = [entity for entity in wanted if entity not in NOT_IN_FEED]
    too_old = since < datetime.now(UTC) - timedelta(days=settings.CDC_DAYS_MAX)
    found: dict[str, list[Body]] = {}
    read_at: datetime | None = None
    if fed and not too_old:
        found, read_at = reader.fetch_feed(fed, since)
        if _size(found) >= settings.CDC_OBJECTS_MAX:
            alone = [reader.fetch_feed([entity], since)[0] for entity in fed] if len(fed) > 1 else []
            complete = [part for part in alone if _size(part) < settings.CDC_OBJECTS_MAX]
            found = {entity: rows for part in complete for entity, rows in part.items()}
    if read_at is None:
        read_at = reader.fetch_time()  # before the queries: what changes in between is read again next time
    for entity in wanted:
        if entity not in found:
            start = since.isoformat(timespec="seconds")
            log.info("quickbooks changes entity=%s by=query since=%s", entity, start)
            found[entity] = list(reader.query(entity, _changed_since(entity, since)))
    # A cursor never goes back: a time that is still to come would hide every change until then.
    return {entity: found[entity] for entity in wanted}, min(read_at, datetime.now(UTC))


def _size(found: dict[str, list[Body]]) -> int:
    return sum(len(rows) for rows in found.values())


def _changed_since(entity: str, since: datetime) -> str:
    where = f"MetaData.LastUpdatedTime >= {quote(since.astimezone(UTC).isoformat(timespec='seconds'))}"
    return f"Active IN (true, false) AND {where}" if entity in LIST_ENTITIES else where
