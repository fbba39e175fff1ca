"""What Caspen no longer has, or has as it was before: found each night in what was staged of it."""

import logging
from collections import Counter
from collections.abc import Sequence

from caspen_qbo.core.posting.decide.set_back import SET_BACK, describe_missing
from caspen_qbo.hooks.store.posting.set_back import KnownDocument
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

log = logging.getLogger(__name__)


def follow_set_back(session: Session, counts: Counter[str]) -> None:
    """Name what is in QuickBooks and no longer in Caspen, stage what Caspen shows as it was earlier, and let
    the import bring again what it had imported. By primary key, a page at a time. Safe to repeat.
    """
    for page in session.store.set_back.fetch_known():
        there = session.billing.fetch_present(session.workspace_id, [one.key for one in page])
        lost = [one for one in page if one.key not in there and not one.missing]
        moved = {
            one.invoice_id
            for one in page
            if one.key in there and (one.missing or there[one.key] < one.updated_at)
        }
        if lost:
            _follow_lost(session, lost)
        if moved:
            restage(session, moved)
            session.store.set_back.forget_shown(moved)
        counts["lost_in_caspen"] += len(lost)
    _note_clients(session)


def _note_clients(session: Session) -> None:
    """Keep of links that do not have it when Caspen made their clients; a merged one has no link to use."""
    links = session.store.links
    unnoted = links.fetch_unnoted(session.realm_id)
    clients = session.billing.fetch_clients(session.workspace_id, unnoted)
    links.note_clients(session.realm_id, [one for id_, one in clients.items() if one.id == id_])


def _follow_lost(session: Session, lost: Sequence[KnownDocument]) -> None:
    imported = [one.key for one in lost if one.origin == "quickbooks"]
    posted = [one.key for one in lost if one.linked and one.origin != "quickbooks"]
    waiting = [one.key for one in lost if not one.linked]
    store = session.store
    documents = store.documents.fetch(posted)
    with store.transaction():
        store.set_back.forget_imports(imported)
        store.set_back.delete_documents(imported)
        store.unsynced.resolve_all([*imported, *waiting], resolution="no longer in Caspen")
        store.set_back.mark_missing(waiting, linked=False)
        store.set_back.mark_missing(posted, linked=True)
        store.set_back.hold(posted)
        store.unsynced.record(
            [Listing(document, SET_BACK, describe_missing(document)) for document in documents.values()]
        )
    for one in lost:
        log.warning(
            "no longer in Caspen workspace=%d %s linked=%s", session.workspace_id, one.key, one.linked
        )
