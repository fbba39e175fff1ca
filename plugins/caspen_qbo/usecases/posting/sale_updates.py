"""Bringing posted invoices and credit memos to Caspen's version, never over what a person changed there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.posting.customers import is_another_client
from caspen_qbo.usecases.posting.sale_customers import customers_of_sales
from caspen_qbo.usecases.sending.lookup import fetch_by_id
from caspen_qbo.usecases.sending.outcome import compare_sale, link_document, mark_sale_posted
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_differences, list_problems

ENTITY = {DocumentKind.INVOICE: "Invoice", DocumentKind.CREDIT_NOTE: "CreditMemo"}

_KEPT_ON_UPDATE = (
    "BillAddr", "ShipAddr", "BillEmail", "BillEmailCc", "CustomerMemo", "SalesTermRef", "ClassRef",
    "DepartmentRef", "CustomField", "PrintStatus", "EmailStatus", "ShipMethodRef", "ShipDate", "TrackingNum",
    "Deposit", "DepositToAccountRef",
)  # fmt: skip
"""What a person may have filled in on our document and a full update would otherwise blank."""

Remap = Callable[[Document, str, bool], dict[str, Any]]
"""(work, customer id, corrected form) -> payload."""


def plan_updates(
    session: Session, works: Sequence[Document], remap: Remap, counts: Counter[str]
) -> list[Intent]:
    """
    Bring posted documents to Caspen's version; what a person changed in QuickBooks is never overwritten.
    """
    intents: list[Intent] = []
    if not works:
        return intents
    entity = ENTITY[works[0].kind]
    there = fetch_by_id(session, entity, [str(work.quickbooks_id) for work in works])
    steps = session.store.requests.fetch_steps(works[0].kind, [work.id for work in works])
    for work in works:
        body = there.get(str(work.quickbooks_id))
        facts = read_facts(entity, body) if body else None
        if body is None or facts is None or facts.gone:
            counts["listed"] += 1
            detail = f"QuickBooks {entity} {work.quickbooks_id} was voided or deleted there."
            list_problems(session, work, [Problem("missing_in_quickbooks", detail)])
            continue
        changed = drift(work.as_posted, facts) if work.as_posted else ()
        row = session.store.documents.fetch_documents(work.kind, [work.id])[work.id]
        if changed:
            if not compare_sale(row, facts.customer_id, facts):
                _settle_equal(session, row, facts)  # a person made it equal by hand
                continue
            counts["listed"] += 1
            lead = "Caspen has a new version, but somebody edited the posted one in QuickBooks:"
            list_differences(session, work, "changed_in_quickbooks", changed, lead=lead)
            continue
        posted = (work.id, Step.POST, work.version) in steps
        corrected = (work.id, Step.CORRECT, work.version) in steps
        if corrected or (posted and not compare_sale(row, facts.customer_id, facts)):
            differences = compare_sale(row, facts.customer_id, facts)
            if differences:
                counts["listed"] += 1
                list_differences(session, work, "totals_mismatch", differences)
            else:
                _settle_equal(session, row, facts)
            continue
        problem = _would_strand_money(work, row, facts)
        if problem is not None:
            counts["listed"] += 1
            list_problems(session, work, [problem])
            continue
        customer_id = facts.customer_id
        if work.kind is DocumentKind.INVOICE and _is_wrong_customer(session, work, customer_id):
            found = customers_of_sales(session, [work], counts)
            if work.id not in found:
                continue  # listed, or in doubt: the next run asks again
            customer_id = found[work.id]
        step = Step.CORRECT if posted else Step.POST
        intents.append(update_intent(work, body, step, remap(work, customer_id, posted)))
    return intents


def _is_wrong_customer(session: Session, work: Document, customer_id: str) -> bool:
    """
    Whether an invoice stands on somebody else's customer: it was given to another client in Caspen, or moved
    to a stranger in QuickBooks and is sent again. A customer that a person accepted stays.
    """
    if is_another_client(session, customer_id, work.client_id):
        return True
    if session.store.links.fetch_taken_customers(session.realm_id, [customer_id]):
        return False
    accepted = session.store.decisions.fetch_accepted(work.kind, [work.id]).get(work.id)
    return accepted is None or accepted.facts.customer_id != customer_id


def _would_strand_money(work: Document, row: Document, facts: DocumentFacts) -> Problem | None:
    """
    More was paid on the invoice in QuickBooks than Caspen's version comes to.

    QuickBooks refuses that for deposits, and for payments leaves the excess unapplied without a word:
    somebody's payment would be changed.
    """
    paid = facts.total - facts.balance
    if work.kind is not DocumentKind.INVOICE or paid <= max(row.total, Decimal(0)):
        return None
    by = (
        ", ".join(f"{link.txn_type} {link.txn_id}" for link in facts.links)
        or "a deposit on the invoice itself"
    )
    return Problem(
        "changed_in_quickbooks",
        f"Caspen's version comes to {row.total:.2f}, but {paid:.2f} is paid on QuickBooks Invoice "
        f"{facts.quickbooks_id} ({by}). Remove or lower that in QuickBooks, then Retry. The posted "
        "document stays as it was.",
    )


def update_intent(work: Document, current: Body, step: Step, payload: dict[str, Any]) -> Intent:
    kept = {name: current[name] for name in _KEPT_ON_UPDATE if name in current}
    body = {
        **kept,
        **payload,
        "Id": str(current["Id"]),
        "SyncToken": str(current["SyncToken"]),
        "sparse": False,
    }
    return Intent(work.kind, work.id, step, ENTITY[work.kind], "update", body, work.version)


def _settle_equal(session: Session, row: Document, facts: Any) -> None:
    with session.store.transaction():
        link_document(session, row, facts, origin=row.origin or "caspen")
        mark_sale_posted(session, row)


def needs_update(session: Session, work: Document) -> bool:
    """Of a posted credit memo: whether more than its application is missing."""
    return _is_to_be_rewritten(session, work) or not _is_equal(session, work)


def _is_to_be_rewritten(session: Session, work: Document) -> bool:
    """
    Posted by us, and no request says so any more: a person wants Caspen's version again, whatever was edited.
    """
    steps = session.store.requests.fetch_steps(work.kind, [work.id])
    posted = (work.id, Step.POST, work.version) in steps
    return work.origin == "caspen" and not posted


def _is_equal(session: Session, work: Document) -> bool:
    """Posted with the right figures already; for a credit note only its application is missing."""
    if work.as_posted is None:
        return False
    row = session.store.documents.fetch_documents(work.kind, [work.id])[work.id]
    return not compare_sale(row, work.as_posted.customer_id, work.as_posted)
