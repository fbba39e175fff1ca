"""Read QuickBooks' side into the snapshot again, all or what changed, in few calls: Intuit meters them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import Body, read_facts
from caspen_qbo.core.query_text import quote
from caspen_qbo.usecases.reconciling.inactive_customers import ENTITY as CUSTOMER
from caspen_qbo.usecases.reconciling.inactive_customers import read_customers
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

CURSOR = "quickbooks_documents"
TYPES = ("Invoice", "CreditMemo", "Payment")
STORE_AT_ONCE = 500
FULL_READ_DAYS = 7
"""A full read at least this often: the change feed can be cut, and what it left out is then found."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    full: bool
    """Every linked document was read, not only what changed."""
    documents: int
    """Transactions read."""
    started_at: datetime
    """Our clock; what was read carries a ``seen_at`` from here on."""
    balances: Mapping[str, Decimal] | None
    """What each customer owes in QuickBooks, where that is not nothing; read when everything is."""


def wants_full(session: Session, *, requested: bool) -> bool:
    """Whether this run reads everything: requested, small, never done, or not done for a week."""
    linked, full_read_at = session.store.snapshot.fetch_extent(session.realm_id)
    if requested or linked <= settings.FULL_COMPARE_DOCUMENTS_MAX or full_read_at is None:
        return True
    cursor = session.store.documents.fetch_cursor(CURSOR)
    return cursor is None or datetime.now(UTC) - full_read_at > timedelta(days=FULL_READ_DAYS)


def read_back(session: Session, *, full: bool) -> ReadBack:
    """Bring the snapshot up to date. Safe to repeat: the cursor moves only after all is stored. The feed is
    read even when everything is: it names what was deleted, and carries the time to resume from.

    :raises RetryError: QuickBooks is unavailable or throttles; what was read is saved, the cursor stays.
    """
    started_at = datetime.now(UTC)
    cursor = session.store.documents.fetch_cursor(CURSOR)
    overlap = timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    # A full read needs no history from the feed; a short one keeps that call small.
    since = started_at - overlap if cursor is None or full else cursor[0] - overlap
    if full:
        changes, quickbooks_time = session.accounting.fetch_feed(TYPES, since)
    else:
        queries_before = session.accounting.calls().get("query", 0)
        changes, quickbooks_time = session.accounting.fetch_changes((*TYPES, CUSTOMER), since)
        # Where the feed was cut or too old, queries answered instead, and queries do not know deletions.
        full = session.accounting.calls().get("query", 0) > queries_before
    documents = 0
    for quickbooks_type in TYPES:
        documents += _save(session, quickbooks_type, changes[quickbooks_type], started_at)
    if full:
        documents += _read_all(session, started_at)
    documents += _read_unread(session, started_at if full else None, started_at)
    balances = read_customers(session, None if full else changes[CUSTOMER], started_at)
    session.store.documents.move_cursor(CURSOR, quickbooks_time)
    log.info(
        "read back workspace=%d full=%s documents=%d run=%s",
        session.workspace_id,
        full,
        documents,
        session.run_id,
    )
    return ReadBack(full, documents, started_at, balances)


def _read_all(session: Session, started_at: datetime) -> int:
    """Page through everything made since the connection; a day's margin for clocks and time zones."""
    since = (session.connection.first_connected_at - timedelta(days=1)).astimezone(UTC)
    where = f"MetaData.CreateTime >= {quote(since.isoformat(timespec='seconds'))}"
    documents = 0
    for quickbooks_type in TYPES:
        documents += _save(
            session, quickbooks_type, session.accounting.query(quickbooks_type, where), started_at
        )
        session.store.snapshot.delete_unseen(session.realm_id, quickbooks_type, started_at)
    return documents


def _read_unread(session: Session, since: datetime | None, seen_at: datetime) -> int:
    """Linked documents unread so far: older than the connection, shown late, or deleted. Read by id, twice
    with a wait between, before one is taken for deleted.
    """
    store = session.store.snapshot
    unread = store.fetch_unread(session.realm_id, since)
    documents, missing = _read_by_id(session, unread, seen_at)
    if any(missing.values()) and session.accounting.wait_for_visibility():
        late, missing = _read_by_id(session, missing, seen_at)
        documents += late
    for quickbooks_type, ids in missing.items():
        store.mark_deleted(session.realm_id, quickbooks_type, ids, seen_at)
    return documents


def _read_by_id(
    session: Session, wanted: Mapping[str, Sequence[str]], seen_at: datetime
) -> tuple[int, dict[str, list[str]]]:
    """Save what is there; how many, and by type the ids of those that are not."""
    documents, missing = 0, dict[str, list[str]]()
    for quickbooks_type, ids in wanted.items():
        there: set[str] = set()
        for chunk in chunked(ids, settings.QUERY_IN_MAX):
            found = list(fetch_by(session, quickbooks_type, "Id", chunk))
            documents += _save(session, quickbooks_type, found, seen_at)
            there |= {str(body["Id"]) for body in found}
        missing[quickbooks_type] = [quickbooks_id for quickbooks_id in ids if quickbooks_id not in there]
    return documents, missing


def _save(session: Session, quickbooks_type: str, bodies: Iterable[Body], seen_at: datetime) -> int:
    saved = 0
    for chunk in chunked(bodies, STORE_AT_ONCE):
        facts = [read_facts(quickbooks_type, body) for body in chunk]
        session.store.snapshot.save(session.realm_id, facts, seen_at)
        saved += len(facts)
    return saved
