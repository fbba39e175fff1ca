"""
Posting invoices and credit notes: the gate, number clashes, creates, updates and the one corrected re-post.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from caspen_qbo.core.documents import Body, read_facts
from caspen_qbo.core.identity import read_marker
from caspen_qbo.core.mapping import can_be_corrected, map_credit_memo, map_invoice
from caspen_qbo.core.matching import drift
from caspen_qbo.core.query_text import is_queryable
from caspen_qbo.core.readiness import Problem, check_credit_note, check_invoice, check_setup
from caspen_qbo.core.records import PRODUCT_KINDS, CreditNote, DocumentKind, Invoice
from caspen_qbo.hooks.store.documents import Work
from caspen_qbo.usecases.customers import clients_of, is_another_client, resolve_customers
from caspen_qbo.usecases.intents import Intent, Step
from caspen_qbo.usecases.listing import list_differences, list_problems
from caspen_qbo.usecases.look import fetch_by
from caspen_qbo.usecases.record import compare_sale, link_document, mark_sale_posted, record
from caspen_qbo.usecases.send import send
from caspen_qbo.usecases.session import Session
from caspen_qbo.usecases.settle import settle

log = logging.getLogger(__name__)

ENTITY = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "CreditMemo"}

_KEPT_ON_UPDATE = (
    "BillAddr", "ShipAddr", "BillEmail", "BillEmailCc", "CustomerMemo", "SalesTermRef", "ClassRef",
    "DepartmentRef", "CustomField", "PrintStatus", "EmailStatus", "ShipMethodRef", "ShipDate", "TrackingNum",
)  # fmt: skip
"""What a person may have filled in on our document and a full update would otherwise blank."""


def post_invoices(session: Session, counts: Counter[str]) -> None:
    """Create the invoices QuickBooks does not have and bring the others to Caspen's version."""
    for page in session.store.documents.fetch_work(session.workspace_id, DocumentKind.INVOICE, "present"):
        invoices = session.billing.fetch_invoices(session.workspace_id, [work.document_id for work in page])
        ready = [
            work
            for work in page
            if _still_as_staged(work, invoices.get(work.document_id))
            and _pass_gate(session, work, _invoice_problems(session, invoices[work.document_id]), counts)
        ]
        new = _without_clashes(
            session, [work for work in ready if not work.linked], DocumentKind.INVOICE, counts
        )
        customers = _customers_of(session, new, counts)
        context = session.context()
        intents = [
            Intent(
                work.kind, work.document_id, Step.POST, "Invoice", "create",
                map_invoice(
                    invoices[work.document_id], customer_id=customers[work.document_id], context=context
                ),
                work.version,
            )
            for work in new
            if work.document_id in customers
        ]  # fmt: skip

        def remap(
            work: Work, customer_id: str, corrected: bool, found: Mapping[int, Invoice] = invoices
        ) -> Any:
            return map_invoice(
                found[work.document_id],
                customer_id=customer_id,
                context=session.context(),
                corrected=corrected,
            )

        intents += _updates(session, [work for work in ready if work.linked], remap, counts)
        _send_and_correct(session, intents, ready, remap, counts)


def post_credit_memos(session: Session, counts: Counter[str]) -> None:
    """Create the credit memos of notes whose invoice is in QuickBooks; applying them is the next step."""
    for page in session.store.documents.fetch_work(session.workspace_id, DocumentKind.CREDIT_NOTE, "present"):
        notes = session.billing.fetch_credit_notes(session.workspace_id, [work.document_id for work in page])
        standings = session.store.documents.fetch_invoice_standings(
            session.workspace_id, [work.invoice_id for work in page]
        )
        invoices = session.billing.fetch_invoices(session.workspace_id, list(standings))
        page = [
            work
            for work in page
            if work.document_id in notes
            and notes[work.document_id].status == "issued"
            and work.invoice_id in standings
            and standings[work.invoice_id].ready
            and _pass_gate(session, work, _credit_note_problems(session, notes[work.document_id]), counts)
        ]
        new = _without_clashes(
            session, [work for work in page if not work.linked], DocumentKind.CREDIT_NOTE, counts
        )

        def remap(
            work: Work,
            customer_id: str,
            corrected: bool,
            notes: Mapping[int, CreditNote] = notes,
            invoices: Mapping[int, Invoice] = invoices,
        ) -> Any:
            return map_credit_memo(
                notes[work.document_id], currency=invoices[work.invoice_id].currency, customer_id=customer_id,
                context=session.context(), corrected=corrected,
            )  # fmt: skip

        intents = [
            Intent(
                work.kind, work.document_id, Step.POST, "CreditMemo", "create",
                remap(work, standings[work.invoice_id].customer_id, False), work.version,
            )
            for work in new
        ]  # fmt: skip
        unequal = [
            work
            for work in page
            if work.linked and (_is_to_be_rewritten(session, work) or not _is_equal(session, work))
        ]
        intents += _updates(session, unequal, remap, counts)
        _send_and_correct(session, intents, page, remap, counts)


def _still_as_staged(work: Work, invoice: Invoice | None) -> bool:
    """
    Caspen's staff may have reverted, voided or re-finalised it since it was staged; then the next run
    decides.
    """
    if invoice is None or invoice.status not in ("open", "paid") or invoice.deleted_at is not None:
        return False
    return work.version.startswith(f"revision {invoice.revision} ")


def _invoice_problems(session: Session, invoice: Invoice) -> list[Problem]:
    context = session.context()
    problems = check_invoice(invoice, context)
    kinds = {
        "default Product item" if line.kind in PRODUCT_KINDS else "default Service item"
        for line in invoice.lines
    }
    return problems + [p for p in check_setup(context) if p.cause_ref.removeprefix("setting:") in kinds]


def _credit_note_problems(session: Session, note: CreditNote) -> list[Problem]:
    context = session.context()
    kinds = {
        "default Product item" if line.kind in PRODUCT_KINDS else "default Service item"
        for line in note.lines
    }
    return check_credit_note(note, context) + [
        p for p in check_setup(context) if p.cause_ref.removeprefix("setting:") in kinds
    ]


def _pass_gate(session: Session, work: Work, problems: Sequence[Problem], counts: Counter[str]) -> bool:
    if not problems:
        return True
    counts["listed"] += 1
    list_problems(session, work, problems)
    return False


def _without_clashes(
    session: Session, works: Sequence[Work], kind: DocumentKind, counts: Counter[str]
) -> list[Work]:
    """
    The documents whose number is free in QuickBooks.

    QuickBooks accepts two invoices of one number unless a warning is switched on that the API cannot see, so
    the number is looked up before anything is sent. A document that carries our own mark was posted by us: it
    is linked.
    """
    by_number: dict[str, list[Body]] = {}
    for body in fetch_by(
        session, ENTITY[kind], "DocNumber", [w.number for w in works if is_queryable(w.number)]
    ):
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


def _is_ours(session: Session, work: Work, body: Body) -> bool:
    facts = read_facts(ENTITY[work.kind], body)
    marker = read_marker(facts.private_note)
    return marker == (session.workspace_id, work.kind.value, work.document_id) and not facts.voided


def _relink(session: Session, work: Work, body: Body, counts: Counter[str]) -> None:
    """Our mark is on it but the link is lost: take it up again, and compare it like an answer."""
    counts["relinked"] += 1
    session.relinked_invoices.add(work.invoice_id)
    facts = read_facts(ENTITY[work.kind], body)
    with session.store.transaction():
        row = session.store.documents.fetch_documents(session.workspace_id, work.kind, [work.document_id])[
            work.document_id
        ]
        link_document(session, row, facts, origin="caspen")
        session.store.links.note_event(
            session.workspace_id, work.kind, work.document_id, "linked again by its mark", facts.quickbooks_id
        )
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


def _customers_of(session: Session, works: Sequence[Work], counts: Counter[str]) -> dict[int, str]:
    """Document id -> customer id; a document whose client has no customer is listed, one in doubt waits."""
    clients = clients_of(session, {work.client_id for work in works if work.client_id is not None})
    resolution = resolve_customers(session, {client.id: client for client in clients.values()})
    counts["customers_created"] += resolution.created
    result = {}
    for work in works:
        client = clients.get(work.client_id or 0)
        if client is None:
            list_problems(
                session, work, [Problem("other", f"Caspen's client {work.client_id} cannot be read.")]
            )
        elif client.id in resolution.customers:
            result[work.document_id] = resolution.customers[client.id]
        elif client.id in resolution.problems:
            counts["listed"] += 1
            list_problems(session, work, [resolution.problems[client.id]])
    return result


Remap = Callable[[Work, str, bool], dict[str, Any]]
"""(work, customer id, corrected form) -> payload."""


def _updates(session: Session, works: Sequence[Work], remap: Remap, counts: Counter[str]) -> list[Intent]:
    """
    Bring posted documents to Caspen's version; what a person changed in QuickBooks is never overwritten.
    """
    intents = []
    if not works:
        return intents
    entity = ENTITY[works[0].kind]
    there = {
        str(body["Id"]): body
        for body in fetch_by(session, entity, "Id", [str(w.quickbooks_id) for w in works])
    }
    for work in works:
        body = there.get(str(work.quickbooks_id))
        facts = read_facts(entity, body) if body else None
        if body is None or facts is None or facts.gone:
            counts["listed"] += 1
            detail = f"QuickBooks {entity} {work.quickbooks_id} was voided or deleted there."
            list_problems(session, work, [Problem("missing_in_quickbooks", detail)])
            continue
        changed = drift(work.as_posted, facts) if work.as_posted else ()
        row = session.store.documents.fetch_documents(session.workspace_id, work.kind, [work.document_id])[
            work.document_id
        ]
        if changed:
            if not compare_sale(row, facts.customer_id, facts):
                _settle_equal(session, row, facts)  # a person made it equal by hand
                continue
            counts["listed"] += 1
            lead = "Caspen has a new version, but somebody edited the posted one in QuickBooks:"
            list_differences(session, row, work.kind, "changed_in_quickbooks", changed, lead=lead)
            continue
        posted = session.store.requests.has_step(
            session.workspace_id, work.kind, work.document_id, Step.POST, work.version
        )
        corrected = session.store.requests.has_step(
            session.workspace_id, work.kind, work.document_id, Step.CORRECT, work.version
        )
        if corrected or (posted and not compare_sale(row, facts.customer_id, facts)):
            differences = compare_sale(row, facts.customer_id, facts)
            if differences:
                counts["listed"] += 1
                list_differences(session, row, work.kind, "totals_mismatch", differences)
            else:
                _settle_equal(session, row, facts)
            continue
        customer_id = facts.customer_id
        if work.kind is DocumentKind.INVOICE and is_another_client(session, customer_id, work.client_id):
            found = _customers_of(session, [work], counts)
            if work.document_id not in found:
                continue  # listed, or in doubt: the next run asks again
            customer_id = found[work.document_id]
        step = Step.CORRECT if posted else Step.POST
        intents.append(_update(work, body, step, remap(work, customer_id, posted)))
    return intents


def _update(work: Work, current: Body, step: Step, payload: dict[str, Any]) -> Intent:
    kept = {name: current[name] for name in _KEPT_ON_UPDATE if name in current}
    body = {
        **kept,
        **payload,
        "Id": str(current["Id"]),
        "SyncToken": str(current["SyncToken"]),
        "sparse": False,
    }
    return Intent(work.kind, work.document_id, step, ENTITY[work.kind], "update", body, work.version)


def _settle_equal(session: Session, row: dict[str, Any], facts: Any) -> None:
    with session.store.transaction():
        link_document(session, row, facts, origin=row["origin"] or "caspen")
        mark_sale_posted(session, row)


def _is_to_be_rewritten(session: Session, work: Work) -> bool:
    """
    Posted by us, and no request says so any more: a person wants Caspen's version again, whatever was edited.
    """
    posted = session.store.requests.has_step(
        session.workspace_id, work.kind, work.document_id, Step.POST, work.version
    )
    return work.origin == "caspen" and not posted


def _is_equal(session: Session, work: Work) -> bool:
    """Posted with the right figures already; for a credit note only its application is missing."""
    if work.as_posted is None:
        return False
    row = session.store.documents.fetch_documents(session.workspace_id, work.kind, [work.document_id])[
        work.document_id
    ]
    return not compare_sale(row, work.as_posted.customer_id, work.as_posted)


def _send_and_correct(
    session: Session, intents: Sequence[Intent], works: Sequence[Work], remap: Remap, counts: Counter[str]
) -> None:
    if not intents:
        return
    outcomes = send(session, intents, record) + settle(session)
    by_key = {(work.kind.value, work.document_id): work for work in works}
    corrections = []
    for outcome in outcomes:
        request = outcome.request
        work = by_key.get((request.document_kind, request.document_id))
        if work is None or not outcome.answer.ok:
            continue
        counts[f"{request.document_kind}s_{'posted' if request.operation == 'create' else 'updated'}"] += 1
        facts = read_facts(request.entity, outcome.answer.body or {})
        row = session.store.documents.fetch_documents(session.workspace_id, work.kind, [work.document_id])[
            work.document_id
        ]
        awaits = request.step == Step.POST and can_be_corrected(dict(request.payload))
        if awaits and row["version"] == request.version:
            differences = compare_sale(row, facts.customer_id, facts)
            if differences and {d.field for d in differences} <= {"subtotal", "tax", "total"}:
                payload = remap(work, facts.customer_id, True)
                corrections.append(_update(work, outcome.answer.body or {}, Step.CORRECT, payload))
    if corrections:
        counts["corrected"] += len(corrections)
        send(session, corrections, record)
        settle(session)
