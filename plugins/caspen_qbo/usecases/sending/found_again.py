"""After our own database was set back to an earlier moment, by a restore or a failover: what was sent since
is found in QuickBooks by our marks and linked again, before anything else is sent. Why and how far, with an
example: docs/decisions/0018-set-back.md.
"""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.documents import DocumentFacts, LineFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.found_again import (
    Marked,
    Sent,
    as_imported,
    as_last_known,
    choose_found,
    is_settled,
    read_marked,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.mapping import Payload, map_credit_memo, map_invoice
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import CLIENT, ENTITY
from caspen_qbo.hooks.store.posting.links import Link
from caspen_qbo.usecases.sending.lookup import look_up
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage
from caspen_qbo.wording import counted

log = logging.getLogger(__name__)

TYPES = tuple(ENTITY.values())
ORIGIN = "found"


def find_again(session: Session, counts: Counter[str]) -> str:
    """Where the database may have been set back, link again what was sent since; a sentence where anything
    was found. One call, and only then. Safe to repeat: what a run that stops leaves, the next one finds.
    """
    place = session.store.place.fetch(session.run_id)
    if place.same:
        return ""
    session.store.known.forget(session.realm_id)
    message = _find_since(session, counts, place.last_run_at) if place.last_run_at is not None else ""
    session.store.place.note()
    return message


def _find_since(session: Session, counts: Counter[str], since: datetime) -> str:
    log.warning(
        "database restarted, moved or set back workspace=%d: looking for what was sent since %s",
        session.workspace_id,
        since.isoformat(),
    )
    found = find_sent_since(session, since)
    counts["found_again"] += found
    if not found:
        return ""
    return (
        f"Our database was set back to about {since:%Y-%m-%d %H:%M} UTC: {counted(found, 'document')} sent "
        "after that found in QuickBooks by their marks and linked again."
    )


def find_sent_since(session: Session, since: datetime) -> int:
    """Link what QuickBooks holds with a mark of ours, changed since then, and no link; how many documents."""
    overlap = timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    changes = session.accounting.fetch_changes(TYPES, since - overlap)
    read = (read_facts(type_, body) for type_ in TYPES for body in changes.rows[type_])
    standing = [facts for facts in read if not facts.deleted]
    session.store.links.mark_all_found(session.realm_id, standing)
    marked = read_marked(_leave_known(session, standing), session.workspace_id)
    sent = {
        request.key
        for request in session.store.requests.fetch_unconfirmed()
        if request.document_kind != CLIENT
    }
    documents = _stage(session, {*marked.documents, *marked.applications} - sent)
    chosen = _choose(session, documents, marked)
    _link(session, documents, chosen, marked)
    restage(session, {documents[key].invoice_id for key in chosen})
    _settle(session, chosen)
    return len(chosen) + _link_imported(session, since - overlap)


def _leave_known(session: Session, transactions: Sequence[DocumentFacts]) -> list[DocumentFacts]:
    known: set[tuple[str, str]] = set()
    for type_ in TYPES:
        ids = {facts.quickbooks_id for facts in transactions if facts.quickbooks_type == type_}
        links = session.store.links.fetch_by_quickbooks_ids(session.realm_id, type_, ids)
        known |= {(type_, quickbooks_id) for quickbooks_id in links}
    return [facts for facts in transactions if (facts.quickbooks_type, facts.quickbooks_id) not in known]


def _stage(session: Session, keys: Collection[DocumentKey]) -> dict[DocumentKey, Document]:
    """The documents in the marks, as Caspen shows them now; without those that Caspen does not have."""
    known = session.store.documents.fetch(keys)
    missing = [key for key in keys if key not in known]
    if not missing:
        return known
    billing, workspace_id = session.billing, session.workspace_id
    invoices = set(_ids(missing, DocumentKind.INVOICE))
    notes = billing.fetch_credit_notes(workspace_id, _ids(missing, DocumentKind.CREDIT_NOTE))
    allocations = billing.fetch_allocations(workspace_id, _ids(missing, DocumentKind.PAYMENT))
    invoices |= {note.invoice_id for note in notes.values()}
    invoices |= {allocation.invoice_id for allocation in allocations.values()}
    restage(session, invoices)
    return session.store.documents.fetch(keys)


def _choose(
    session: Session, documents: Mapping[DocumentKey, Document], marked: Marked
) -> dict[DocumentKey, DocumentFacts]:
    """Which transaction stands for each document. One linked to another keeps that as long as it stands."""
    chosen = {}
    for key, candidates in marked.documents.items():
        document = documents.get(key)
        facts = choose_found(document, candidates) if document is not None else None
        if facts is not None:
            chosen[key] = facts
    for kind in DocumentKind:
        of_kind = [documents[key] for key in chosen if key.kind is kind]
        linked = {document.key: document for document in of_kind if document.linked}
        found = look_up(session, ENTITY[kind], [document.quickbooks_id or "" for document in linked.values()])
        for key, document in linked.items():
            body = found.there.get(document.quickbooks_id or "")
            ended = document.quickbooks_id in found.deleted or (body and read_facts(ENTITY[kind], body).gone)
            if not ended or chosen[key].gone:
                del chosen[key]
    return chosen


def _link(
    session: Session,
    documents: Mapping[DocumentKey, Document],
    chosen: Mapping[DocumentKey, DocumentFacts],
    marked: Marked,
) -> None:
    sent, changes = _read_sent(session, documents, chosen), Changes()
    for key, facts in chosen.items():
        document = documents[key]
        changes.link(document, as_last_known(document, facts, sent.get(key, Sent())), origin=ORIGIN)
        changes.note(document, "found again by its mark: our database was set back", facts.quickbooks_id)
    for key, applications in marked.applications.items():
        note, standing = documents.get(key), [facts for facts in applications if not facts.gone]
        if standing and note is not None and (key in chosen or note.linked):
            changes.applied.append((key, standing[0].quickbooks_id))
    changes.write(session)


def _settle(session: Session, chosen: Mapping[DocumentKey, DocumentFacts]) -> None:
    """Invoices equal as they were found are synced; the rest, and what is to be applied, is the run's."""
    documents = session.store.documents.fetch(chosen)
    sent, changes = _read_sent(session, documents, chosen), Changes()
    for key, document in documents.items():
        facts = chosen[key]
        of_sale = key.kind is DocumentKind.INVOICE and document.wanted == "present" and not facts.gone
        if of_sale and is_settled(document, facts, sent.get(key, Sent())):
            changes.mark_synced(document)
    changes.write(session)


def _read_sent(
    session: Session, documents: Mapping[DocumentKey, Document], found: Mapping[DocumentKey, DocumentFacts]
) -> dict[DocumentKey, Sent]:
    """How these would be sent now; without lines while the set-up is incomplete."""
    sent = {key: Sent(pays=id_) for key, id_ in _read_paid(session, documents, found).items()}
    if not found or session.store.setup.fetch_choices() is None:
        return sent
    context, workspace_id = session.context(), session.workspace_id
    invoices = session.billing.fetch_invoices(workspace_id, _ids(found, DocumentKind.INVOICE))
    notes = session.billing.fetch_credit_notes(workspace_id, _ids(found, DocumentKind.CREDIT_NOTE))
    for id_, invoice in invoices.items():
        key = DocumentKey(DocumentKind.INVOICE, id_)
        payload = map_invoice(invoice, customer_id=found[key].customer_id, context=context)
        sent[key] = Sent(_lines_of("Invoice", payload))
    for id_, note in notes.items():
        key = DocumentKey(DocumentKind.CREDIT_NOTE, id_)
        facts = found[key]
        memo = map_credit_memo(note, currency=facts.currency, customer_id=facts.customer_id, context=context)
        sent[key] = Sent(_lines_of("CreditMemo", memo))
    return sent


def _lines_of(quickbooks_type: str, payload: Payload) -> tuple[LineFacts, ...]:
    return read_facts(quickbooks_type, {**payload, "Id": "-", "SyncToken": "-"}).lines


def _read_paid(
    session: Session, documents: Mapping[DocumentKey, Document], found: Mapping[DocumentKey, DocumentFacts]
) -> dict[DocumentKey, str]:
    """Of the payments: their invoice's id in QuickBooks, where it has one."""
    of_payment = {
        key: DocumentKey(DocumentKind.INVOICE, documents[key].invoice_id)
        for key in found
        if key.kind is DocumentKind.PAYMENT
    }
    invoices = session.store.documents.fetch(of_payment.values())
    ids = {key: document.quickbooks_id for key, document in invoices.items()}
    ids |= {key: facts.quickbooks_id for key, facts in found.items() if key.kind is DocumentKind.INVOICE}
    return {key: id_ for key, invoice in of_payment.items() if (id_ := ids.get(invoice))}


def _ids(keys: Iterable[DocumentKey], kind: DocumentKind) -> list[int]:
    return [key.id for key in keys if key.kind is kind]


def _link_imported(session: Session, since: datetime) -> int:
    """Link what was imported since to the QuickBooks payment that Caspen names, as it was imported: what
    happened to that payment later is then followed. How many allocations.
    """
    ids = session.store.imports.fetch_unlinked_ids()
    allocations = session.billing.fetch_allocations(session.workspace_id, ids)
    keys = [DocumentKey(DocumentKind.INVOICE, one.invoice_id) for one in allocations.values()]
    invoices = {key.id: document for key, document in session.store.documents.fetch(keys).items()}
    links = []
    for allocation in allocations.values():
        realm_id, _, payment_id = (allocation.payment_source_ref or "").partition(":")
        invoice = invoices.get(allocation.invoice_id)
        known = realm_id == session.realm_id and payment_id and invoice is not None and invoice.quickbooks_id
        if known and invoice is not None and allocation.allocated_at >= since:
            facts = as_imported(allocation, payment_id, invoice.quickbooks_id or "")
            key = DocumentKey(DocumentKind.PAYMENT, allocation.id)
            links.append(Link(key, "quickbooks", facts, allocation.amount))
    session.store.links.record_all(session.realm_id, links)
    return len(links)
