"""Carrying decisions out: what follows at once is recorded, what is to be written goes to QuickBooks."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from caspen_qbo.core.documents import Body, DocumentFacts, LineFacts, applied_as_sent, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide import Decided, Situation
from caspen_qbo.core.posting.decide.answers import CORRECT, decide_answer
from caspen_qbo.core.posting.decide.credits import ApplicationSituation
from caspen_qbo.core.posting.decide.decisions import (
    NO_CHARGE,
    NO_INVOICE,
    UNREADABLE,
    AlreadyApplied,
    AlreadyEqual,
    AlreadyGone,
    Apply,
    Create,
    Decision,
    Hold,
    HoldDifferent,
    LinkExisting,
    Remove,
    Unreadable,
    Update,
    Wait,
)
from caspen_qbo.core.posting.decide.payments import PaymentSituation
from caspen_qbo.core.posting.decide.removals import RemovalSituation
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
from caspen_qbo.core.posting.readiness import check_sale
from caspen_qbo.core.records import CreditNote, DocumentKind, Invoice
from caspen_qbo.core.writes import CLIENT, ENTITY, Step, Write
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.posting.customers import Resolution, create_customers
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.own_voids import free_numbers
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import restage

ELSEWHERE = ("period_closed", "subscription_ended", "invalid_refresh_token", "outcome_unknown")
"""Why a payment is refused, whatever stands on its invoice."""


def carry_out(posting: Posting, decided: Sequence[Decided]) -> None:
    """Record, create customers, send, and correct once what QuickBooks computed otherwise.

    :raises StopError: nobody can write to this company now; what was sent before is recorded.
    :raises RetryError: try again later; nothing is lost.
    """
    session, counts = posting.session, posting.counts
    changes = Changes()
    for situation, decision in decided:
        _record(posting, changes, situation.document, decision)
    changes.held |= _find_waiting(decided)
    changes.readable = _find_readable(session, decided)
    changes.write(session)
    _save_shown(session, decided)
    decided = _free_numbers(session, decided, counts)
    writes = _map_writes(session, decided, _create_customers(session, decided, counts))
    if not writes:
        return
    if undone := sum(isinstance(s, ApplicationSituation) and isinstance(d, Remove) for s, d in decided):
        counts["auto_applied_undone"] += undone
    outcomes = send(session, writes) + resolve_unconfirmed(session)
    corrections = _read_outcomes(posting, decided, outcomes)
    if corrections:
        counts["corrected"] += len(corrections)
        send(session, corrections)
        resolve_unconfirmed(session)
    taken_back = [s.document.invoice_id for s, d in decided if isinstance(d, Remove) and d.step is Step.UNDO]
    if taken_back:  # without its payment in QuickBooks, an allocation may no longer have to go
        restage(session, taken_back)


def _read_outcomes(posting: Posting, decided: Iterable[Decided], outcomes: Iterable[Outcome]) -> list[Write]:
    """Count what was done, note what the answers say; what has to be corrected."""
    session, corrections = posting.session, list[Write]()
    situations = {situation.document.key: situation for situation, _ in decided}
    for outcome in outcomes:
        sent = situations.get(outcome.request.key)
        if isinstance(sent, PaymentSituation) and sent.takes_all and _may_be_told_by_reading(outcome):
            posting.refused_unread.add(sent.document.key)
            session.store.documents.release(sent.document.key)  # read, and decided again, by this run
        if outcome.answer.body is None or outcome.request.document_kind == CLIENT:
            continue
        facts = read_facts(outcome.request.entity, outcome.answer.body)
        if outcome.request.document_kind == DocumentKind.PAYMENT:
            posting.left_unapplied |= facts.total != applied_as_sent(outcome.request.payload, facts)
        if sent is not None:
            _count(posting.counts, sent.document, outcome)
            if _is_tax_proved(sent, outcome.request, facts):
                session.note_tax_answered()
            corrections += _map_correction(session, sent, outcome.request, outcome.answer.body)
    return corrections


def _may_be_told_by_reading(outcome: Outcome) -> bool:
    """Refused for what its invoice, or the invoice's customer, has become."""
    verdict = outcome.answer.verdict
    return verdict is not None and verdict.error_key not in ELSEWHERE


def _record(posting: Posting, changes: Changes, document: Document, decision: Decision) -> None:
    """What follows from a decision without asking QuickBooks."""
    counts = posting.counts
    match decision:
        case Hold(problems):
            counts["listed"] += 1
            changes.hold(document, problems)
        case HoldDifferent(error_key, differences, lead):
            counts["listed"] += 1
            changes.list_differences(document, error_key, differences, lead=lead)
        case AlreadyEqual(facts):
            changes.mark_equal(document, facts)
        case LinkExisting(facts, equal):
            counts["relinked"] += 1
            posting.relinked_invoices.add(document.invoice_id)
            changes.link(document, facts, origin="caspen")
            changes.note(document, "linked again by its mark", facts.quickbooks_id)
            if equal and document.kind is not DocumentKind.CREDIT_NOTE:
                changes.mark_synced(document)
        case AlreadyApplied(application_id):
            counts["credit_notes_applied"] += document.total != 0
            changes.applied.append((document.key, application_id))
            changes.mark_synced(document)
        case AlreadyGone():
            changes.mark_gone(document)
        case Unreadable(detail):
            counts["listed"] += 1
            changes.listings.append(Listing(document, UNREADABLE, detail, blocks=False))
        case Create() | Update() | Apply() | Remove() | Wait():
            pass


def _find_waiting(decided: Iterable[Decided]) -> dict[DocumentKey, list[str]]:
    """What waits for its invoice is not held by what held it before, a dead connection for one; that two
    receipts are not one, a person said.
    """
    return {s.document.key: ["overpayment"] for s, decision in decided if decision == NO_INVOICE}


def _find_readable(session: Session, decided: Iterable[Decided]) -> list[DocumentKey]:
    """Listed because QuickBooks did not show them, and decided from what it shows now."""
    shown: dict[DocumentKind, set[int]] = {}
    for situation, decision in decided:
        if not isinstance(decision, Unreadable | Wait):
            shown.setdefault(situation.document.kind, set()).add(situation.document.id)
    fetch = session.store.unsynced.fetch_open_ids
    return [DocumentKey(kind, id_) for kind, ids in shown.items() for id_ in fetch(kind, ids, UNREADABLE)]


def _save_shown(session: Session, decided: Iterable[Decided]) -> None:
    """What QuickBooks holds of the documents just listed: a person decides about what is shown there."""
    memos = [
        situation.memo
        for situation, decision in decided
        if isinstance(decision, Hold | HoldDifferent)
        and isinstance(situation, ApplicationSituation)
        and situation.memo is not None
    ]
    shown = [
        read_facts(ENTITY[situation.document.kind], situation.there)
        for situation, decision in decided
        if isinstance(decision, Hold | HoldDifferent)
        and isinstance(situation, SaleSituation | PaymentSituation | RemovalSituation)
        and situation.there is not None
        and str(situation.there["Id"]) == situation.document.quickbooks_id  # not what applies a credit
    ]
    session.store.snapshot.save(session.realm_id, [*memos, *shown], datetime.now(UTC), session.home_currency)


def _free_numbers(session: Session, decided: Sequence[Decided], counts: Counter[str]) -> Sequence[Decided]:
    """What can go on once our own voids have given up their numbers."""
    voids = {
        situation.document.key: (situation.document, decision.voids)
        for situation, decision in decided
        if isinstance(decision, Create | Update) and decision.voids
    }
    if not voids:
        return decided
    held = free_numbers(session, voids)
    counts["numbers_freed"] += len(voids.keys() - held)
    return [(situation, decision) for situation, decision in decided if situation.document.key not in held]


def _create_customers(session: Session, decided: Iterable[Decided], counts: Counter[str]) -> Resolution:
    choices = {
        decision.customer.client.id: decision.customer
        for _, decision in decided
        if isinstance(decision, Create | Update) and decision.customer is not None
    }
    resolution = create_customers(session, choices.values()) if choices else Resolution()
    counts["customers_created"] += resolution.created
    held = Changes()
    for situation, decision in decided:
        if isinstance(decision, Create | Update) and decision.customer is not None:
            if problem := resolution.problems.get(decision.customer.client.id):
                counts["listed"] += 1
                held.hold(situation.document, [problem])
    held.write(session)
    return resolution


def _map_writes(session: Session, decided: Iterable[Decided], resolution: Resolution) -> list[Write]:
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
                    updates.append(_update(situation, decision.step, decision.current, payload))
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


def _update(situation: Situation, step: Step, current: Body, payload: Payload) -> Write:
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


def _count(counts: Counter[str], document: Document, outcome: Outcome) -> None:
    request, plural = outcome.request, f"{document.kind}s"
    if request.step in (Step.POST, Step.CORRECT):
        counts[f"{plural}_{'posted' if request.operation == 'create' else 'updated'}"] += 1
    elif request.step is Step.APPLY:
        counts["credit_notes_applied"] += 1
    elif request.step is Step.UNDO:
        counts["payments_taken_back"] += 1
    elif request.step is Step.REMOVE:
        counts["invoices_voided" if document.kind is DocumentKind.INVOICE else f"{plural}_removed"] += 1
    elif request.step is Step.UNAPPLY and document.wanted == "absent":
        counts["applications_removed"] += 1


def _map_correction(session: Session, situation: Situation, request: Request, body: Body) -> list[Write]:
    """The form with Caspen's tax stated, where QuickBooks computed another from the first one."""
    document = situation.document
    if request.step not in (Step.POST, Step.CORRECT) or request.version != document.version:
        return []
    facts = read_facts(request.entity, body)
    charge = situation.charge if isinstance(situation, SaleSituation) else NO_CHARGE
    decision = decide_answer(document, request, facts, charge)
    if decision is not CORRECT or _is_held_now(session, situation, facts):
        return []
    payload = map_payload(situation, facts.customer_id, session.context(), corrected=True)
    return [_update(situation, Step.CORRECT, body, payload)]


def _is_tax_proved(situation: Situation, request: Request, facts: DocumentFacts) -> bool:
    """QuickBooks computed its tax, and came to what Caspen has."""
    record = situation.record if isinstance(situation, SaleSituation) else None
    computed = request.step is Step.POST and "TxnTaxDetail" not in request.payload
    return record is not None and computed and record.carries_tax and facts.tax == record.tax_total


def _is_held_now(session: Session, situation: Situation, facts: DocumentFacts) -> bool:
    """QuickBooks taxed it at a rate that its lists do not show, or not at all: read again before any tax is
    stated, they may say that GST was switched off or a rate changed since. Then a person sees it.
    """
    if not isinstance(situation, SaleSituation) or situation.record is None:
        return False
    record, context = situation.record, session.context()
    codes = (context.tax_code(line.tax_rate_id) for line in record.lines)
    known = {part.percent_on(record.issue_date) for code in codes if code for part in code.parts}
    if facts.taxes and {tax.percent for tax in facts.taxes} <= known:
        return False
    session.doubt_reference()
    problems = [
        replace(
            problem, detail=f"{problem.detail} QuickBooks took it as {_name(facts)} before that was read."
        )
        for problem in check_sale(record, session.context())
    ]
    if problems:
        held = Changes()
        held.hold(situation.document, problems)
        held.write(session)
    return bool(problems)


def _name(facts: DocumentFacts) -> str:
    return f"{facts.quickbooks_type} {facts.quickbooks_id}, tax {facts.tax:.2f}, total {facts.total:.2f},"
