"""What QuickBooks answers to what was sent: counted, noted, and corrected once where it taxed otherwise."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from caspen_qbo.core.documents import Body, DocumentFacts, applied_as_sent, read_facts
from caspen_qbo.core.posting.decide import Decided, Situation
from caspen_qbo.core.posting.decide.answers import CORRECT, decide_answer
from caspen_qbo.core.posting.decide.decisions import NO_CHARGE
from caspen_qbo.core.posting.decide.payments import PaymentSituation
from caspen_qbo.core.posting.decide.sales import SaleSituation
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import check_sale
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import CLIENT, Step, Write
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.usecases.posting.carrying_out.writes import map_payload, map_update
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session

ELSEWHERE = ("period_closed", "subscription_ended", "invalid_refresh_token", "outcome_unknown")
"""Why a payment is refused, whatever stands on its invoice."""


def read_outcomes(posting: Posting, decided: Iterable[Decided], outcomes: Iterable[Outcome]) -> list[Write]:
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
            corrections += _map_correction(session, sent, outcome.request, outcome.answer.body, facts)
    return corrections


def _may_be_told_by_reading(outcome: Outcome) -> bool:
    """Refused for what its invoice, or the invoice's customer, has become."""
    verdict = outcome.answer.verdict
    return verdict is not None and verdict.error_key not in ELSEWHERE


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


def _map_correction(
    session: Session, situation: Situation, request: Request, body: Body, facts: DocumentFacts
) -> list[Write]:
    """The form with Caspen's tax stated, where QuickBooks computed another from the first one."""
    document = situation.document
    if request.step not in (Step.POST, Step.CORRECT) or request.version != document.version:
        return []
    charge = situation.charge if isinstance(situation, SaleSituation) else NO_CHARGE
    decision = decide_answer(document, request, facts, charge)
    if decision is not CORRECT or _is_held_now(session, situation, facts):
        return []
    payload = map_payload(situation, facts.customer_id, session.context(), corrected=True)
    return [map_update(situation, Step.CORRECT, body, payload)]


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
