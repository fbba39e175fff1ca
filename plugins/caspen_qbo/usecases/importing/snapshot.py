"""
Looking at the payments on some invoices: QuickBooks' side until it is complete, and Caspen's side now.

A payment leads to its invoices, an invoice to all its payments; the search ends when neither names anything
new.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.importing.allocations import read_shares
from caspen_qbo.core.importing.plan import (
    AllocationView,
    BooksPayment,
    ClinicInvoice,
    ImportSnapshot,
    LinkState,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.posting.links import LinkedDocument
from caspen_qbo.usecases.sending.lookup import fetch_by_id
from caspen_qbo.usecases.shared.session import Session


@dataclass
class BooksState:
    """What QuickBooks holds, as far as it was looked at in this run. Grows while looking."""

    payments: dict[str, DocumentFacts] = field(default_factory=dict)
    """Other people's payments with money on them."""
    gone: set[str] = field(default_factory=set)
    """Imported payments that are no longer there, or void."""
    invoices: dict[int, DocumentFacts | None] = field(default_factory=dict)
    """By our id; None where QuickBooks no longer has it."""
    our_ids: dict[str, int] = field(default_factory=dict)
    """QuickBooks invoice id -> our id."""
    quickbooks_ids: dict[int, str] = field(default_factory=dict)
    credited: dict[str, int] = field(default_factory=dict)
    """QuickBooks credit memo id -> our invoice that it lowers."""
    left: set[str] = field(default_factory=set)
    """Seen, and none of the import's business: our own payments, and those without money."""


def source_ref(session: Session, payment_id: str) -> str:
    """How Caspen names the origin of an imported payment."""
    return f"{session.realm_id}:{payment_id}"


def payment_id_of(session: Session, allocation: Allocation) -> str:
    """
    The QuickBooks payment an allocation was imported from; empty when it was not, or from another company.
    """
    if allocation.payment_source != "quickbooks":
        return ""
    realm_id, _, payment_id = (allocation.payment_source_ref or "").partition(":")
    return payment_id if realm_id == session.realm_id else ""


def is_ours(session: Session, facts: DocumentFacts, links: Iterable[LinkedDocument]) -> bool:
    """Posted by us, whether or not we know that it arrived; or a person linked it to a payment of ours."""
    return read_marker(facts.private_note) is not None or any(
        linked.origin != "quickbooks" for linked in links
    )


def read_around(session: Session, books: BooksState, invoice_ids: Collection[int]) -> None:
    """Complete the books around these invoices of ours and the payments already in ``books``."""
    _read_our_ids(session, books, books.payments.values())
    waiting = set(invoice_ids) | _invoices_of(session, books, books.payments)
    while waiting := waiting - books.invoices.keys():
        before = set(books.payments)
        _read_invoices(session, books, waiting)
        named = {
            link.txn_id
            for invoice_id in waiting
            if (facts := books.invoices[invoice_id]) is not None
            for link in facts.links
            if link.txn_type == "Payment"
        }
        named |= {
            payment_id
            for allocation in _fetch_allocations(session, waiting)
            if (payment_id := payment_id_of(session, allocation))
        }
        _read_payments(session, books, named)
        fresh = books.payments.keys() - before
        _read_our_ids(session, books, [books.payments[payment_id] for payment_id in fresh])
        waiting = _invoices_of(session, books, fresh)


def _read_invoices(session: Session, books: BooksState, ids: Collection[int]) -> None:
    rows = session.store.documents.fetch_documents(DocumentKind.INVOICE, ids)
    for invoice_id, row in rows.items():
        if row.link is not None:
            books.quickbooks_ids[invoice_id] = row.link.quickbooks_id
            books.our_ids[row.link.quickbooks_id] = invoice_id
    wanted = {books.quickbooks_ids[invoice_id] for invoice_id in ids if invoice_id in books.quickbooks_ids}
    there = fetch_by_id(session, "Invoice", wanted)
    for invoice_id in ids:
        body = there.get(books.quickbooks_ids.get(invoice_id, ""))
        books.invoices[invoice_id] = read_facts("Invoice", body) if body else None


def _read_payments(session: Session, books: BooksState, ids: Collection[str]) -> None:
    unread = set(ids) - books.payments.keys() - books.gone - books.left
    links = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", unread)
    own = {
        payment_id
        for payment_id, found in links.items()
        if any(linked.origin != "quickbooks" for linked in found)
    }
    books.left |= own
    wanted = unread - own
    there = fetch_by_id(session, "Payment", wanted)
    for payment_id in wanted:
        body = there.get(payment_id)
        facts = read_facts("Payment", body) if body else None
        file_payment(session, books, payment_id, facts, links.get(payment_id, []))


def file_payment(
    session: Session,
    books: BooksState,
    payment_id: str,
    facts: DocumentFacts | None,
    links: Collection[LinkedDocument],
) -> None:
    """Put a payment where it belongs: ours, gone, without money, or somebody else's."""
    if facts is not None and is_ours(session, facts, links):
        books.left.add(payment_id)
    elif facts is None or facts.gone or facts.total == 0:
        # A zero payment applies a credit. One that was imported with money and has none now is as good as
        # void.
        books.gone.add(payment_id)
    else:
        books.payments[payment_id] = facts


def _read_our_ids(session: Session, books: BooksState, payments: Iterable[DocumentFacts]) -> None:
    """Which of the invoices and credit memos these payments name are ours."""
    named: dict[str, set[str]] = {"Invoice": set(), "CreditMemo": set()}
    for facts in payments:
        for link in facts.links:
            if link.txn_type in named:
                named[link.txn_type].add(link.txn_id)
    links = session.store.links
    found = links.fetch_by_quickbooks_ids(
        session.realm_id, "Invoice", named["Invoice"] - books.our_ids.keys()
    )
    for quickbooks_id, rows in found.items():
        for row in rows:
            if row.workspace_id == session.workspace_id:
                books.our_ids[quickbooks_id] = row.key.id
    memos = links.fetch_by_quickbooks_ids(
        session.realm_id, "CreditMemo", named["CreditMemo"] - books.credited.keys()
    )
    notes = {row.key.id: quickbooks_id for quickbooks_id, rows in memos.items() for row in rows}
    staged = session.store.documents.fetch_documents(DocumentKind.CREDIT_NOTE, notes)
    for note_id, note in staged.items():
        books.credited[notes[note_id]] = note.invoice_id


def _invoices_of(session: Session, books: BooksState, payment_ids: Collection[str]) -> set[int]:
    """Our invoices that these payments pay, or paid when they were imported."""
    ids = {
        books.our_ids[link.txn_id]
        for payment_id in payment_ids
        for link in books.payments[payment_id].links
        if link.txn_type == "Invoice" and link.txn_id in books.our_ids
    }
    return ids | imported_invoices(session, payment_ids)


def imported_invoices(session: Session, payment_ids: Collection[str]) -> set[int]:
    """Invoices on which these payments stand, or stood, by our links."""
    links = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", payment_ids)
    allocation_ids = [
        linked.key.id for found in links.values() for linked in found if linked.origin == "quickbooks"
    ]
    rows = session.store.documents.fetch_documents(DocumentKind.PAYMENT, allocation_ids)
    return {row.invoice_id for row in rows.values()}


def _fetch_allocations(session: Session, invoice_ids: Collection[int]) -> list[Allocation]:
    _, ids = session.billing.fetch_related(session.workspace_id, invoice_ids)
    return list(session.billing.fetch_allocations(session.workspace_id, ids).values())


def read_snapshot(session: Session, books: BooksState) -> ImportSnapshot:
    """What the books show, beside Caspen as it is in this moment."""
    found = session.billing.fetch_invoices(session.workspace_id, list(books.invoices))
    invoices = {
        invoice.id: ClinicInvoice(
            invoice.id,
            invoice.number,
            "deleted" if invoice.deleted_at else invoice.status,
            invoice.balance,
            gone=(facts := books.invoices[invoice.id]) is None or facts.gone,
        )
        for invoice in found.values()
    }
    our_ids = {quickbooks_id: our_id for quickbooks_id, our_id in books.our_ids.items() if our_id in invoices}
    payments = {payment_id: BooksPayment(payment_id, None, {}, gone=True) for payment_id in books.gone}
    for payment_id, facts in books.payments.items():
        shares, unclear = read_shares(facts, our_ids, books.credited)
        payments[payment_id] = BooksPayment(payment_id, facts.txn_date, shares, facts.balance, unclear)
    return ImportSnapshot(payments, invoices, tuple(_read_allocations(session, books, list(invoices))))


def _read_allocations(
    session: Session, books: BooksState, invoice_ids: Collection[int]
) -> Iterable[AllocationView]:
    allocations = _fetch_allocations(session, invoice_ids)
    rows = session.store.documents.fetch_documents(
        DocumentKind.PAYMENT, [allocation.id for allocation in allocations]
    )
    accepted = session.store.choices.fetch_accepted(
        DocumentKind.PAYMENT, [allocation.id for allocation in allocations]
    )
    for allocation in sorted(allocations, key=lambda one: one.id):
        row = rows.get(allocation.id)
        payment_id = payment_id_of(session, allocation)
        if row is None or row.link is None:
            yield AllocationView(allocation, payment_id)
            continue
        then = row.link.as_posted
        yield AllocationView(
            allocation,
            payment_id,
            LinkState.REMOVED if row.link.removed else LinkState.LINKED,
            _share_then(books, allocation.invoice_id, then),
            then.txn_date if then else None,
            accepted=_is_accepted(books, payment_id, row, accepted.get(allocation.id)),
        )


def _is_accepted(books: BooksState, payment_id: str, row: Document, choice: Row | None) -> bool:
    """Whether a person accepted this payment just as both sides show it now."""
    now = books.payments.get(payment_id)
    if choice is None or now is None or choice["version"] != row.version:
        return False
    then = decode(DocumentFacts, choice["facts"])
    return not drift(then, now) and then.balance == now.balance


def _share_then(books: BooksState, invoice_id: int, then: DocumentFacts | None) -> Decimal | None:
    return (
        None
        if then is None
        else read_shares(then, books.our_ids, books.credited)[0].get(invoice_id, Decimal(0))
    )
