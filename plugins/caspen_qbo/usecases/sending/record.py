"""What follows from QuickBooks' answer to one write: links, listings, and whether the document is now equal.

Works from the recorded request and the staged document alone, in the transaction that finishes the request,
so that an answer found after a crash is treated exactly like one that came at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.decisions.decide import Acceptance
from caspen_qbo.core.documents import Body, amount_of, applied_as_sent, read_facts, ref_of
from caspen_qbo.core.faults import FaultAction, FaultVerdict
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.answers import decide_answer
from caspen_qbo.core.posting.decide.decisions import NO_CHARGE, AlreadyEqual, Charge, HoldDifferent, charge_of
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import CLIENT, Step
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.store.posting.links import CustomerLink, Event
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.usecases.sending.inactive import THEIRS
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.refusals import (
    SHARED_CAUSES,
    Known,
    explain_refusal,
    fetch_holders,
    look_up_inactive,
    names_currency,
    read_refused_customers,
)
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session

_TRIED_AGAIN = (
    FaultAction.STALE,
    FaultAction.RETRY_LATER,
    FaultAction.THROTTLED,
    FaultAction.REFRESH_TOKEN,
)


def record_outcomes(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Commit the answers together with what follows from them.

    :raises InvariantError: a document was sent that was never staged.
    """
    customers = read_refused_customers(session, outcomes)
    inactive = look_up_inactive(session, outcomes)
    if any(names_currency(outcome) for outcome in outcomes):
        session.forget_reference()
        session.reference_was_old = True
    with session.store.transaction():
        session.store.requests.finish([outcome.finished for outcome in outcomes])
        keys = [o.request.key for o in outcomes if o.request.document_kind != CLIENT]
        documents = session.store.documents.fetch(keys)
        charges = _find_charges(session, outcomes, documents)
        known = Known(fetch_holders(session, outcomes), customers, inactive, charges)
        changes = Changes()
        for outcome in outcomes:
            request = outcome.request
            if request.document_kind == CLIENT:
                _add_customer(changes, outcome)
            elif (document := documents.get(request.key)) is not None:
                _add_document(changes, outcome, document, known)
            else:
                raise InvariantError(
                    f"request {request.id}: {request.document_kind} {request.document_id} was sent but never "
                    "staged"
                )
        changes.write(session)


def find_charge(session: Session, document: Document, accepted: Acceptance | None) -> Charge:
    """What a person's accepted lines on a document come to, at QuickBooks' rates of its date."""
    if accepted is None or not accepted.added:
        return NO_CHARGE
    return charge_of(accepted.added, session.reference().tax_codes, document.document_date)


def _find_charges(
    session: Session, outcomes: Iterable[Outcome], documents: Mapping[DocumentKey, Document]
) -> dict[DocumentKey, Charge]:
    updated: dict[DocumentKind, list[int]] = {}
    for request in (outcome.request for outcome in outcomes if outcome.answer.body is not None):
        if request.operation == "update" and request.key in documents:
            updated.setdefault(request.key.kind, []).append(request.key.id)
    updated.pop(DocumentKind.PAYMENT, None)
    return {
        key: find_charge(session, documents[key], accepted)
        for kind, ids in updated.items()
        for id_, accepted in session.store.decisions.fetch_accepted(kind, ids).items()
        if (key := DocumentKey(kind, id_)) in documents
    }


def _add_customer(changes: Changes, outcome: Outcome) -> None:
    """A refusal says nothing here: what it means is decided where the client is known."""
    request, body = outcome.request, outcome.answer.body
    if body is not None:
        note = None if "PrimaryEmailAddr" in request.payload else "without e-mail address"
        changes.customers.append(CustomerLink(request.document_id, str(body["Id"]), "created", note))


def _is_used_up(request: Request, body: Body) -> bool:
    """QuickBooks may apply less than it was asked to: the next run reads what is left and decides."""
    wanted = sum((amount_of(line.get("Amount")) for line in request.payload.get("Line") or ()), Decimal(0))
    return applied_as_sent(request.payload, read_facts("Payment", body)) == wanted


def _add_document(changes: Changes, outcome: Outcome, document: Document, known: Known) -> None:
    request, answer = outcome.request, outcome.answer
    if answer.verdict is not None and request.step is Step.RENUMBER:
        _add_void_refusal(changes, request, answer.verdict, document)
    elif answer.verdict is not None:
        _add_refusal(changes, request, answer.verdict, document, known)
    elif request.step in (Step.POST, Step.CORRECT):
        _add_posted(changes, outcome, answer.body or {}, document, known.charges.get(document.key, NO_CHARGE))
    elif request.step is Step.APPLY:
        changes.applied.append((document.key, str((answer.body or {})["Id"])))
        if document.version == request.version and _is_used_up(request, answer.body or {}):
            changes.mark_synced(document)
    elif request.step in (Step.REMOVE, Step.UNDO):
        _add_removed(changes, request, document)
    elif request.step is Step.RENUMBER:
        _note_renumbered(changes, request, answer.body or {}, document)
    # UNAPPLY alone changes nothing: the step after it reads the credit memo again.


def _add_refusal(
    changes: Changes,
    request: Request,
    verdict: FaultVerdict,
    document: Document,
    known: Known,
) -> None:
    if verdict.action is FaultAction.GONE or verdict.error.code == "610":
        if request.step is Step.UNAPPLY:
            return
        if request.step in (Step.REMOVE, Step.UNDO) and request.operation != "create":
            _add_removed(changes, request, document)
            return
    if verdict.action in _TRIED_AGAIN:
        return  # stays work: the next run reads again and decides again
    cause, said = explain_refusal(request, verdict, document, known)
    words = [said]
    if request.step in (Step.POST, Step.CORRECT) and request.operation == "update":
        theirs = THEIRS.get(verdict.error.element)
        words += [f"It is about the {theirs} a person chose on the document there."] if theirs else []
        words.append("The posted document stays as it was.")
    changes.hold_refused(document, verdict, cause, " ".join(filter(None, words)))


def _note_renumbered(changes: Changes, request: Request, body: Body, document: Document) -> None:
    """In the history of what takes the number, and of the document that the void once was."""
    theirs = f"{request.entity} {request.payload['Id']}"
    detail = f"QuickBooks {theirs} is voided and is {request.payload['DocNumber']} now"
    changes.note(document, "our own void gave up the number", detail)
    marker = read_marker(str(body.get("PrivateNote") or ""))
    if marker is not None and (marker[1], marker[2]) != (document.kind.value, document.id):
        key = DocumentKey(DocumentKind(marker[1]), marker[2])
        changes.events.append(Event(key, "voided document gave up its number", detail))


def _add_void_refusal(changes: Changes, request: Request, verdict: FaultVerdict, document: Document) -> None:
    """Our own void keeps the number: the document to be created is listed, and says which void it is."""
    if verdict.action is FaultAction.GONE or verdict.action in _TRIED_AGAIN:
        return  # gone, and the number free; or changed in the meantime: the next run decides
    payload = request.payload
    extra = (
        f"The number is held by our own voided QuickBooks {request.entity} {payload['Id']} of "
        f"{payload.get('TxnDate', 'no date')}, which would give it up as {payload['DocNumber']}. "
        "Give that one another number in QuickBooks, or remove what prevents it; then Retry."
    )
    changes.hold_refused(document, verdict, SHARED_CAUSES.get(verdict.error_key), extra)


def _add_posted(changes: Changes, outcome: Outcome, body: Body, document: Document, charge: Charge) -> None:
    """Equal to the cent is synced; what is to be corrected is linked, and its corrected form goes next."""
    request, tid = outcome.request, outcome.answer.intuit_tid or "-"
    facts = read_facts(request.entity, body)
    sent_for = ref_of(request.payload, "CustomerRef")
    if outcome.adopted and sent_for:
        # Merged or moved since it was sent: the next comparison names that, or follows it.
        facts = replace(facts, customer_id=sent_for)
    changes.link(document, facts)
    posted = "posted" if request.step is Step.POST else f"posted ({request.step})"
    what = "found in QuickBooks after a lost answer" if outcome.adopted else posted
    figures = f"{request.entity} {facts.quickbooks_id}, total {facts.total:.2f}, tid {tid}"
    changes.note(document, what, figures)
    if document.version != request.version:
        return  # Caspen moved on in the meantime: the next run brings QuickBooks to the new version
    decision = decide_answer(document, request, facts, charge)
    if isinstance(decision, HoldDifferent):
        changes.list_differences(document, decision.error_key, decision.differences, lead=decision.lead)
    elif isinstance(decision, AlreadyEqual) and request.document_kind != "credit_note":
        changes.mark_synced(document)


def _add_removed(changes: Changes, request: Request, document: Document) -> None:
    changes.removed.append(document.key)
    changes.note(document, f"{request.operation}d in QuickBooks")
    if request.step is Step.REMOVE:
        changes.mark_synced(document, request.version)
