"""
Payments of ours that QuickBooks holds otherwise than Caspen has them now: an allocation that was moved to
another invoice or changed, and those a person wants brought back.

The same QuickBooks payment is updated, never a second one made. What somebody changed there is overwritten
only where a person chose that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.posting.document import Document, InvoiceStanding
from caspen_qbo.core.posting.mapping import map_payment
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import Allocation
from caspen_qbo.usecases.sending.lookup import fetch_by_id
from caspen_qbo.usecases.sending.outcome import link_document, record
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.intents import Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage
from caspen_qbo.usecases.shared.unsynced_entries import list_differences, list_problems

_KEPT_ON_UPDATE = (
    "ARAccountRef",
    "ExchangeRate",
    "PaymentMethodRef",
    "TxnSource",
    "CustomField",
    "ProcessPayment",
)
"""What a person may have filled in on our payment and a full update would otherwise blank."""


def take_off_moved(
    session: Session,
    works: Sequence[Document],
    standings: Mapping[int, InvoiceStanding],
    counts: Counter[str],
) -> None:
    """
    Delete the payments whose money Caspen moved to an invoice that QuickBooks does not have.

    It is posted again when that invoice is; the invoice it came from is open again at once.
    """
    moved = [work for work in works if _was_moved_away(work, standings.get(work.invoice_id))]
    there = _read(session, "Payment", [str(work.quickbooks_id) for work in moved])
    intents = []
    for work in moved:
        facts, body = there.get(str(work.quickbooks_id), (None, {}))
        if facts is None or facts.gone:
            _list_gone(session, work, counts)
        elif not _was_edited(session, work, facts, counts):
            sent = {"Id": str(body["Id"]), "SyncToken": str(body["SyncToken"])}
            intents.append(Intent(work.kind, work.id, Step.UNDO, "Payment", "delete", sent, work.version))
    if intents:
        outcomes = send(session, intents, record) + settle(session)
        counts["payments_taken_back"] += sum(outcome.answer.ok for outcome in outcomes)
        restage(session, [work.invoice_id for work in moved])


def plan_updates(
    session: Session,
    works: Sequence[Document],
    allocations: Mapping[int, Allocation],
    standings: Mapping[int, InvoiceStanding],
    currencies: Mapping[int, str],
    counts: Counter[str],
) -> list[Intent]:
    """
    The updates that bring posted payments to Caspen's version; those that cannot be done are listed.

    :param works: Linked, and their invoices are in QuickBooks as Caspen shows them.
    """
    payments = _read(session, "Payment", [str(work.quickbooks_id) for work in works])
    invoices = _read(session, "Invoice", [standings[work.invoice_id].quickbooks_id for work in works])
    room = {quickbooks_id: facts.balance for quickbooks_id, (facts, _) in invoices.items()}
    intents = []
    for work in works:
        allocation, standing = allocations[work.id], standings[work.invoice_id]
        facts, body = payments.get(str(work.quickbooks_id), (None, {}))
        if facts is None or facts.gone:
            _list_gone(session, work, counts)
        elif _is_equal(session, facts, allocation, standing):
            _settle_equal(session, work, facts)
        elif not _was_edited(session, work, facts, counts):
            free = room.get(standing.quickbooks_id, Decimal(0)) + _applied(facts, standing.quickbooks_id)
            if free < allocation.amount:
                _list_no_room(session, work, allocation, standing, free, counts)
                continue
            room[standing.quickbooks_id] = free - allocation.amount
            payload = map_payment(
                allocation, customer_id=standing.customer_id, invoice_id=standing.quickbooks_id,
                currency=currencies.get(work.invoice_id, session.workspace.currency),
                context=session.context(),
            )  # fmt: skip
            intents.append(_update(work, body, payload))
    return intents


def _update(work: Document, current: Body, payload: Body) -> Intent:
    kept = {name: current[name] for name in _KEPT_ON_UPDATE if name in current}
    head = {"Id": str(current["Id"]), "SyncToken": str(current["SyncToken"]), "sparse": False}
    return Intent(
        work.kind, work.id, Step.POST, "Payment", "update", {**kept, **payload, **head}, work.version
    )


def _was_moved_away(work: Document, standing: InvoiceStanding | None) -> bool:
    """It pays an invoice in QuickBooks that is not its own in Caspen, and its own cannot take it yet."""
    pays = {link.txn_id for link in work.as_posted.links} if work.linked and work.as_posted else set()
    takes_it = standing is not None and (standing.ready or standing.quickbooks_id in pays)
    return bool(pays) and not takes_it


def _read(session: Session, entity: str, ids: Sequence[str]) -> dict[str, tuple[DocumentFacts, Body]]:
    bodies = fetch_by_id(session, entity, ids)
    return {quickbooks_id: (read_facts(entity, body), body) for quickbooks_id, body in bodies.items()}


def _applied(facts: DocumentFacts, invoice_id: str) -> Decimal:
    return sum((link.amount or Decimal(0) for link in facts.links if link.txn_id == invoice_id), Decimal(0))


def _is_equal(
    session: Session, facts: DocumentFacts, allocation: Allocation, standing: InvoiceStanding
) -> bool:
    links = [(link.txn_type, link.txn_id, link.amount) for link in facts.links]
    return (
        links == [("Invoice", standing.quickbooks_id, allocation.amount)]
        and facts.total == allocation.amount
        and facts.balance == 0
        and facts.txn_date == allocation.payment_date
        and facts.customer_id == standing.customer_id
        and facts.account_id == session.context().choices.payment_account_id
    )


def _settle_equal(session: Session, work: Document, facts: DocumentFacts) -> None:
    """QuickBooks shows Caspen's version already, e.g. because a person made it so."""
    with session.store.transaction():
        rows = session.store.documents.fetch_documents(work.kind, [work.id])
        row = rows[work.id]
        link_document(session, row, facts, origin=row.origin or "caspen")
        session.store.documents.mark_synced(work.key, work.version)
        session.store.unsynced.resolve_posted(work.key)


def _was_edited(session: Session, work: Document, facts: DocumentFacts, counts: Counter[str]) -> bool:
    changed = drift(work.as_posted, facts) if work.as_posted else ()
    if not changed:
        return False
    counts["listed"] += 1
    lead = "Caspen has a new version, but somebody edited the posted one in QuickBooks:"
    list_differences(session, work, "changed_in_quickbooks", changed, lead=lead)
    return True


def _list_gone(session: Session, work: Document, counts: Counter[str]) -> None:
    counts["listed"] += 1
    detail = f"QuickBooks Payment {work.quickbooks_id} was voided or deleted there."
    list_problems(session, work, [Problem("missing_in_quickbooks", detail)])


def _list_no_room(
    session: Session,
    work: Document,
    allocation: Allocation,
    standing: InvoiceStanding,
    free: Decimal,
    counts: Counter[str],
) -> None:
    counts["listed"] += 1
    detail = (
        f"The payment is {allocation.amount:.2f}, but QuickBooks invoice {standing.quickbooks_id} has "
        f"{free:.2f} open for it. The posted payment stays as it was."
    )
    list_problems(session, work, [Problem("overpayment", detail)])
