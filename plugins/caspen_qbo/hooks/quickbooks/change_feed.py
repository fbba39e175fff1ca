"""What changed in QuickBooks since a time: from the change feed, or by query where it cannot be trusted."""

import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from caspen_qbo import settings
from caspen_qbo.core.accounting import Changed, was_cut
from caspen_qbo.core.documents import Body
from caspen_qbo.core.query_text import quote
from caspen_qbo.errors import QboRecordError, QboRejectedError

log = logging.getLogger(__name__)

NOT_IN_FEED = frozenset({"JournalCode", "TaxAgency", "TaxCode", "TaxRate", "TimeActivity"})
LIST_ENTITIES = frozenset(
    {"Account", "Class", "Customer", "Department", "Employee", "Item", "PaymentMethod", "TaxCode", "TaxRate"}
    | {"Term", "Vendor"}
)
"""Their inactive entries are hidden unless a query names ``Active``."""
TOO_OLD = "2080"
"""QuickBooks' clock, not ours, says how far back the feed goes."""


class _Reader(Protocol):
    def query(
        self, entity: str, where: str = "", *, order_by: str = "Id", skipped: list[str] | None = None
    ) -> Iterator[Body]: ...

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> Changed: ...

    def fetch_time(self) -> datetime: ...


def read_changes(
    reader: _Reader, entities: Sequence[str], since: datetime, *, also: Sequence[str] = ()
) -> Changed:
    """What changed of these types at or after ``since`` (with a time zone), and QuickBooks' time of the first
    answer, but never a time to come. The feed is cut silently at 1,000 objects, deletions first: when full,
    each type is asked for alone, and one still full is queried. So is what the feed fails on.

    :param also: Types to answer too where one call of the feed answers all of it whole; else they are absent.
    """
    wanted = list(dict.fromkeys(entities))
    fed = [entity for entity in wanted if entity not in NOT_IN_FEED]
    found: dict[str, list[Body]] = {}
    read_at: datetime | None = None
    if fed and since >= datetime.now(UTC) - timedelta(days=settings.CDC_DAYS_MAX):
        found, read_at = _read_feed(reader, fed, [one for one in also if one not in wanted], since)
    if read_at is None:
        read_at = reader.fetch_time()  # before the queries: what changes in between is read again next time
    queried = [entity for entity in wanted if entity not in found]
    skipped: set[str] = set()
    for entity in queried:
        start = since.isoformat(timespec="seconds")
        log.info("quickbooks changes entity=%s by=query since=%s", entity, start)
        lost: list[str] = []
        found[entity] = list(reader.query(entity, _changed_since(entity, since), skipped=lost))
        skipped |= {entity} if lost else set()
    # A cursor never goes back: a time that is still to come would hide every change until then.
    return Changed(
        found,
        min(read_at, datetime.now(UTC)),
        queried=frozenset(queried),
        skipped=frozenset(skipped),
    )


def _read_feed(
    reader: _Reader, fed: Sequence[str], also: Sequence[str], since: datetime
) -> tuple[dict[str, list[Body]], datetime | None]:
    """What the feed answered whole, by type, and when it first answered; None: it never did."""
    try:
        whole = _ask(reader, [*fed, *also], since)
        if also and (whole is None or was_cut(whole, settings.CDC_OBJECTS_MAX)):
            return _read_feed(reader, fed, (), since)
        if whole is not None and not was_cut(whole, settings.CDC_OBJECTS_MAX):
            return dict(whole.rows), whole.read_at
        alone = [_ask(reader, [entity], since) for entity in fed] if len(fed) > 1 else []
    except QboRejectedError as error:
        if error.verdict.error.code != TOO_OLD:
            raise
        return {}, None
    answers = [answer for answer in alone if answer is not None]
    times = [answer.read_at for answer in (whole, *answers) if answer is not None]
    complete = [answer.rows for answer in answers if not was_cut(answer, settings.CDC_OBJECTS_MAX)]
    return {entity: rows for part in complete for entity, rows in part.items()}, min(times, default=None)


def _ask(reader: _Reader, entities: Sequence[str], since: datetime) -> Changed | None:
    """None: the feed fails on one of the records it would show."""
    try:
        return reader.fetch_feed(entities, since)
    except QboRecordError:
        log.warning("quickbooks change feed fails entities=%s", ",".join(entities))
        return None


def _changed_since(entity: str, since: datetime) -> str:
    where = f"MetaData.LastUpdatedTime >= {quote(since.astimezone(UTC).isoformat(timespec='seconds'))}"
    return f"Active IN (true, false) AND {where}" if entity in LIST_ENTITIES else where
