"""Payments: one QuickBooks payment per allocation, never more than its invoice has open there."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.payments import (
    PaymentSituation,
    is_moved_away,
    plan_payments,
    takes_all_open,
)
from caspen_qbo.core.posting.document import Document, InvoiceStanding, is_live
from caspen_qbo.core.posting.readiness import check_payment, check_staged
from caspen_qbo.core.records import Allocation, DocumentKind
from caspen_qbo.usecases.posting.removals import decide_payment_removals
from caspen_qbo.usecases.posting.standings import is_new, note_customers, with_customers
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.lookup import Found, look_up
from caspen_qbo.usecases.sending.successors import find_merged
from caspen_qbo.usecases.shared.session import Session


def decide_payments(posting: Posting) -> Iterator[Sequence[Decided]]:
    """Post the allocations whose invoice is in QuickBooks, and bring posted ones up to date. Money moved to
    an invoice that QuickBooks lacks is taken off first: the invoice it came from is open again at once.
    """
    session = posting.session
    for page in posting.documents.fetch_work(DocumentKind.PAYMENT, "present"):
        allocations = session.billing.fetch_allocations(session.workspace_id, [one.id for one in page])
        standings = posting.documents.fetch_invoice_standings([one.invoice_id for one in page])
        moved = [
            document
            for document in page
            if _is_live(allocations.get(document.id))
            and is_moved_away(document, standings.get(document.invoice_id))
        ]
        if moved:
            posted = _read_posted(session, moved)
            there, merged = posted.there, find_merged(session, moved, posted.there)
            chosen = session.store.decisions.fetch_accepted(DocumentKind.PAYMENT, [one.id for one in moved])
            yield plan_payments(
                PaymentSituation(
                    document,
                    allocations[document.id],
                    standings.get(document.invoice_id),
                    accepted=chosen[document.id].edits if document.id in chosen else None,
                    there=there.get(document.quickbooks_id or ""),
                    unread=posted.describe("Payment", document.quickbooks_id),
                    merged=merged,
                )
                for document in moved
            )
        keys = {document.key for document in moved}
        rest = [document for document in page if document.key not in keys]
        yield plan_payments(_read_situations(posting, rest, allocations, standings))
    if posting.refused_unread:
        yield from _decide_again(posting)
    if posting.left_unapplied:
        yield from decide_payment_removals(posting)


def _decide_again(posting: Posting) -> Iterator[Sequence[Decided]]:
    """What QuickBooks refused of payments sent without reading their invoices: these are read now, and say
    why, or that it may go another way.
    """
    session, keys = posting.session, set(posting.refused_unread)
    for page in posting.documents.fetch_work(DocumentKind.PAYMENT, "present"):
        again = [document for document in page if document.key in keys]
        allocations = session.billing.fetch_allocations(session.workspace_id, [one.id for one in again])
        standings = posting.documents.fetch_invoice_standings([one.invoice_id for one in again])
        yield plan_payments(_read_situations(posting, again, allocations, standings))


def _is_live(allocation: Allocation | None) -> bool:
    return allocation is not None and is_live(allocation)


def _read_posted(session: Session, documents: Iterable[Document]) -> Found:
    ids = [document.quickbooks_id for document in documents if document.quickbooks_id]
    return look_up(session, "Payment", ids)


def _read_situations(
    posting: Posting,
    documents: Sequence[Document],
    allocations: Mapping[int, Allocation],
    standings: Mapping[int, InvoiceStanding],
) -> list[PaymentSituation]:
    session = posting.session
    problems = {}
    ready: dict[int, InvoiceStanding] = {}
    for document in documents:
        allocation, standing = allocations.get(document.id), standings.get(document.invoice_id)
        if allocation is not None and is_live(allocation) and standing is not None and standing.ready:
            checked = session.checked(partial(check_payment, allocation.payment_date))
            problems[document.id] = (*checked, *check_staged(document))
            if not problems[document.id]:
                ready[document.id] = standing
    linked = [document for document in documents if document.id in ready and document.linked]
    new = [document for document in documents if document.id in ready and not document.linked]
    unpaid = {document.id for document in new if is_new(posting, ready[document.id])}
    taking_all = _find_taking_all(posting, [one for one in new if one.id not in unpaid], allocations, ready)
    read = {document.id for document in (*linked, *new)} - unpaid - taking_all
    posted = _read_posted(session, linked)
    there = posted.there
    asked = [ready[id_].quickbooks_id for id_ in read]
    on_books = look_up(session, "Invoice", asked)
    bodies = on_books.there
    note_customers(posting, bodies)
    standings = with_customers(posting, standings)
    invoices = {id_: read_facts("Invoice", body) for id_, body in bodies.items()}
    with_new = {ready[document.id].quickbooks_id for document in new if document.id in read}
    hidden: dict[str, str] = {}
    on_invoice = _read_other_payments(session, [i for id_, i in invoices.items() if id_ in with_new], hidden)
    released = session.store.unsynced.fetch_open_ids(
        DocumentKind.PAYMENT, [document.id for document in new], "overpayment"
    )
    currencies = _fetch_currencies(session, [*linked, *new])
    merged = find_merged(session, linked, there)
    accepted = session.store.decisions.fetch_accepted(DocumentKind.PAYMENT, [one.id for one in linked])
    account_id = session.context().choices.payment_account_id if ready else ""
    situations = []
    for document in documents:
        standing = standings.get(document.invoice_id)
        quickbooks_id = standing.quickbooks_id if standing else ""
        situations.append(
            PaymentSituation(
                document,
                allocations.get(document.id),
                standing,
                problems=problems.get(document.id, ()),
                account_id=account_id,
                accepted=accepted[document.id].edits if document.id in accepted else None,
                currency=currencies.get(document.invoice_id, session.workspace.currency),
                there=there.get(document.quickbooks_id or ""),
                invoice_there=invoices.get(quickbooks_id),
                known_unpaid=document.id in unpaid,
                takes_all=document.id in taking_all,
                on_invoice=tuple(on_invoice.get(quickbooks_id, ())),
                unread=posted.describe("Payment", document.quickbooks_id)
                or on_books.describe("Invoice", quickbooks_id)
                or ("" if document.linked else hidden.get(quickbooks_id, "")),
                merged=merged,
                # An open row of a document that is due was released by a person: these are two receipts.
                released=document.id in released and document.key not in posting.refused_unread,
            )
        )
    return situations


def _find_taking_all(
    posting: Posting,
    new: Sequence[Document],
    allocations: Mapping[int, Allocation],
    ready: Mapping[int, InvoiceStanding],
) -> set[int]:
    """Payments whose own answer says whether anything happened to their invoice: it need not be read. Not
    where no change was read since the invoice was posted, or QuickBooks failed to show some; nor where one
    was sent before, is listed, or may be found there by its mark.
    """
    session = posting.session
    if not new or posting.reads_all or session.reference().company.multi_currency:
        return set()
    around_at = session.store.known.fetch_heard(session.realm_id, 0).around_at
    if around_at is None:
        return set()
    paying = Counter(document.invoice_id for document in new)
    invoices = posting.documents.fetch_documents(DocumentKind.INVOICE, list(paying))
    alone = [
        document
        for document in new
        if paying[document.invoice_id] == 1
        and document.link is None
        and ready[document.id].posted_at < around_at
        and document.key not in posting.refused_unread
        and document.invoice_id not in posting.relinked_invoices
        and takes_all_open(allocations[document.id], invoices.get(document.invoice_id))
    ]
    ids = [document.id for document in alone]
    listed = {row.key for row in session.store.unsynced.fetch_open([document.key for document in alone])}
    sent = {id_ for id_, _, _ in session.store.requests.fetch_steps(DocumentKind.PAYMENT, ids)}
    return {document.id for document in alone if document.key not in listed and document.id not in sent}


def _read_other_payments(
    session: Session, invoices: Sequence[DocumentFacts], hidden: dict[str, str]
) -> dict[str, list[DocumentFacts]]:
    """Payments on these neither ours nor imported, by invoice; a call for a hundred, none for none.

    :param hidden: Receives, by invoice, which of them QuickBooks did not show: it may be the same receipt.
    """
    named = {
        invoice.quickbooks_id: {link.txn_id for link in invoice.links if link.txn_type == "Payment"}
        for invoice in invoices
    }
    ids = {payment_id for found in named.values() for payment_id in found}
    known = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", ids)
    others = look_up(session, "Payment", ids - known.keys())
    for invoice_id, payment_ids in named.items():
        for payment_id in sorted(payment_ids & others.unread.keys()):
            hidden[invoice_id] = others.describe("Payment", payment_id)
    found: dict[str, list[DocumentFacts]] = {}
    for body in others.there.values():
        payment = read_facts("Payment", body)
        if payment.total > 0 and not payment.voided:
            for link in payment.links:
                if link.txn_type == "Invoice":
                    found.setdefault(link.txn_id, []).append(payment)
    return found


def _fetch_currencies(session: Session, documents: Sequence[Document]) -> dict[int, str]:
    """Of their invoices; looked up only where the company keeps more than one."""
    if not documents or not session.reference().company.multi_currency:
        return {}
    ids = [document.invoice_id for document in documents]
    invoices = session.billing.fetch_invoices(session.workspace_id, ids)
    return {invoice.id: invoice.currency for invoice in invoices.values()}
