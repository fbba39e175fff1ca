"""What follows from QuickBooks' answer to one write: links, listings, and whether the document is now equal.

Works from the recorded request and the staged document alone, in the transaction that finishes the request,
so that an answer found after a crash is treated exactly like one that came at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caspen_qbo.catalogue import ADVICE
from caspen_qbo.core.accounting import Answer
from caspen_qbo.core.cause import BOOKS, CONNECTION, SUBSCRIPTION, CauseKind, CauseRef
from caspen_qbo.core.decisions.decide import Acceptance
from caspen_qbo.core.documents import Body, amount_of, applied_as_sent, read_facts, ref_of
from caspen_qbo.core.faults import ExistingDocument, FaultAction, FaultVerdict
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.customers import (
    Candidate,
    is_foreign,
    kept_in_another_currency,
    read_candidate,
)
from caspen_qbo.core.posting.decide.answers import decide_answer
from caspen_qbo.core.posting.decide.decisions import (
    NO_CHARGE,
    AlreadyEqual,
    Charge,
    HoldDifferent,
    charge_of,
)
from caspen_qbo.core.posting.document import Document, DocumentRef
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import CLIENT, Step
from caspen_qbo.errors import InvariantError, SyncError
from caspen_qbo.hooks.store.posting.links import CustomerLink, Event
from caspen_qbo.hooks.store.posting.requests import Finished, Request
from caspen_qbo.usecases.sending.inactive import THEIRS, Inactive, Refused, find_inactive, guess_cause
from caspen_qbo.usecases.sending.lookup import fetch_customers
from caspen_qbo.usecases.shared.changes import Changes
from caspen_qbo.usecases.shared.session import Session


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: done or refused. One whose answer is still unknown has no outcome yet."""

    request: Request
    answer: Answer
    adopted: bool = False
    """Found in QuickBooks after the answer was lost."""

    @property
    def finished(self) -> Finished:
        answer = self.answer
        return Finished(
            self.request.id,
            "done" if answer.ok else "refused",
            quickbooks_id=str((answer.body or {}).get("Id") or "") or None,
            fault_code=answer.code or None,
            fault_text=(answer.verdict and answer.verdict.said) or None,
            intuit_tid=answer.intuit_tid or None,
            adopted=self.adopted,
        )


_SHARED_CAUSES = {
    "subscription_ended": SUBSCRIPTION,
    "period_closed": BOOKS,
    "invalid_refresh_token": CONNECTION,
}
"""What one fix repairs for every document it holds."""

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
    customers = _read_refused_customers(session, outcomes)
    keys = [o.request.key for o in outcomes if o.request.document_kind != CLIENT]
    inactive = _find_inactive(session, outcomes, session.store.documents.fetch(keys))
    if any(_names_currency(outcome) for outcome in outcomes):
        session.forget_reference()
        session.reference_was_old = True
    with session.store.transaction():
        session.store.requests.finish([outcome.finished for outcome in outcomes])
        documents = session.store.documents.fetch(keys)
        charges = _find_charges(session, outcomes, documents)
        known = _Known(_fetch_holders(session, outcomes), customers, inactive, charges)
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What explains a refusal."""

    holders: Mapping[str, DocumentRef]
    """By QuickBooks id: documents of ours that have the number."""
    customers: Mapping[str, Candidate]
    """By QuickBooks id: for whom something was refused for its currency."""
    inactive: Mapping[int, Inactive]
    """By request id: what was made inactive."""
    charges: Mapping[DocumentKey, Charge] = field(default_factory=dict)
    """What persons added to documents, and accepted."""


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


def _names_currency(outcome: Outcome) -> bool:
    """Refused for a currency: perhaps the company keeps several since its preferences were read."""
    verdict = outcome.answer.verdict
    return verdict is not None and (
        verdict.error_key == "currency_mismatch"
        or "CurrencyRef" in f"{verdict.error.element} {verdict.error.detail}"
    )


def _read_refused_customers(session: Session, outcomes: Sequence[Outcome]) -> Mapping[str, Candidate]:
    """The customers of what QuickBooks refused for its currency, by id; none where they cannot be read."""
    refused = {ref_of(outcome.request.payload, "CustomerRef") for outcome in outcomes if _is_foreign(outcome)}
    try:
        found = [read_candidate(body) for body in fetch_customers(session, refused - {""})]
    except SyncError:
        return {}  # the refusal is what must not be lost
    return {customer.id: customer for customer in found}


def _is_foreign(outcome: Outcome) -> bool:
    verdict = outcome.answer.verdict
    return verdict is not None and verdict.error_key == "currency_mismatch"


def _add_customer(changes: Changes, outcome: Outcome) -> None:
    """A refusal says nothing here: what it means is decided where the client is known."""
    request, body = outcome.request, outcome.answer.body
    if body is not None:
        note = None if "PrimaryEmailAddr" in request.payload else "without e-mail address"
        changes.customers.append(CustomerLink(request.document_id, str(body["Id"]), "created", note))


def _find_inactive(
    session: Session, outcomes: Iterable[Outcome], documents: Mapping[DocumentKey, Document]
) -> dict[int, Inactive]:
    refused = [
        Refused(outcome.request, documents[outcome.request.key], verdict.error.element)
        for outcome in outcomes
        if (verdict := outcome.answer.verdict) is not None
        and verdict.error_key == "inactive_reference"
        and outcome.request.document_kind != CLIENT
        and outcome.request.key in documents
    ]
    return find_inactive(session, refused) if refused else {}


def _is_used_up(request: Request, body: Body) -> bool:
    """QuickBooks may apply less than it was asked to: the next run reads what is left and decides."""
    wanted = sum((amount_of(line.get("Amount")) for line in request.payload.get("Line") or ()), Decimal(0))
    return applied_as_sent(request.payload, read_facts("Payment", body)) == wanted


def _fetch_holders(session: Session, outcomes: Iterable[Outcome]) -> dict[str, DocumentRef]:
    """Of numbers that QuickBooks refused as taken: the documents of ours that have them, by QuickBooks id."""
    found: dict[str, DocumentRef] = {}
    for outcome in outcomes:
        taken = outcome.answer.verdict.existing if outcome.answer.verdict else None
        if taken is None:
            continue
        ids = session.store.links.fetch_by_quickbooks_ids(session.realm_id, taken.txn_type, [taken.txn_id])
        keys = [one.key for one in ids.get(taken.txn_id, ()) if one.workspace_id == session.workspace_id]
        for document in session.store.documents.fetch(keys).values():
            found[taken.txn_id] = document
    return found


def _add_document(changes: Changes, outcome: Outcome, document: Document, known: _Known) -> None:
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
    known: _Known,
) -> None:
    if verdict.action is FaultAction.GONE or verdict.error.code == "610":
        if request.step is Step.UNAPPLY:
            return
        if request.step in (Step.REMOVE, Step.UNDO) and request.operation != "create":
            _add_removed(changes, request, document)
            return
    if verdict.action in _TRIED_AGAIN:
        return  # stays work: the next run reads again and decides again
    cause, said = _explain(request, verdict, document, known)
    words = [said]
    if request.step in (Step.POST, Step.CORRECT) and request.operation == "update":
        theirs = THEIRS.get(verdict.error.element)
        words += [f"It is about the {theirs} a person chose on the document there."] if theirs else []
        words.append("The posted document stays as it was.")
    changes.hold_refused(document, verdict, cause, " ".join(filter(None, words)))


def _explain(
    request: Request, verdict: FaultVerdict, document: Document, known: _Known
) -> tuple[CauseRef | None, str]:
    """What was looked up about a refusal: its shared cause, and what to add to QuickBooks' words."""
    cause = _SHARED_CAUSES.get(verdict.error_key)
    if verdict.existing is not None:
        return _explain_number(verdict.existing, document, known)
    if verdict.error_key == "inactive_reference":
        named = known.inactive.get(request.id)
        return (named.cause, named.sentence) if named else (guess_cause(request, verdict.error.element), "")
    customer = known.customers.get(ref_of(request.payload, "CustomerRef"))
    ours = ref_of(request.payload, "CurrencyRef") or document.currency or ""
    if verdict.error_key == "currency_mismatch" and customer and is_foreign(customer, ours):
        problem = kept_in_another_currency(customer, ours)
        return problem.cause, problem.detail
    return cause, ADVICE.get(verdict.error.code, "") if verdict.error_key == "other" else ""


def _explain_number(
    existing: ExistingDocument, document: Document, known: _Known
) -> tuple[CauseRef | None, str]:
    words = f"The number belongs to QuickBooks {existing.txn_type} {existing.txn_id}."
    holder = known.holders.get(existing.txn_id)
    if holder is None or holder.key == document.key:
        return None, words
    kind = holder.kind.replace("_", " ")
    words += f" That is Caspen's {kind} {holder.number}: give one of the two another number in Caspen."
    return CauseRef(CauseKind.OWN_NUMBER, str(holder.key)), words


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
    changes.hold_refused(document, verdict, _SHARED_CAUSES.get(verdict.error_key), extra)


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
