"""What only a person may decide about a document changed in QuickBooks; its history keeps who and when."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence

from caspen_qbo.core.accounting import Absence
from caspen_qbo.core.decisions.decide import (
    INACTIVE,
    ListedDocument,
    closed_by_deciding,
    decide_accept,
    decide_resend,
    find_added,
    find_posted,
)
from caspen_qbo.core.decisions.leave import ABOUT_PAYMENTS
from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.posting.decide.set_back import SET_BACK
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.decisions.leave import leave
from caspen_qbo.usecases.sending.lookup import Found, describe_unread, look_up
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


def accept(session: Session, numbers: Sequence[str], *, who: str) -> int:
    """Take what QuickBooks shows now as right, until either side changes again; how many. Safe to repeat.
    A row about what is not in QuickBooks or not shown by it, or about payments made there, is left as it is;
    `retry` takes that back. Writes nothing to either side: the figures stay as different as they are,
    reported as accepted.

    :raises ConfigurationError: a number has nothing to decide, the document is gone, or QuickBooks shows
        something else than what was listed, so that the person cannot have seen it.
    """
    with session.store.lock():
        left = session.store.left_rows.fetch_leavable(numbers)
        documents = _fetch_listed(session, numbers, {row.number for row in left})
        not_shown = {row.key for row in left if row.error_key == UNREADABLE}
        documents = [one for one in documents if one.key not in not_shown]
        # What is accepted of an invoice decides what its payments are measured against: the import says then.
        decided = {document.key for document in documents}
        left = [row for row in left if row.key not in decided or row.error_key not in ABOUT_PAYMENTS]
        there = _read_facts(_fetch(session, documents))
        _must_be_allowed(decide_accept(document, there.get(document.theirs)) for document in documents)
        added = _find_added(session, documents, there)
        posted = _find_posted(session, documents)
        with session.store.transaction():
            leave(session, left, who=who)
            for document in documents:
                facts = there[document.theirs]
                session.store.decisions.accept(
                    document.key, facts, added[document.key], posted[document.key], document.version, who
                )
                if document.settled_by_accepting:
                    session.store.documents.mark_all_synced({document.key: document.version})
                if SET_BACK in document.open_keys:
                    session.store.set_back.adopt([document.key])
                if INACTIVE in document.open_keys:
                    session.store.inactive.accept(document.kind, document.id, facts.customer_id)
                _record(session, document, facts, "accepted as it is in QuickBooks", who)
                resolution, keys = f"accepted by {who}", closed_by_deciding(document.kind)
                session.store.unsynced.resolve(document.key, resolution=resolution, error_keys=keys)
                if document.settled_by_accepting:  # nothing is sent any more: nor is anything held
                    session.store.unsynced.resolve_all_posted([document.key])
    return len({one.key for one in (*documents, *left)})


def _find_added(
    session: Session, listed: Sequence[ListedDocument], there: Mapping[tuple[str, str], DocumentFacts]
) -> dict[DocumentKey, tuple[LineFacts, ...]]:
    documents = session.store.documents.fetch(one.key for one in listed)
    found = {}
    for one in listed:
        before = session.store.decisions.fetch_accepted(one.kind, [one.id]).get(one.id)
        found[one.key] = find_added(documents[one.key], before, there[one.theirs])
    return found


def _find_posted(
    session: Session, listed: Sequence[ListedDocument]
) -> dict[DocumentKey, DocumentFacts | None]:
    documents = session.store.documents.fetch(one.key for one in listed)
    before = {
        one.key: session.store.decisions.fetch_accepted(one.kind, [one.id]).get(one.id) for one in listed
    }
    return {key: find_posted(documents[key].as_posted, accepted) for key, accepted in before.items()}


def resend(session: Session, numbers: Sequence[str], *, who: str) -> int:
    """Let the next post bring QuickBooks back to Caspen's version: what was edited is overwritten, what was
    voided or deleted is created again. Payments on it that were left as they are are raised again. How many
    documents were released. Safe to repeat.

    :raises ConfigurationError: a number has nothing to decide; QuickBooks would refuse it, or something else
        would be lost by it; or QuickBooks shows something else than what was listed.
    """
    with session.store.lock():
        documents = _fetch_listed(session, numbers)
        bodies = _fetch(session, documents)
        there = _read_facts(bodies)
        payments = {document.invoice_id for document in documents if document.kind is DocumentKind.PAYMENT}
        invoices = session.store.documents.fetch_invoice_standings(payments)
        staged = session.store.documents.fetch([document.key for document in documents])
        _must_be_allowed(
            decide_resend(
                document,
                staged[document.key],
                there.get(document.theirs),
                bodies.get(document.theirs, {}),
                invoices.get(document.invoice_id),
            )
            for document in documents
        )
        with session.store.transaction():
            for document in documents:
                facts = there.get(document.theirs)
                present = None if facts is None or facts.gone else facts
                session.store.decisions.release(document.key, present)
                # The balance agreed with payments that were left ends with the version it was agreed on.
                session.store.left_rows.forget(document.key, ABOUT_PAYMENTS)
                what = "to be overwritten in QuickBooks" if present else "to be posted again"
                _record(session, document, facts, what, who)
                resolution, keys = f"sent again by {who}", closed_by_deciding(document.kind)
                session.store.unsynced.resolve(document.key, resolution=resolution, error_keys=keys)
    return len(documents)


def _fetch_listed(
    session: Session, numbers: Sequence[str], left: Collection[str] = ()
) -> list[ListedDocument]:
    """:param left: Numbers with a row that is left as it is."""
    documents = [one for one in session.store.decisions.fetch_listed(numbers) if one.decidable]
    missing = sorted(set(numbers) - set(left) - {document.number for document in documents})
    if missing:
        raise ConfigurationError(
            f"workspace {session.workspace_id}: nothing to decide for {', '.join(missing)}. What is listed "
            "as changed, missing or differing in QuickBooks can be accepted or sent again; what is not in "
            "QuickBooks can be left out; see `unsynced`."
        )
    return documents


def _fetch(session: Session, documents: Iterable[ListedDocument]) -> dict[tuple[str, str], Body]:
    """QuickBooks' documents as they are at this moment, by type and id."""
    ids: dict[str, set[str]] = {}
    for document in documents:
        ids.setdefault(document.quickbooks_type, set()).add(document.quickbooks_id)
    found = {entity: look_up(session, entity, wanted) for entity, wanted in ids.items()}
    _must_be_shown(documents, found)
    return {(entity, id_): body for entity, one in found.items() for id_, body in one.there.items()}


def _must_be_shown(documents: Iterable[ListedDocument], found: Mapping[str, Found]) -> None:
    """:raises ConfigurationError: QuickBooks failed to show one, so that nobody knows whether it stands; or
    it does not find one, and no reconciliation has found it to be gone.
    """
    for document in documents:
        reading = found[document.quickbooks_type].unread.get(document.quickbooks_id)
        if reading is None or (reading.absence is Absence.NOT_SHOWN and document.gone):
            continue
        raise ConfigurationError(
            f"{document}: QuickBooks {' '.join(document.theirs)}: {describe_unread(reading)}. Decide when it "
            "is shown again, or is known to be gone."
        )


def _read_facts(bodies: Mapping[tuple[str, str], Body]) -> dict[tuple[str, str], DocumentFacts]:
    return {key: read_facts(key[0], body) for key, body in bodies.items()}


def _must_be_allowed(reasons: Iterable[str]) -> None:
    """:raises ConfigurationError: the first reason there is."""
    if reason := next(filter(None, reasons), ""):
        raise ConfigurationError(reason)


def _record(
    session: Session, document: ListedDocument, facts: DocumentFacts | None, what: str, who: str
) -> None:
    figures = f"total {facts.total:.2f}" if facts else "gone"
    session.store.links.note_event(document.key, what, f"{' '.join(document.theirs)}, {figures}", who)
    log.info("decision workspace=%d %s who=%s: %s", session.workspace_id, document, who, what)
