"""
Posting invoices and credit notes: the gate, number clashes, creates, updates and the one corrected re-post.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from caspen_qbo.core.documents import Body, read_facts
from caspen_qbo.core.posting.document import Document, is_still_as_staged
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.mapping import can_be_corrected, map_credit_memo, map_invoice
from caspen_qbo.core.posting.readiness import (
    Problem,
    check_credit_note,
    check_invoice,
    check_setup,
    item_settings,
)
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice
from caspen_qbo.usecases.posting.sale_customers import customers_of_sales
from caspen_qbo.usecases.posting.sale_updates import ENTITY, Remap, needs_update, plan_updates, update_intent
from caspen_qbo.usecases.sending.lookup import fetch_by_number
from caspen_qbo.usecases.sending.outcome import compare_sale, link_document, mark_sale_posted, record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_problems

log = logging.getLogger(__name__)


def post_invoices(session: Session, counts: Counter[str]) -> None:
    """Create the invoices QuickBooks does not have and bring the others to Caspen's version."""
    for page in session.store.documents.fetch_work(DocumentKind.INVOICE, "present"):
        invoices = session.billing.fetch_invoices(session.workspace_id, [work.id for work in page])
        ready = [
            work
            for work in page
            if is_still_as_staged(work, invoices.get(work.id))
            and _pass_gate(session, work, _invoice_problems(session, invoices[work.id]), counts)
        ]
        new = _without_clashes(
            session, [work for work in ready if not work.linked], DocumentKind.INVOICE, counts
        )
        customers = customers_of_sales(session, new, counts)
        context = session.context()
        intents = [
            Intent(
                work.kind, work.id, Step.POST, "Invoice", "create",
                map_invoice(
                    invoices[work.id], customer_id=customers[work.id], context=context
                ),
                work.version,
            )
            for work in new
            if work.id in customers
        ]  # fmt: skip

        def remap(
            work: Document, customer_id: str, corrected: bool, found: Mapping[int, Invoice] = invoices
        ) -> Any:
            return map_invoice(
                found[work.id],
                customer_id=customer_id,
                context=session.context(),
                corrected=corrected,
            )

        intents += plan_updates(session, [work for work in ready if work.linked], remap, counts)
        _send_and_correct(session, intents, ready, remap, counts)


def post_credit_memos(session: Session, counts: Counter[str]) -> None:
    """Create the credit memos of notes whose invoice is in QuickBooks; applying them is the next step."""
    for page in session.store.documents.fetch_work(DocumentKind.CREDIT_NOTE, "present"):
        notes = session.billing.fetch_credit_notes(session.workspace_id, [work.id for work in page])
        standings = session.store.documents.fetch_invoice_standings([work.invoice_id for work in page])
        invoices = session.billing.fetch_invoices(session.workspace_id, list(standings))
        page = [
            work
            for work in page
            if work.id in notes
            and notes[work.id].status == "issued"
            and work.invoice_id in standings
            and standings[work.invoice_id].ready
            and _pass_gate(session, work, _credit_note_problems(session, notes[work.id]), counts)
        ]
        new = _without_clashes(
            session, [work for work in page if not work.linked], DocumentKind.CREDIT_NOTE, counts
        )

        def remap(
            work: Document,
            customer_id: str,
            corrected: bool,
            notes: Mapping[int, CreditNote] = notes,
            invoices: Mapping[int, Invoice] = invoices,
        ) -> Any:
            return map_credit_memo(
                notes[work.id], currency=invoices[work.invoice_id].currency, customer_id=customer_id,
                context=session.context(), corrected=corrected,
            )  # fmt: skip

        intents = [
            Intent(
                work.kind, work.id, Step.POST, "CreditMemo", "create",
                remap(work, standings[work.invoice_id].customer_id, False), work.version,
            )
            for work in new
        ]  # fmt: skip
        unequal = [work for work in page if work.linked and needs_update(session, work)]
        intents += plan_updates(session, unequal, remap, counts)
        _send_and_correct(session, intents, page, remap, counts)


def _invoice_problems(session: Session, invoice: Invoice) -> list[Problem]:
    context = session.context()
    return check_invoice(invoice, context) + check_setup(context, item_settings(invoice.lines))


def _credit_note_problems(session: Session, note: CreditNote) -> list[Problem]:
    context = session.context()
    return check_credit_note(note, context) + check_setup(context, item_settings(note.lines))


def _pass_gate(session: Session, work: Document, problems: Sequence[Problem], counts: Counter[str]) -> bool:
    if not problems:
        return True
    counts["listed"] += 1
    list_problems(session, work, problems)
    return False


def _without_clashes(
    session: Session, works: Sequence[Document], kind: DocumentKind, counts: Counter[str]
) -> list[Document]:
    """
    The documents whose number is free in QuickBooks.

    QuickBooks accepts two invoices of one number unless a warning is switched on that the API cannot see, so
    the number is looked up before anything is sent. A document that carries our own mark was posted by us: it
    is linked.
    """
    by_number: dict[str, list[Body]] = {}
    for body in fetch_by_number(session, ENTITY[kind], [work.number for work in works]):
        by_number.setdefault(str(body.get("DocNumber") or "").casefold(), []).append(body)
    free = []
    for work in works:
        found = by_number.get(work.number.casefold(), [])
        ours = [b for b in found if _is_ours(session, work, b)]
        others = [b for b in found if b not in ours and not read_facts(ENTITY[kind], b).voided]
        if ours:
            _relink(session, work, ours[0], counts)
        elif others:
            counts["listed"] += 1
            list_problems(session, work, [_clash(ENTITY[kind], others[0])])
        else:
            free.append(work)
    return free


def _is_ours(session: Session, work: Document, body: Body) -> bool:
    facts = read_facts(ENTITY[work.kind], body)
    marker = read_marker(facts.private_note)
    return marker == (session.workspace_id, work.kind.value, work.id) and not facts.voided


def _relink(session: Session, work: Document, body: Body, counts: Counter[str]) -> None:
    """Our mark is on it but the link is lost: take it up again, and compare it like an answer."""
    counts["relinked"] += 1
    session.relinked_invoices.add(work.invoice_id)
    facts = read_facts(ENTITY[work.kind], body)
    with session.store.transaction():
        row = session.store.documents.fetch_documents(work.kind, [work.id])[work.id]
        link_document(session, row, facts, origin="caspen")
        session.store.links.note_event(work.key, "linked again by its mark", facts.quickbooks_id)
        if not compare_sale(row, facts.customer_id, facts):
            mark_sale_posted(session, row)


def _clash(entity: str, body: Body) -> Problem:
    facts = read_facts(entity, body)
    dated = facts.txn_date.isoformat() if facts.txn_date else "no date"
    detail = (
        f"QuickBooks {entity} {facts.quickbooks_id} of {dated}, total {facts.total:.2f}, already has the "
        f"number {facts.doc_number}."
    )
    return Problem("duplicate_document_number", detail)


def _send_and_correct(
    session: Session, intents: Sequence[Intent], works: Sequence[Document], remap: Remap, counts: Counter[str]
) -> None:
    if not intents:
        return
    outcomes = send(session, intents, record) + settle(session)
    by_key = {(work.kind.value, work.id): work for work in works}
    corrections = []
    for outcome in outcomes:
        request = outcome.request
        work = by_key.get((request.document_kind, request.document_id))
        if work is None or not outcome.answer.ok:
            continue
        counts[f"{request.document_kind}s_{'posted' if request.operation == 'create' else 'updated'}"] += 1
        facts = read_facts(request.entity, outcome.answer.body or {})
        row = session.store.documents.fetch_documents(work.kind, [work.id])[work.id]
        awaits = request.step == Step.POST and can_be_corrected(dict(request.payload))
        if awaits and row.version == request.version:
            differences = compare_sale(row, facts.customer_id, facts)
            if differences and {d.field for d in differences} <= {"subtotal", "tax", "total"}:
                payload = remap(work, facts.customer_id, True)
                corrections.append(update_intent(work, outcome.answer.body or {}, Step.CORRECT, payload))
    if corrections:
        counts["corrected"] += len(corrections)
        send(session, corrections, record)
        settle(session)
