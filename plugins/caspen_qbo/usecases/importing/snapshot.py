"""Both sides of an import at one moment: what was read from QuickBooks, next to Caspen as it is now."""

from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.decisions.decide import Acceptance
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.importing.allocations import read_shares
from caspen_qbo.core.importing.plan import (
    AllocationView,
    BooksPayment,
    ClinicInvoice,
    ImportSnapshot,
    LinkState,
)
from caspen_qbo.core.posting.document import Document, is_live
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.usecases.importing.books import BooksState, fetch_allocations, payment_id_of
from caspen_qbo.usecases.shared.session import Session


def read_snapshot(session: Session, books: BooksState) -> ImportSnapshot:
    """:param books: Complete; see :func:`caspen_qbo.usecases.importing.books.read_books`."""
    found = session.billing.fetch_invoices(session.workspace_id, list(books.invoices))
    agreed = _read_agreed(session, books)
    invoices = {
        invoice.id: ClinicInvoice(
            invoice.id,
            invoice.number,
            "deleted" if invoice.deleted_at else invoice.status,
            invoice.balance,
            gone=_is_gone(books, invoice.id),
            unread=books.unread_invoices.get(invoice.id, ""),
            currency=invoice.currency,
            agreed_more=agreed.get((invoice.id, invoice.total), Decimal(0)),
            total=invoice.total,
            client_id=invoice.client_id,
        )
        for invoice in found.values()
    }
    our_ids = {quickbooks_id: our_id for quickbooks_id, our_id in books.our_ids.items() if our_id in invoices}
    payments = {payment_id: BooksPayment(payment_id, None, {}, gone=True) for payment_id in books.gone}
    for payment_id, facts in books.payments.items():
        shares, unclear = read_shares(facts, our_ids, books.credited)
        payments[payment_id] = BooksPayment(
            payment_id,
            facts.txn_date,
            shares,
            facts.balance,
            unclear,
            total=facts.total,
            currency=facts.currency or session.home_currency,
        )
    allocations = sorted(fetch_allocations(session, list(invoices)), key=lambda one: one.id)
    ids = [allocation.id for allocation in allocations]
    documents = session.store.documents.fetch_documents(DocumentKind.PAYMENT, ids)
    accepted = session.store.decisions.fetch_accepted(DocumentKind.PAYMENT, ids)
    taken_back = session.store.imports.fetch_taken_back(ids)
    views = (
        replace(
            _view(books, one, payment_id_of(session, one), documents.get(one.id), accepted.get(one.id)),
            taken_back=one.id in taken_back,
        )
        for one in allocations
    )
    return ImportSnapshot(payments, invoices, tuple(views), books.unread)


def _read_agreed(session: Session, books: BooksState) -> dict[tuple[int, Decimal], Decimal]:
    """(invoice, Caspen's total) -> by how much the accepted total in QuickBooks is more; while both stand."""
    accepted = session.store.decisions.fetch_accepted(DocumentKind.INVOICE, list(books.invoices))
    documents = session.store.documents.fetch_documents(DocumentKind.INVOICE, list(accepted))
    found = {}
    for id_, document in documents.items():
        now = books.invoices[id_]
        if now is not None and accepted[id_].agrees(document.version, now):
            found[id_, document.total] = now.total - document.total
    return found


def _is_gone(books: BooksState, invoice_id: int) -> bool:
    facts = books.invoices[invoice_id]
    return facts.gone if facts is not None else invoice_id not in books.unread_invoices


def _view(
    books: BooksState,
    allocation: Allocation,
    payment_id: str,
    document: Document | None,
    acceptance: Acceptance | None,
) -> AllocationView:
    if document is None or document.link is None:
        return AllocationView(allocation, payment_id)
    then, now = document.link.as_posted, books.payments.get(payment_id)
    staged = (allocation.amount, "live" if is_live(allocation) else "unlinked")
    return AllocationView(
        allocation,
        payment_id,
        LinkState.REMOVED if document.link.removed else LinkState.LINKED,
        _share(books, allocation.invoice_id, then) if then else None,
        then.txn_date if then else None,
        accepted=acceptance is not None
        and now is not None
        and (document.total, document.caspen_status) == staged
        and acceptance.covers(document.version, now),
    )


def _share(books: BooksState, invoice_id: int, then: DocumentFacts) -> Decimal:
    return read_shares(then, books.our_ids, books.credited)[0].get(invoice_id, Decimal(0))
