"""What the pages and the feed did not bring of linked documents: asked for by id, and never taken for deleted
because a query does not return it, or because the feed says so.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from caspen_qbo import settings
from caspen_qbo.core.accounting import Absence
from caspen_qbo.core.cause import CauseKind, CauseRef
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.posting.document import Document
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.sending.lookup import fetch_by, look_up
from caspen_qbo.usecases.shared.session import Session

Theirs = tuple[str, str]
"""Type and id of a QuickBooks transaction."""


def read_apart(
    session: Session, stubs: Mapping[str, Collection[str]], since: datetime | None, seen_at: datetime
) -> int:
    """Linked documents unread so far: older than the connection, shown late, deleted, hidden, or such that
    QuickBooks fails on them. How many were read. What it does not show is listed, and read again next time.

    :param stubs: By type what the feed calls deleted; a hint, and of what is not ours no more is asked.
    :param since: What was not read since then is unread; None: what never was.
    """
    store, realm_id = session.store.snapshot, session.realm_id
    listed = _fetch_listed(session)
    wanted: dict[str, set[str]] = {}
    for quickbooks_type, unseen in store.fetch_unread(realm_id, since).items():
        wanted.setdefault(quickbooks_type, set()).update(unseen)
    for quickbooks_type, quickbooks_id in listed:
        wanted.setdefault(quickbooks_type, set()).add(quickbooks_id)
    documents = 0
    for quickbooks_type, stubbed in stubs.items():
        linked = session.store.links.fetch_by_quickbooks_ids(realm_id, quickbooks_type, stubbed)
        standing = {id_ for id_, rows in linked.items() if any(not row.removed for row in rows)}
        wanted.setdefault(quickbooks_type, set()).update(standing)
        documents += _read_others(session, quickbooks_type, set(stubbed) - standing, seen_at)
    unread: dict[Theirs, str] = {}
    for quickbooks_type, ids in wanted.items():
        for chunk in chunked(sorted(ids), settings.QUERY_IN_MAX):
            hinted = stubs.get(quickbooks_type, ())
            documents += _read_chunk(session, quickbooks_type, chunk, hinted, seen_at, unread)
    _list(session, unread)
    readable = [document.key for theirs, document in listed.items() if theirs not in unread]
    session.store.unsynced.resolve_all(readable, resolution="readable again", error_keys=[UNREADABLE])
    return documents


def _read_chunk(
    session: Session,
    quickbooks_type: str,
    ids: Collection[str],
    hinted: Collection[str],
    seen_at: datetime,
    unread: dict[Theirs, str],
) -> int:
    found = look_up(session, quickbooks_type, ids)
    store, realm_id = session.store.snapshot, session.realm_id
    facts = [read_facts(quickbooks_type, body) for body in found.there.values()]
    store.save(realm_id, facts, seen_at, session.home_currency)
    gone = set(found.deleted)
    for quickbooks_id, reading in found.unread.items():
        if reading.absence is Absence.NOT_SHOWN and quickbooks_id in hinted:
            gone.add(quickbooks_id)  # feed, query and the document itself agree
        else:
            unread[quickbooks_type, quickbooks_id] = found.why_unread(quickbooks_id)
    store.mark_deleted(realm_id, quickbooks_type, sorted(gone), seen_at)
    return len(found.there)


def _read_others(session: Session, quickbooks_type: str, ids: Collection[str], seen_at: datetime) -> int:
    """Other people's transactions that the feed calls deleted: nothing of ours depends on them."""
    there = {str(body["Id"]): body for body in fetch_by(session, quickbooks_type, "Id", ids)}
    facts = [read_facts(quickbooks_type, body) for body in there.values()]
    session.store.snapshot.save(session.realm_id, facts, seen_at, session.home_currency)
    gone = sorted(set(ids) - there.keys())
    session.store.snapshot.mark_deleted(session.realm_id, quickbooks_type, gone, seen_at)
    return len(there)


def _fetch_listed(session: Session) -> dict[Theirs, Document]:
    """Linked documents that are listed because QuickBooks did not show them; not those the import listed."""
    rows = [
        row
        for row in session.store.unsynced.fetch_open()
        if row.error_key == UNREADABLE and (row.cause is None or row.cause.kind is not CauseKind.PAYMENT)
    ]
    documents = session.store.documents.fetch([row.key for row in rows])
    return {
        (document.standing_link.quickbooks_type, document.standing_link.quickbooks_id): document
        for document in documents.values()
        if document.standing_link is not None
    }


def _list(session: Session, unread: Mapping[Theirs, str]) -> None:
    """Name and list what was not shown. One never read before is taken for what QuickBooks answered when it
    was posted: it must not count as missing.
    """
    links: dict[DocumentKey, Theirs] = {}
    for quickbooks_type in {quickbooks_type for quickbooks_type, _ in unread}:
        ids = [quickbooks_id for type_, quickbooks_id in unread if type_ == quickbooks_type]
        found = session.store.links.fetch_by_quickbooks_ids(session.realm_id, quickbooks_type, ids)
        for quickbooks_id, rows in found.items():
            for row in rows:
                if row.workspace_id == session.workspace_id and not row.removed:
                    links[row.key] = (quickbooks_type, quickbooks_id)
    listings = []
    for key, document in session.store.documents.fetch(links).items():
        theirs, link = links[key], document.link
        detail = f"QuickBooks {' '.join(theirs)}: {unread[theirs]}. Compared is what it last showed."
        imported = link is not None and link.origin == "quickbooks"
        cause = CauseRef(CauseKind.PAYMENT, theirs[1]) if imported else None
        listings.append(Listing(document, UNREADABLE, detail, cause, blocks=False))
        if link is not None and link.as_posted is not None:
            session.store.snapshot.save_unless_known(session.realm_id, [link.as_posted], link.posted_at)
    session.store.unsynced.record(listings)
