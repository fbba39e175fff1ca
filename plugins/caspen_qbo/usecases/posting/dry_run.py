"""What the next post run would do: its own decisions, on the stored documents with what would be staged laid
over them, so that the two cannot disagree. Writes nothing anywhere; QuickBooks is looked up for real.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import (
    NO_INVOICE,
    UNCONFIRMED,
    AlreadyApplied,
    AlreadyEqual,
    AlreadyGone,
    Create,
    Decision,
    LinkExisting,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.plan import Do, Planned, count_planned, describe
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.posting.planned import PlannedDocuments
from caspen_qbo.usecases.posting.run import NOT_SET_UP, decide_all, find_fixed_causes
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import read_changed, read_staged

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PostPlan:
    """The steps of the next run in order, and their counts."""

    workspace_id: int
    steps: tuple[Planned, ...]
    counts: dict[str, int] = field(default_factory=dict)
    message: str = ""
    """Every step in words, a line each."""


def plan_post(session: Session) -> PostPlan:
    """Plan a post run; waits its turn like one, since it reads the same bookkeeping. Safe to repeat.

    :raises StopError: nobody could post to this company now, e.g. it has to be reconnected.
    :raises RetryError: try again later.
    """
    message = ""
    with session.store.lock():
        staged = read_staged(session, read_changed(session).ids)
        documents = PlannedDocuments(session.store, staged, session.store.practices.read_clock())
        if session.store.setup.fetch_choices() is None:
            message = NOT_SET_UP
            steps = [Planned.of(one, Do.WAIT, "set-up is incomplete") for one in _fetch_due(documents)]
        else:
            steps = plan_steps(session, documents)
    for step in steps:
        log.info(
            "dry run workspace=%d %s %s number=%s total=%s: %s",
            session.workspace_id,
            step.do,
            step.kind,
            step.number,
            step.total,
            step.reason,
        )
    lines = [f"would {step.do} {step.kind} {step.number} ({step.total}): {step.reason}" for step in steps]
    return PostPlan(
        session.workspace_id,
        tuple(steps),
        count_planned(steps),
        "\n  ".join([*filter(None, [message]), *lines]),
    )


def plan_steps(session: Session, documents: PlannedDocuments) -> list[Planned]:
    fixed = find_fixed_causes(session)
    session.refresh_figures()
    documents.release([row.key for row in session.store.unsynced.fetch_open() if row.cause in fixed])
    posting = Posting(session, documents, session.store.practices.read_clock(), dry=True)
    due = {document.key: document for document in _fetch_due(documents)}
    found: dict[DocumentKey, Decision] = {}
    for decided in decide_all(posting):
        for situation, decision in decided:
            key = situation.document.key
            if key in due and key not in found:
                found[key] = decision
                _assume(posting, documents, situation.document, decision)
    return [_step(document, found) for document in due.values()]


def _fetch_due(documents: PlannedDocuments) -> Iterable[Document]:
    """Removals first, then invoices, credit notes and payments."""
    order = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT)
    for wanted, kinds in (("absent", order[::-1]), ("present", order)):
        for kind in kinds:
            for page in documents.fetch_work(kind, wanted):
                yield from page


def _assume(posting: Posting, documents: PlannedDocuments, document: Document, decision: Decision) -> None:
    """What follows for the decisions after this one. What would be sent is not assumed to succeed."""
    is_sale_alone = document.kind is not DocumentKind.CREDIT_NOTE
    match decision:
        case LinkExisting(facts, equal):
            posting.relinked_invoices.add(document.invoice_id)
            documents.assume_linked(document.key, facts, origin="caspen", synced=equal and is_sale_alone)
        case AlreadyEqual(facts):
            origin = document.origin or "caspen"
            documents.assume_linked(document.key, facts, origin=origin, synced=is_sale_alone)
        case AlreadyApplied() | AlreadyGone():
            documents.assume_synced(document.key)


def _step(document: Document, found: dict[DocumentKey, Decision]) -> Planned:
    decision = found.get(document.key, UNCONFIRMED)
    if decision is NO_INVOICE:
        invoice = found.get(DocumentKey(DocumentKind.INVOICE, document.invoice_id))
        if isinstance(invoice, Create):
            return Planned.of(document, Do.POST, "not in QuickBooks; follows its invoice")
    return describe(document, decision, lambda error_key: entry_for(error_key).title)
