"""A decided document as it is to stand in QuickBooks, and the write that brings it there."""

from collections.abc import Iterable
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts, read_facts
from caspen_qbo.core.posting.decide import Decided, Situation
from caspen_qbo.core.posting.decide.credits import ApplicationSituation
from caspen_qbo.core.posting.decide.decisions import Apply, Create, Remove, Update
from caspen_qbo.core.posting.decide.payments import PaymentSituation
from caspen_qbo.core.posting.decide.sales import SaleSituation
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.mapping import (
    MappingContext,
    Payload,
    map_application,
    map_credit_memo,
    map_invoice,
    map_payment,
)
from caspen_qbo.core.posting.merging import merge_document
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice
from caspen_qbo.core.writes import ENTITY, Step, Write
from caspen_qbo.errors import InvariantError
from caspen_qbo.usecases.posting.customers import Resolution
from caspen_qbo.usecases.shared.session import Session


def map_writes(session: Session, decided: Iterable[Decided], resolution: Resolution) -> list[Write]:
    """Changed documents first, then new ones, as far as their customers are known."""
    updates, others = [], []
    for situation, decision in decided:
        document = situation.document
        match decision:
            case Create() | Update():
                customer_id = _customer_id(situation, decision, resolution)
                if customer_id is None:
                    continue  # listed, or its customer is unconfirmed: the next run decides
                if isinstance(decision, Update):
                    payload = map_payload(
                        situation, customer_id, session.context(), decision.step is Step.CORRECT
                    )
                    updates.append(map_update(situation, decision.step, decision.current, payload))
                else:
                    payload = map_payload(situation, customer_id, session.context())
                    others.append(_write(document, Step.POST, ENTITY[document.kind], "create", payload))
            case Apply(amount):
                payload = _map_application(situation, amount, session.context())
                others.append(_write(document, Step.APPLY, "Payment", "create", payload))
            case Remove(entity, quickbooks_id, sync_token, step):
                operation = "void" if entity == "Invoice" else "delete"
                sent = {"Id": quickbooks_id, "SyncToken": sync_token}
                others.append(_write(document, step, entity, operation, sent))
    return updates + others


def _write(document: Document, step: Step, entity: str, operation: str, payload: Body) -> Write:
    return Write(document.kind, document.id, step, entity, operation, payload, document.version)


def added_on(situation: Situation) -> tuple[LineFacts, ...]:
    """Lines of a person's own on the document, as accepted."""
    accepted = situation.accepted if isinstance(situation, SaleSituation) else None
    return accepted.added if accepted else ()


def map_update(situation: Situation, step: Step, current: Body, payload: Payload) -> Write:
    document = situation.document
    merged = merge_document(document, current, payload, added_on(situation))
    return _write(document, step, ENTITY[document.kind], "update", merged.payload)


def _customer_id(situation: Situation, decision: Create | Update, resolution: Resolution) -> str | None:
    if decision.customer is not None:
        return resolution.customers.get(decision.customer.client.id)
    if situation.document.kind is DocumentKind.INVOICE and isinstance(decision, Update):
        return read_facts(ENTITY[situation.document.kind], decision.current).customer_id
    if isinstance(situation, SaleSituation | PaymentSituation) and situation.invoice is not None:
        return situation.invoice.customer_id
    raise InvariantError(f"{situation.document.key}: nothing says whose it is")


def map_payload(
    situation: Situation, customer_id: str, context: MappingContext, corrected: bool = False
) -> Payload:
    """A document as it is to stand in QuickBooks. :param corrected: With Caspen's tax stated."""
    match situation:
        case SaleSituation(record=Invoice() as invoice):
            return map_invoice(invoice, customer_id=customer_id, context=context, corrected=corrected)
        case SaleSituation(record=CreditNote() as note, currency=currency):
            return map_credit_memo(
                note, currency=currency, customer_id=customer_id, context=context, corrected=corrected
            )
        case PaymentSituation(allocation=allocation, invoice=invoice_there) if allocation and invoice_there:
            payload = map_payment(
                allocation,
                customer_id=customer_id,
                invoice_id=invoice_there.quickbooks_id,
                currency=situation.currency,
                context=context,
            )
            return payload | _accepted_of(situation.accepted.facts if situation.accepted else None)
    raise InvariantError(f"{situation.document.key}: there is nothing to post")


def _accepted_of(facts: DocumentFacts | None) -> Payload:
    """What a person accepted of a payment stays; its amount, and what it pays, follow Caspen."""
    if facts is None:
        return {}
    kept: Payload = {"DepositToAccountRef": {"value": facts.account_id}} if facts.account_id else {}
    return kept | ({"TxnDate": facts.txn_date.isoformat()} if facts.txn_date else {})


def _map_application(situation: Situation, amount: Decimal, context: MappingContext) -> Payload:
    match situation:
        case ApplicationSituation(note=note, memo=memo, invoice=invoice) if note and memo:
            return map_application(
                note,
                customer_id=memo.customer_id,
                invoice_id=invoice.quickbooks_id,
                credit_memo_id=memo.quickbooks_id,
                amount=amount,
                context=context,
            )
    raise InvariantError(f"{situation.document.key}: there is nothing to apply")
