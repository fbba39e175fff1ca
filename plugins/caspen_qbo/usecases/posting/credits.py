"""
Applying each credit memo to its own invoice and no other, also when QuickBooks' auto-apply got there first.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.mapping import map_application
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import CreditNote, DocumentKind
from caspen_qbo.usecases.sending.lookup import fetch_by, fetch_by_id
from caspen_qbo.usecases.sending.outcome import record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems

log = logging.getLogger(__name__)


def apply_credit_memos(session: Session, counts: Counter[str]) -> None:
    """Bring every posted credit memo onto its own invoice with a zero payment."""
    for page in session.store.documents.fetch_work(DocumentKind.CREDIT_NOTE, "present"):
        standings = session.store.documents.fetch_invoice_standings([work.invoice_id for work in page])
        page = [w for w in page if w.linked and w.invoice_id in standings and standings[w.invoice_id].ready]
        if page:
            _apply_page(session, page, standings, counts)


def _apply_page(
    session: Session, page: list[Document], standings: dict[int, InvoiceStanding], counts: Counter[str]
) -> None:
    notes = session.billing.fetch_credit_notes(session.workspace_id, [work.id for work in page])
    memos = _read_memos(session, page)
    if any(memos[w.quickbooks_id].balance != w.total for w in page if w.quickbooks_id in memos):
        _undo_foreign_applications(session, page, memos, standings, counts)
        memos = _read_memos(session, page)
    intents = []
    for work in page:
        memo, standing = memos.get(work.quickbooks_id or ""), standings[work.invoice_id]
        note = notes.get(work.id)
        if memo is None or note is None or note.status != "issued":
            continue
        if work.total == 0:
            _mark_applied(session, work, None)  # nothing to apply
            continue
        if memo.balance != work.total:
            application_id, applied = _applied_to_own(session, memo, standing)
            if applied + memo.balance != work.total:
                _list_used_elsewhere(session, work, work.total - memo.balance - applied, counts)
                continue
            if memo.balance == 0:
                _mark_applied(session, work, application_id)
                counts["credit_notes_applied"] += 1
                continue
        intents.append(_apply(session, work, note, memo, standing))
    if intents:
        outcomes = send(session, intents, record) + settle(session)
        counts["credit_notes_applied"] += sum(o.answer.ok and o.request.step == Step.APPLY for o in outcomes)


def _apply(
    session: Session, work: Document, note: CreditNote, memo: DocumentFacts, standing: InvoiceStanding
) -> Intent:
    payload = map_application(
        note, customer_id=memo.customer_id, invoice_id=standing.quickbooks_id,
        credit_memo_id=memo.quickbooks_id, amount=memo.balance, context=session.context(),
    )  # fmt: skip
    return Intent(work.kind, work.id, Step.APPLY, "Payment", "create", payload, work.version)


def _read_memos(session: Session, page: list[Document]) -> dict[str, DocumentFacts]:
    ids = [work.quickbooks_id for work in page if work.quickbooks_id]
    bodies = fetch_by_id(session, "CreditMemo", ids)
    return {quickbooks_id: read_facts("CreditMemo", body) for quickbooks_id, body in bodies.items()}


def _zero_payments(session: Session, memos: Iterable[DocumentFacts]) -> list[tuple[DocumentFacts, Body]]:
    """The zero payments of these customers: what applies credits to charges."""
    customers = {memo.customer_id for memo in memos}
    found = [
        (read_facts("Payment", body), body) for body in fetch_by(session, "Payment", "CustomerRef", customers)
    ]
    return [(facts, body) for facts, body in found if facts.total == 0 and not facts.voided]


def _undo_foreign_applications(
    session: Session,
    page: list[Document],
    memos: dict[str, DocumentFacts],
    standings: dict[int, InvoiceStanding],
    counts: Counter[str],
) -> None:
    """
    Take back what QuickBooks' auto-apply did with our credit memos on other invoices.

    Only zero payments that link one of our memos, and nothing of ours, to a wrong invoice; a person's payment
    that uses the credit is not touched but listed.
    """
    used = [w for w in page if w.quickbooks_id in memos and memos[w.quickbooks_id].balance != w.total]
    payments = _zero_payments(session, [memos[str(work.quickbooks_id)] for work in used])
    intents: dict[str, Intent] = {}
    for work in used:
        own_invoice = standings[work.invoice_id].quickbooks_id
        for facts, body in payments:
            memo_ids = {link.txn_id for link in facts.links if link.txn_type == "CreditMemo"}
            invoices = {link.txn_id for link in facts.links if link.txn_type == "Invoice"}
            if work.quickbooks_id not in memo_ids or invoices == {own_invoice}:
                continue
            if read_marker(facts.private_note) is not None:
                continue  # an application of ours, of another note
            sent = {"Id": facts.quickbooks_id, "SyncToken": str(body["SyncToken"])}
            intents[facts.quickbooks_id] = Intent(
                work.kind, work.id, Step.UNAPPLY, "Payment", "delete", sent, work.version
            )
    if intents:
        counts["auto_applied_undone"] += len(intents)
        send(session, list(intents.values()), record)
        settle(session)


def _applied_to_own(
    session: Session, memo: DocumentFacts, standing: InvoiceStanding
) -> tuple[str | None, Decimal]:
    """
    A zero payment that applies this memo to its own invoice and nothing else, and how much all such apply.
    """
    found, applied = None, Decimal(0)
    for facts, _ in _zero_payments(session, [memo]):
        if {link.txn_id for link in facts.links if link.txn_type == "Invoice"} != {standing.quickbooks_id}:
            continue
        for link in facts.links:
            if link.txn_type == "CreditMemo" and link.txn_id == memo.quickbooks_id:
                found = facts.quickbooks_id
                applied += link.amount or Decimal(0)
    return found, applied


def _list_used_elsewhere(session: Session, work: Document, amount: Decimal, counts: Counter[str]) -> None:
    """Somebody used the credit by hand; nothing a person did is undone."""
    counts["listed"] += 1
    memo = work.quickbooks_id
    detail = f"{amount:.2f} of credit memo {memo} was used in QuickBooks, but not on its own invoice."
    list_problems(session, work, [Problem("changed_in_quickbooks", detail)])


def _mark_applied(session: Session, work: Document, application_id: str | None) -> None:
    """QuickBooks had applied it by itself, and to its own invoice."""
    with session.store.transaction():
        session.store.links.mark_applied(work.id, application_id)
        session.store.documents.mark_synced(work.key, work.version)
        session.store.unsynced.resolve_posted(work.key)
