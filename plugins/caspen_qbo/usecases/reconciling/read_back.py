"""Read QuickBooks' side into the snapshot again, all or what changed, in few calls: Intuit meters them."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.accounting import Changed, was_cut
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.monitoring.metering import decide_full_days
from caspen_qbo.core.query_text import quote
from caspen_qbo.errors import QboRecordError, QboRejectedError
from caspen_qbo.hooks.store.monitoring.meter import MeterStore
from caspen_qbo.usecases.reconciling.inactive_customers import ENTITY as CUSTOMER
from caspen_qbo.usecases.reconciling.inactive_customers import CustomersRead, read_customers
from caspen_qbo.usecases.reconciling.read_apart import read_apart
from caspen_qbo.usecases.sending.around import note_around
from caspen_qbo.usecases.shared.reads import read_budget
from caspen_qbo.usecases.shared.reference import LISTS_IN_FEED, keep_lists
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
    customers: CustomersRead
    read_at: datetime
    """QuickBooks' time, up to when all changes were read."""


def wants_full(session: Session, *, requested: bool) -> bool:
    """Whether this run reads everything: requested, never done, or not done for a week (two near the budget);
    or by hand in a small practice.
    """
    linked, full_read_at = session.store.snapshot.fetch_extent(session.realm_id)
    by_hand = linked <= settings.FULL_COMPARE_DOCUMENTS_MAX and not session.scheduled
    if requested or by_hand or full_read_at is None:
        return True
    cursor = session.store.documents.fetch_cursor(CURSOR)
    budget = read_budget(MeterStore(session.store.database)).budget
    days = decide_full_days(budget, FULL_READ_DAYS)
    return cursor is None or datetime.now(UTC) - full_read_at > timedelta(days=days)


def read_back(session: Session, *, full: bool) -> ReadBack:
    """Bring the snapshot up to date. Safe to repeat: the cursor moves only after all is stored. The feed is
    read even when everything is: it names what was deleted, and carries the time to resume from.

    :raises RetryError: QuickBooks is unavailable or throttles; what was read is saved, the cursor stays.
    """
    started_at = datetime.now(UTC)
    asked_at = session.store.practices.read_clock()
    linked, _ = session.store.snapshot.fetch_extent(session.realm_id)
    cursor = session.store.documents.fetch_cursor(CURSOR)
    overlap = timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    since = started_at - overlap if cursor is None else cursor[0] - overlap
    if full:
        changes, whole = _read_feed(session, since, started_at)
    else:
        changes = session.accounting.fetch_changes((*TYPES, CUSTOMER), since, also=LISTS_IN_FEED)
        whole = not changes.skipped
        # Where the feed was cut, too old or failed, queries answered, and queries do not know deletions.
        full = bool(changes.queried)
    if cursor is not None:
        keep_lists(session.store, session.realm_id, changes.rows)
    documents = 0
    stubs: dict[str, set[str]] = {}
    for quickbooks_type in TYPES:
        facts = [read_facts(quickbooks_type, body) for body in changes.rows[quickbooks_type]]
        stubs[quickbooks_type] = {one.quickbooks_id for one in facts if one.deleted}
        documents += _save(session, [one for one in facts if not one.deleted], started_at)
    if full:
        documents += _read_all(session, started_at)
    documents += read_apart(session, stubs, started_at if full else None, started_at)
    # All customers are a call for each thousand; with them the report compares what each owes.
    all_customers = full or (not session.thrifty and linked <= settings.FULL_COMPARE_DOCUMENTS_MAX)
    customers = read_customers(session, None if all_customers else changes.rows[CUSTOMER], started_at)
    if cursor is None or not whole:  # what was known before may have changed unread
        session.store.known.forget(session.realm_id)
    if whole or customers.keys is not None:
        note_around(session, changes.rows, asked_at, customers.keys)
    session.store.documents.move_cursor(CURSOR, changes.read_at)
    log.info(
        "read back workspace=%d full=%s documents=%d run=%s",
        session.workspace_id,
        full,
        documents,
        session.run_id,
    )
    return ReadBack(full, documents, started_at, customers, changes.read_at)


def _read_feed(session: Session, since: datetime, started_at: datetime) -> tuple[Changed, bool]:
    """Before a full read: the time to resume from, and who was deleted, as far as the feed goes back; and
    whether it showed all that changed.
    """
    oldest = started_at - timedelta(days=settings.CDC_DAYS_MAX)
    try:
        found = session.accounting.fetch_feed((*TYPES, *LISTS_IN_FEED), max(since, oldest))
    except (QboRecordError, QboRejectedError):  # it fails on a record, or QuickBooks' clock is ahead of ours
        at = session.accounting.fetch_changes((), started_at).read_at
        return Changed({quickbooks_type: [] for quickbooks_type in TYPES}, at), False
    if since >= oldest and not was_cut(found, settings.CDC_OBJECTS_MAX):
        return found, True
    return replace(found, rows={name: found.rows[name] for name in TYPES}), False


def _read_all(session: Session, started_at: datetime) -> int:
    """Page through everything made since the connection; a day's margin for clocks and time zones."""
    since = (session.connection.first_connected_at - timedelta(days=1)).astimezone(UTC)
    where = f"MetaData.CreateTime >= {quote(since.isoformat(timespec='seconds'))}"
    documents = 0
    for quickbooks_type in TYPES:
        skipped: list[str] = []
        bodies = session.accounting.query(quickbooks_type, where, skipped=skipped)
        documents += _save(session, (read_facts(quickbooks_type, body) for body in bodies), started_at)
        if not skipped:
            session.store.snapshot.delete_unseen(session.realm_id, quickbooks_type, started_at)
    return documents


def _save(session: Session, facts: Iterable[DocumentFacts], seen_at: datetime) -> int:
    saved = 0
    for chunk in chunked(facts, STORE_AT_ONCE):
        session.store.snapshot.save(session.realm_id, chunk, seen_at, session.home_currency)
        saved += len(chunk)
    return saved
