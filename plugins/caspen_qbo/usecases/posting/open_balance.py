"""
Which payments there is room for in QuickBooks: never more than an invoice has open, never a receipt that is
there already.

What is missing on an invoice's balance was paid in QuickBooks by somebody else, perhaps with the very receipt
that Caspen has too: posting it as well would count the money twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts, read_facts
from caspen_qbo.core.importing.receipts import may_be_same_receipt
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import Allocation
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.sending.outcome import link_document
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems


def within_room(
    session: Session,
    works: Sequence[Document],
    allocations: Mapping[int, Allocation],
    standings: Mapping[int, InvoiceStanding],
    run_started_at: datetime,
    counts: Counter[str],
) -> list[Document]:
    """
    The payments that may go, in order; the others are listed.

    :param run_started_at: By our database's clock; invoices posted since are known to be unpaid and are not
        read.
    """
    older = {
        standings[w.invoice_id].quickbooks_id
        for w in works
        if standings[w.invoice_id].posted_at < run_started_at or w.invoice_id in session.relinked_invoices
    }
    invoices = {str(b["Id"]): read_facts("Invoice", b) for b in fetch_by(session, "Invoice", "Id", older)}
    foreign = _foreign_payments(session, invoices.values())
    room = {quickbooks_id: facts.balance for quickbooks_id, facts in invoices.items()}
    fitting = []
    for work in works:
        quickbooks_id, allocation = standings[work.invoice_id].quickbooks_id, allocations[work.id]
        if quickbooks_id in older:
            invoice = invoices.get(quickbooks_id)
            if _take_up_again(session, work, foreign.get(quickbooks_id, []), counts):
                continue
            problem = _problem(session, work, allocation, invoice, foreign.get(quickbooks_id, []), room)
            if problem is not None:
                counts["listed"] += 1
                list_problems(session, work, [problem])
                continue
            room[quickbooks_id] -= allocation.amount
        fitting.append(work)
    return fitting


def _take_up_again(
    session: Session, work: Document, payments: Sequence[DocumentFacts], counts: Counter[str]
) -> bool:
    """
    Link a payment that carries our mark for this allocation: it was posted, and its link is lost.

    After an older backup of our database was restored, everything posted since looks like that.
    """
    mark = (session.workspace_id, work.kind.value, work.id)
    ours = next((payment for payment in payments if read_marker(payment.private_note) == mark), None)
    if ours is None or ours.total != work.total:
        return False
    counts["relinked"] += 1
    with session.store.transaction():
        rows = session.store.documents.fetch_documents(work.kind, [work.id])
        link_document(session, rows[work.id], ours, origin="caspen")
        session.store.links.note_event(work.key, "linked again by its mark", ours.quickbooks_id)
        session.store.documents.mark_synced(work.key, work.version)
        session.store.unsynced.resolve_posted(work.key)
    return True


def _problem(
    session: Session,
    work: Document,
    allocation: Allocation,
    invoice: DocumentFacts | None,
    foreign: Sequence[DocumentFacts],
    room: Mapping[str, Decimal],
) -> Problem | None:
    if invoice is None or invoice.gone:
        return Problem("missing_in_quickbooks", "Its invoice was voided or deleted in QuickBooks.")
    still_open = room[invoice.quickbooks_id]
    if still_open < allocation.amount:
        names = ", ".join(payment.quickbooks_id for payment in foreign)
        by = f" QuickBooks already shows payment {names} on it." if foreign else ""
        return Problem(
            "overpayment",
            f"The payment is {allocation.amount:.2f}, but QuickBooks invoice {invoice.quickbooks_id} has "
            f"{still_open:.2f} open.{by}",
        )
    twin = next((payment for payment in foreign if _same_receipt(payment, invoice, allocation)), None)
    # A row that is open although the document is work was released by a person, who says: these are two
    # receipts.
    if twin is None or session.store.unsynced.fetch_open_ids(work.kind, [work.id], "overpayment"):
        return None
    return Problem(
        "overpayment",
        f"QuickBooks payment {twin.quickbooks_id} of {twin.txn_date}, {allocation.amount:.2f}, on the same "
        "invoice looks like the same receipt. Delete one of the two, or Retry if they are two receipts.",
    )


def _foreign_payments(session: Session, invoices: Iterable[DocumentFacts]) -> dict[str, list[DocumentFacts]]:
    """
    Payments on these invoices that are neither ours nor imported, by invoice; one call for a hundred, none
    for none.
    """
    invoice_of = {
        link.txn_id: invoice.quickbooks_id
        for invoice in invoices
        for link in invoice.links
        if link.txn_type == "Payment"
    }
    known = session.store.links.fetch_by_quickbooks_ids(session.realm_id, "Payment", list(invoice_of))
    found: dict[str, list[DocumentFacts]] = {}
    for body in fetch_by(
        session, "Payment", "Id", [payment_id for payment_id in invoice_of if payment_id not in known]
    ):
        payment = read_facts("Payment", body)
        if payment.total > 0 and not payment.voided:
            for link in payment.links:
                if link.txn_type == "Invoice":
                    found.setdefault(link.txn_id, []).append(payment)
    return found


def _same_receipt(payment: DocumentFacts, invoice: DocumentFacts, allocation: Allocation) -> bool:
    on_invoice = {link.amount for link in payment.links if link.txn_id == invoice.quickbooks_id}
    near = payment.txn_date is None or may_be_same_receipt(payment.txn_date, allocation.payment_date)
    return allocation.amount in on_invoice and near
