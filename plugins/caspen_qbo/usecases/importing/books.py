"""QuickBooks' side of an import: the change feed, and around it until neither side names anything new."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from caspen_qbo import settings
from caspen_qbo.core.accounting import Absence, Reading
from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.importing.plan import UnreadPayment
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.hooks.store.importing.imports import CURSOR
from caspen_qbo.hooks.store.posting.links import LinkedDocument
from caspen_qbo.usecases.sending.lookup import describe_unread, fetch_by, look_up
from caspen_qbo.usecases.shared.session import Session

IMPORTED = "quickbooks"
"""The origin of a link to a payment that was recorded in QuickBooks."""

WITH_THEM = ("Invoice", "CreditMemo", "Customer")
"""What changed of these comes in the same answer as the payments, and need not be asked for apart."""

Links = Mapping[str, Sequence[LinkedDocument]]
"""By QuickBooks id."""


@dataclass
class BooksState:
    """What QuickBooks holds, as far as this run has read it. Grows while it is read."""

    payments: dict[str, DocumentFacts] = field(default_factory=dict)
    """Other people's payments with money on them."""
    gone: set[str] = field(default_factory=set)
    """Payments that QuickBooks itself says are deleted, void, or without money."""
    unread: dict[str, UnreadPayment] = field(default_factory=dict)
    """Payments that QuickBooks did not show: nothing is concluded from that."""
    ours: set[str] = field(default_factory=set)
    """Payments that we posted: none of the import's business."""
    invoices: dict[int, DocumentFacts | None] = field(default_factory=dict)
    """By our id; None where QuickBooks no longer has it, or did not show it."""
    unread_invoices: dict[int, str] = field(default_factory=dict)
    """Our id -> why QuickBooks did not show it."""
    our_ids: dict[str, int] = field(default_factory=dict)
    """QuickBooks invoice id -> our id."""
    credited: dict[str, int] = field(default_factory=dict)
    """QuickBooks credit memo id -> our invoice that it lowers."""
    around: Mapping[str, Sequence[Body]] = field(default_factory=dict)
    """By type, all that changed since the import before."""
    in_feed: dict[str, Body] = field(default_factory=dict)
    """QuickBooks id -> an invoice that changed too, as the feed shows it in the same answer as its
    payments.
    """


def payment_id_of(session: Session, allocation: Allocation) -> str:
    """The QuickBooks payment it was imported from; empty: from none, or from another company's."""
    if allocation.payment_source != "quickbooks":
        return ""
    realm_id, _, payment_id = (allocation.payment_source_ref or "").partition(":")
    return payment_id if realm_id == session.realm_id else ""


def fetch_allocations(session: Session, invoice_ids: Collection[int]) -> list[Allocation]:
    """All on these invoices, unlinked ones included, as Caspen shows them now."""
    _, ids = session.billing.fetch_related(session.workspace_id, invoice_ids)
    return list(session.billing.fetch_allocations(session.workspace_id, ids).values())


def read_books(
    session: Session, counts: Counter[str], invoice_ids: Collection[int] = ()
) -> tuple[BooksState, datetime]:
    """Read the change feed and all around it, these invoices too; with QuickBooks' own time of the feed."""
    books = BooksState()
    stored = session.store.documents.fetch_cursor(CURSOR)
    position = stored[0] if stored else session.connection.first_connected_at
    since = position - timedelta(seconds=settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS)
    changes = session.accounting.fetch_changes(["Payment"], since, also=WITH_THEM)
    bodies = changes.rows["Payment"]
    counts["payments_seen"] += len(bodies)
    changed = (body for body in changes.rows.get("Invoice", ()) if body.get("status") != "Deleted")
    books.around = changes.rows
    books.in_feed = {str(body["Id"]): body for body in changed}
    waiting = {*invoice_ids, *session.store.imports.fetch_unsettled(since)}
    waiting |= session.store.imports.fetch_missed(session.realm_id, since)
    waiting |= _file_feed(session, books, [read_facts("Payment", body) for body in bodies])
    if "Payment" in changes.queried:
        waiting |= _find_missing(session)
    if "Payment" in changes.skipped:
        waiting |= _find_changed_invoices(session, since)
    waiting |= _learn_invoices(session, books, books.payments)
    while waiting := waiting - books.invoices.keys():
        known = set(books.payments)
        _read_payments(session, books, _read_invoices(session, books, waiting))
        waiting = _learn_invoices(session, books, books.payments.keys() - known)
    return books, changes.read_at


def _file_feed(session: Session, books: BooksState, payments: Sequence[DocumentFacts]) -> set[int]:
    """File what the feed brought; the invoices of imported payments that changed or may be gone. "Deleted" is
    a hint: the payment itself is asked for, by its id, before anything follows from it.
    """
    links = _fetch_links(session, "Payment", [facts.quickbooks_id for facts in payments])
    imported = _fetch_imported(session, links)
    unknown = [
        facts.quickbooks_id for facts in payments if facts.deleted and facts.quickbooks_id not in links
    ]
    standing = [read_facts("Payment", body) for body in fetch_by(session, "Payment", "Id", unknown)]
    payments = [*(facts for facts in payments if facts.quickbooks_id not in unknown), *standing]
    named = {link.txn_id for facts in payments for link in facts.links if link.txn_type == "Invoice"}
    invoices = _fetch_links(session, "Invoice", named)
    changed: set[int] = set()
    for facts in payments:
        payment_id = facts.quickbooks_id
        if (documents := imported.get(payment_id)) is not None:
            if not _is_changed(facts, documents):
                continue
            changed |= {document.invoice_id for document in documents}
            if facts.deleted:
                continue
        elif not any(link.txn_type == "Invoice" and link.txn_id in invoices for link in facts.links):
            continue
        _file_payment(books, payment_id, facts, links)
    return changed


def _is_changed(now: DocumentFacts, documents: Iterable[Document]) -> bool:
    """Whether an imported payment is not as it was when its links, as far as they stand, were written."""
    then = [document.as_posted for document in documents if document.as_posted]
    if not then:  # none of it is in Caspen any more
        return not now.gone
    return now.gone or any(drift(one, now) or one.balance != now.balance for one in then)


def _file_payment(books: BooksState, payment_id: str, facts: DocumentFacts | None, links: Links) -> None:
    # Posted by us, whether or not we know that it arrived; or a person linked it to a payment of ours.
    linked = any(one.origin != IMPORTED for one in links.get(payment_id, ()))
    if linked or (facts is not None and read_marker(facts.private_note) is not None):
        books.ours.add(payment_id)
    elif facts is None or facts.gone or facts.total == 0:
        # A zero payment applies a credit. One imported with money that has none now is as good as void.
        books.gone.add(payment_id)
    else:
        books.payments[payment_id] = facts


def _find_missing(session: Session) -> set[int]:
    """Queries do not name what was deleted: the invoices of imported payments that they do not show."""
    imported = session.store.imports.fetch_imported(session.realm_id)
    there = {str(body["Id"]) for body in fetch_by(session, "Payment", "Id", imported)}
    return {
        invoice_id for payment_id, ids in imported.items() if payment_id not in there for invoice_id in ids
    }


def _find_changed_invoices(session: Session, since: datetime) -> set[int]:
    """A payment that QuickBooks could not serve is named by the invoice it pays, which changed with it."""
    changed = session.accounting.fetch_changes(["Invoice"], since).rows["Invoice"]
    links = _fetch_links(session, "Invoice", [str(body["Id"]) for body in changed])
    rows = (row for found in links.values() for row in found)
    return {row.key.id for row in rows if row.workspace_id == session.workspace_id}


def _read_invoices(session: Session, books: BooksState, ids: Collection[int]) -> dict[str, set[int]]:
    """Read these invoices of ours; the payments that either side names, each with those it is named on."""
    documents = session.store.documents.fetch_documents(DocumentKind.INVOICE, ids)
    linked = {id_: document.link.quickbooks_id for id_, document in documents.items() if document.link}
    books.our_ids |= {quickbooks_id: id_ for id_, quickbooks_id in linked.items()}
    found = look_up(session, "Invoice", [id_ for id_ in linked.values() if id_ not in books.in_feed])
    there = {**found.there, **books.in_feed}
    named: dict[str, set[int]] = {}
    for allocation in fetch_allocations(session, ids):
        if payment_id := payment_id_of(session, allocation):
            named.setdefault(payment_id, set()).add(allocation.invoice_id)
    for invoice_id in ids:
        body = there.get(linked.get(invoice_id, ""))
        facts = books.invoices[invoice_id] = read_facts("Invoice", body) if body else None
        if why := found.why_unread(linked.get(invoice_id)):
            books.unread_invoices[invoice_id] = why
        for link in facts.links if facts else ():
            if link.txn_type == "Payment":
                named.setdefault(link.txn_id, set()).add(invoice_id)
    return named


def _read_payments(session: Session, books: BooksState, named: Mapping[str, set[int]]) -> None:
    for payment_id in named.keys() & books.unread.keys():
        books.unread[payment_id] = books.unread[payment_id].also_on(named[payment_id])
    wanted = named.keys() - books.payments.keys() - books.gone - books.ours - books.unread.keys()
    links = _fetch_links(session, "Payment", wanted)
    foreign = {id_ for id_ in wanted if all(one.origin == IMPORTED for one in links.get(id_, ()))}
    found = look_up(session, "Payment", foreign)
    for payment_id in wanted:
        reading = found.unread.get(payment_id)
        if reading is not None and not _is_proved_gone(books, payment_id, reading, named[payment_id]):
            why = describe_unread(reading)
            books.unread[payment_id] = UnreadPayment(payment_id, why, frozenset(named[payment_id]))
            continue
        body = found.there.get(payment_id)
        _file_payment(books, payment_id, read_facts("Payment", body) if body else None, links)


def _is_proved_gone(books: BooksState, payment_id: str, reading: Reading, invoice_ids: set[int]) -> bool:
    """Of a payment that QuickBooks does not find: all the invoices it paid were read, and none names it."""
    invoices = [books.invoices.get(invoice_id) for invoice_id in invoice_ids]
    named = {link.txn_id for facts in invoices if facts is not None for link in facts.links}
    return reading.absence is Absence.NOT_SHOWN and None not in invoices and payment_id not in named


def _learn_invoices(session: Session, books: BooksState, payment_ids: Collection[str]) -> set[int]:
    """Note which invoices and credit memos of these payments are ours; our invoices they pay, or paid."""
    payments = [books.payments[payment_id] for payment_id in payment_ids]
    named: dict[str, set[str]] = {"Invoice": set(), "CreditMemo": set()}
    for link in (link for facts in payments for link in facts.links if link.txn_type in named):
        named[link.txn_type].add(link.txn_id)
    for quickbooks_id, rows in _fetch_links(
        session, "Invoice", named["Invoice"] - books.our_ids.keys()
    ).items():
        for row in rows:
            if row.workspace_id == session.workspace_id:
                books.our_ids[quickbooks_id] = row.key.id
    memos = _fetch_links(session, "CreditMemo", named["CreditMemo"] - books.credited.keys())
    of_notes = {row.key: row.quickbooks_id for rows in memos.values() for row in rows}
    for key, note in session.store.documents.fetch(of_notes).items():
        books.credited[of_notes[key]] = note.invoice_id
    imported = _fetch_imported(session, _fetch_links(session, "Payment", payment_ids))
    paid = {document.invoice_id for documents in imported.values() for document in documents}
    return paid | {books.our_ids[id_] for id_ in named["Invoice"] if id_ in books.our_ids}


def _fetch_links(session: Session, entity: str, ids: Collection[str]) -> Links:
    return session.store.links.fetch_by_quickbooks_ids(session.realm_id, entity, ids)


def _fetch_imported(session: Session, links: Links) -> dict[str, list[Document]]:
    """Of imported payments: what they were imported to, whether or not that link still stands."""
    keys = {
        payment_id: [one.key for one in found if one.origin == IMPORTED]
        for payment_id, found in links.items()
    }
    documents = session.store.documents.fetch([key for found in keys.values() for key in found])
    return {
        payment_id: [documents[key] for key in found if key in documents]
        for payment_id, found in keys.items()
        if found
    }
