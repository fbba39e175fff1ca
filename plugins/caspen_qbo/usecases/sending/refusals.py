"""What explains a refusal of QuickBooks: what is read about it, its shared cause, and what to add."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from caspen_qbo.catalogue import ADVICE
from caspen_qbo.core.cause import BOOKS, CONNECTION, SUBSCRIPTION, CauseKind, CauseRef
from caspen_qbo.core.documents import ref_of
from caspen_qbo.core.faults import ExistingDocument, FaultVerdict
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.customers import Candidate, is_foreign, kept_in_another_currency, read_candidate
from caspen_qbo.core.posting.decide.decisions import Charge
from caspen_qbo.core.posting.document import Document, DocumentRef
from caspen_qbo.core.writes import CLIENT
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.usecases.sending.inactive import Inactive, Refused, find_inactive, guess_cause
from caspen_qbo.usecases.sending.lookup import fetch_customers
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.shared.session import Session

SHARED_CAUSES = {
    "subscription_ended": SUBSCRIPTION,
    "period_closed": BOOKS,
    "invalid_refresh_token": CONNECTION,
}
"""What one fix repairs for every document it holds."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is looked up to judge answers, refusals first of all."""

    holders: Mapping[str, DocumentRef]
    """By QuickBooks id: documents of ours that have the number."""
    customers: Mapping[str, Candidate]
    """By QuickBooks id: for whom something was refused for its currency."""
    inactive: Mapping[int, Inactive]
    """By request id: what was made inactive."""
    charges: Mapping[DocumentKey, Charge] = field(default_factory=dict)
    """What persons added to documents, and accepted."""


def names_currency(outcome: Outcome) -> bool:
    """Refused for a currency: perhaps the company keeps several since its preferences were read."""
    verdict = outcome.answer.verdict
    return verdict is not None and (
        verdict.error_key == "currency_mismatch"
        or "CurrencyRef" in f"{verdict.error.element} {verdict.error.detail}"
    )


def read_refused_customers(session: Session, outcomes: Sequence[Outcome]) -> Mapping[str, Candidate]:
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


def look_up_inactive(session: Session, outcomes: Iterable[Outcome]) -> dict[int, Inactive]:
    refusals = [
        (outcome.request, verdict.error.element)
        for outcome in outcomes
        if (verdict := outcome.answer.verdict) is not None
        and verdict.error_key == "inactive_reference"
        and outcome.request.document_kind != CLIENT
    ]
    documents = session.store.documents.fetch(request.key for request, _ in refusals)
    refused = [
        Refused(request, documents[request.key], element)
        for request, element in refusals
        if request.key in documents
    ]
    return find_inactive(session, refused) if refused else {}


def fetch_holders(session: Session, outcomes: Iterable[Outcome]) -> dict[str, DocumentRef]:
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


def explain_refusal(
    request: Request, verdict: FaultVerdict, document: Document, known: Known
) -> tuple[CauseRef | None, str]:
    """What was looked up about a refusal: its shared cause, and what to add to QuickBooks' words."""
    cause = SHARED_CAUSES.get(verdict.error_key)
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
    existing: ExistingDocument, document: Document, known: Known
) -> tuple[CauseRef | None, str]:
    words = f"The number belongs to QuickBooks {existing.txn_type} {existing.txn_id}."
    holder = known.holders.get(existing.txn_id)
    if holder is None or holder.key == document.key:
        return None, words
    kind = holder.kind.replace("_", " ")
    words += f" That is Caspen's {kind} {holder.number}: give one of the two another number in Caspen."
    return CauseRef(CauseKind.OWN_NUMBER, str(holder.key)), words
