"""
What follows from QuickBooks' answer to one write: links, listings, and whether the document is now equal.

Works from the recorded request and the staged document alone, so that an answer found after a crash is
treated exactly like one that came at once. Runs inside the transaction that settles the request.
"""

from __future__ import annotations

from caspen_qbo.core.cause import BOOKS, CONNECTION, SUBSCRIPTION, CauseKind, CauseRef, Setting
from caspen_qbo.core.documents import DocumentFacts, applied_as_sent, read_facts, ref_of
from caspen_qbo.core.faults import FaultAction, FaultVerdict
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.mapping import can_be_corrected
from caspen_qbo.core.reconciling.matching import Difference, Expected, compare
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.store.posting.links import Link
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.intents import CLIENT, Outcome, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.unsynced_entries import list_differences, list_refusal

_SALES = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE)

_SHARED_CAUSES = {
    "subscription_ended": SUBSCRIPTION,
    "period_closed": BOOKS,
    "invalid_refresh_token": CONNECTION,
}
"""What one fix repairs for every document it holds."""


def record(session: Session, outcome: Outcome) -> None:
    """Write what follows from an outcome."""
    request = outcome.request
    if request.document_kind == CLIENT:
        _record_customer(session, outcome)
        return
    row = session.store.documents.fetch([request.key]).get(request.key)
    if row is None:
        raise InvariantError(
            f"request {request.id}: {request.document_kind} {request.document_id} was sent but never staged"
        )
    if outcome.answer.verdict is not None:
        _record_refusal(session, request, outcome.answer.verdict, row)
    elif request.step in (Step.POST, Step.CORRECT):
        _record_posted(session, outcome, row)
    elif request.step == Step.APPLY:
        _record_applied(session, outcome, row)
    elif request.step in (Step.REMOVE, Step.UNDO):
        _record_removed(session, request, row)
    # UNAPPLY changes nothing by itself: the step after it reads the credit memo again.


def _record_customer(session: Session, outcome: Outcome) -> None:
    request, body = outcome.request, outcome.answer.body
    if body is None:
        return  # the resolver, which knows the client, decides what a refusal means
    note = None if "PrimaryEmailAddr" in request.payload else "without e-mail address"
    session.store.links.record_customer(
        session.realm_id, request.document_id, str(body["Id"]), "created", note
    )


def _record_refusal(session: Session, request: Request, verdict: FaultVerdict, row: Document) -> None:
    if verdict.action is FaultAction.GONE or verdict.error.code == "610":
        if request.step in (Step.REMOVE, Step.UNDO, Step.UNAPPLY) and request.operation != "create":
            _record_removed(session, request, row)
            return
    if verdict.action in (
        FaultAction.STALE,
        FaultAction.RETRY_LATER,
        FaultAction.THROTTLED,
        FaultAction.REFRESH_TOKEN,
    ):
        return  # stays work: the next run reads again and decides again
    extra = ""
    if verdict.existing is not None:
        extra = f"The number belongs to QuickBooks {verdict.existing.txn_type} {verdict.existing.txn_id}."
    if request.step in (Step.POST, Step.CORRECT) and request.operation == "update":
        extra = "The posted document stays as it was."
    cause = _SHARED_CAUSES.get(verdict.error_key)
    if verdict.error_key == "inactive_reference":
        cause = _inactive_cause(request, verdict.error.element)
    list_refusal(session, row, verdict, extra=extra, cause=cause)


def _inactive_cause(request: Request, element: str) -> CauseRef:
    """
    What was made inactive, as far as QuickBooks says; it mostly means the customer.

    Items and accounts of the settings are seen before sending, except in the minutes for which QuickBooks'
    lists are trusted: their cause is looked at again by the next run.
    """
    if "DepositToAccount" in element:
        return CauseRef(CauseKind.SETTING, Setting.PAYMENT_ACCOUNT)
    if "Item" in element:
        return CauseRef(CauseKind.SETTING, "item")
    return CauseRef(CauseKind.CUSTOMER, ref_of(request.payload, "CustomerRef"))


def _record_posted(session: Session, outcome: Outcome, row: Document) -> None:
    request, body = outcome.request, outcome.answer.body
    facts = read_facts(request.entity, body or {})
    link_document(session, row, facts, origin=row.origin or "caspen")
    what = "found in QuickBooks after a lost answer" if outcome.adopted else f"posted ({request.step})"
    figures = f"{request.entity} {facts.quickbooks_id}, total {facts.total:.2f}"
    session.store.links.note_event(row.key, what, f"{figures}, tid {outcome.answer.intuit_tid or '-'}")
    if row.version != request.version:
        return  # Caspen moved on meanwhile: the next run brings QuickBooks to the new version
    if request.document_kind == DocumentKind.PAYMENT:
        _judge_payment(session, row, request, facts)
    else:
        judge_sale(session, row, request, facts)


def link_document(session: Session, row: Document, facts: DocumentFacts, *, origin: str) -> None:
    """Record that this QuickBooks transaction stands for this staged document."""
    session.store.links.record(session.realm_id, Link.of(row, facts, origin=origin))


def judge_sale(session: Session, row: Document, request: Request, facts: DocumentFacts) -> None:
    """
    Compare QuickBooks' answer with Caspen to the cent: equal is synced, anything else is corrected once or
    listed.

    Left for correction means: linked, not synced, not listed; the run goes on with the corrected re-post.
    """
    differences = compare_sale(row, ref_of(request.payload, "CustomerRef"), facts)
    if not differences:
        mark_sale_posted(session, row)
        return
    tax_only = {difference.field for difference in differences} <= {"tax", "total", "subtotal"}
    if tax_only and request.step == Step.POST and can_be_corrected(dict(request.payload)):
        return
    key = "totals_mismatch" if any(d.delta is not None for d in differences) else "other"
    if key == "other" and any(d.field == "number" for d in differences):
        key = "setup_incomplete"
    lead = (
        "QuickBooks numbered it by itself: switch on custom transaction numbers."
        if key == "setup_incomplete"
        else ""
    )
    list_differences(session, row, key, differences, lead=lead)


def compare_sale(row: Document, customer_id: str, facts: DocumentFacts) -> tuple[Difference, ...]:
    if row.subtotal is None or row.tax is None:
        raise InvariantError(f"{row.kind} {row.id} has no subtotal and tax to compare")
    expected = Expected(
        row.number, customer_id, row.document_date, row.subtotal, row.tax, row.total, row.due_date
    )
    return compare(expected, facts)


def mark_sale_posted(session: Session, row: Document) -> None:
    """An invoice is synced when it is equal; a credit note only once it is applied to its invoice."""
    if row.kind is DocumentKind.INVOICE:
        _mark_synced(session, row, row.version)


def _judge_payment(session: Session, row: Document, request: Request, facts: DocumentFacts) -> None:
    applied = applied_as_sent(request.payload, facts)
    if facts.total == row.total == applied:
        _mark_synced(session, row, row.version)
        return
    # Part of it found nothing to pay: left standing it would be money that Caspen counts once and QuickBooks
    # twice.
    missing = Difference("applied", f"{row.total:.2f}", f"{applied:.2f}", applied - row.total)
    lead = (
        "The invoice has less open in QuickBooks than this payment pays; it is taken back out of QuickBooks."
    )
    list_differences(session, row, "overpayment", [missing], lead=lead)


def _record_applied(session: Session, outcome: Outcome, row: Document) -> None:
    body = outcome.answer.body or {}
    session.store.links.mark_applied(row.id, str(body["Id"]))
    if row.version == outcome.request.version:
        _mark_synced(session, row, row.version)


def _record_removed(session: Session, request: Request, row: Document) -> None:
    store = session.store
    if request.step == Step.UNAPPLY:
        return
    store.links.mark_removed(row.key)
    store.links.note_event(row.key, f"{request.operation}d in QuickBooks")
    if request.step == Step.REMOVE:
        _mark_synced(session, row, request.version)


def _mark_synced(session: Session, row: Document, version: str) -> None:
    session.store.documents.mark_synced(row.key, version)
    session.store.unsynced.resolve_posted(row.key)


def list_outcome_unknown(session: Session, request: Request, row: Document) -> None:
    """Shown while an answer is being looked for; nobody has to act."""
    detail = f"QuickBooks' answer to a request of {request.prepared_at:%Y-%m-%d %H:%M} UTC was lost."
    session.store.unsynced.record([Listing(row, "outcome_unknown", detail, blocks=False)])
