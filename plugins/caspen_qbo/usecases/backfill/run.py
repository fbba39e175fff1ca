"""Backfill: invoices by number, with all that hangs on them, posted by the ordinary run's own code; an older
one is only ever linked. core/backfill/verdict.py decides; why, with figures: docs/decisions/0009-backfill.md.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from caspen_qbo.core.backfill.verdict import BackfillItem, Subject, Verdict, clean_numbers, decide_number
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.plan import Do, Planned
from caspen_qbo.core.records import DocumentKind, Invoice
from caspen_qbo.usecases.backfill.approval import approve_own, check_approved, record_plan
from caspen_qbo.usecases.backfill.evidence import Evidence, link_existing, load_evidence
from caspen_qbo.usecases.posting.customers import record_matches
from caspen_qbo.usecases.posting.dry_run import plan_steps
from caspen_qbo.usecases.posting.planned import PlannedDocuments
from caspen_qbo.usecases.posting.run import NOT_SET_UP, write_all
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.found_again import find_again
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed
from caspen_qbo.usecases.shared.jobs import run_job
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import read_staged, restage
from caspen_qbo.usecases.shared.statuses import write_statuses

log = logging.getLogger(__name__)

JOB = "backfill"
CHUNK = 200
"""Numbers worked on together: some batches of 30 to QuickBooks, and one line of progress."""

_VERDICT = {Do.POST: Verdict.POST, Do.UPDATE: Verdict.UPDATE, Do.LINK: Verdict.LINK, Do.LIST: Verdict.LIST}

Items = dict[str, BackfillItem]
"""By number."""


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What would become, or has become, of each number, in the order asked."""

    workspace_id: int
    items: tuple[BackfillItem, ...]
    counts: dict[str, int]
    message: str = ""


def plan_backfill(session: Session, numbers: str | Iterable[object]) -> BackfillReport:
    """What :func:`backfill` would do; raises as it does. Only reads: nothing is sent, linked or stored."""
    wanted = clean_numbers(numbers)
    with session.store.lock():
        if session.store.setup.fetch_choices() is None:
            return BackfillReport(session.workspace_id, (), {}, NOT_SET_UP)
        items = _in_chunks(session, wanted, lambda chunk: _plan_chunk(session, chunk))
    return _report(session.workspace_id, wanted, items)


def backfill(session: Session, numbers: str | Iterable[object]) -> BackfillReport:
    """Post, bring up to date or link these invoices, and their credit notes and payments. Safe to repeat and
    to interrupt: what is done has its link, what was sent is looked up before it is sent again.

    What would be done now has to be what a person approved for this run: usecases/backfill/approval.py.

    :param numbers: As printed, in any order; each counts once.
    :raises ApprovalNeededError: it was not approved, or not as it is now; nothing was done.
    :raises StopError: no one can post to this company now; what was done is recorded.
    :raises RetryError: try again later; nothing is lost.
    """
    wanted = clean_numbers(numbers)
    items: Items = {}

    def work(inner: Session, counts: Counter[str]) -> str:
        if inner.store.setup.fetch_choices() is None:
            return NOT_SET_UP
        find_again(inner, counts)
        resolve_unconfirmed(inner)
        inner.refresh_figures()
        planned = _in_chunks(inner, wanted, lambda chunk: _plan_chunk(inner, chunk))
        check_approved(inner, [planned[number] for number in wanted])
        items.update(_in_chunks(inner, wanted, lambda chunk: _carry_out_chunk(inner, chunk, counts)))
        write_statuses(inner, counts)
        inner.store.plans.finish(inner.run_id)
        return ""

    with session.store.lock():
        result = run_job(session, JOB, work)
    return _report(session.workspace_id, wanted, items, result.message)


def approve_and_backfill(session: Session, numbers: str | Iterable[object], *, who: str) -> BackfillReport:
    """Carry out for a person at the command line, whose word is the approval; it is recorded with the plan.
    Raises as :func:`backfill` does.
    """
    planned = plan_backfill(session, numbers)
    store, run_id = session.store, session.run_id
    record_plan(store, run_id, planned.items)
    approve_own(store, run_id, who=who, through="command line")
    return backfill(session, numbers)


def _in_chunks(session: Session, wanted: Sequence[str], work: Callable[[Sequence[str]], Items]) -> Items:
    items: Items = {}
    for chunk in chunked(wanted, CHUNK):
        items |= work(chunk)
        log.info("backfill workspace=%d done=%d of=%d", session.workspace_id, len(items), len(wanted))
    return items


def _plan_chunk(session: Session, numbers: Sequence[str]) -> Items:
    ids = session.billing.fetch_invoice_ids(session.workspace_id, numbers)
    staged = read_staged(session, list(ids.values()))
    documents = PlannedDocuments(session.store, staged, session.store.practices.read_clock())
    evidence = load_evidence(session, numbers, ids, documents)
    items = _decide(session, evidence)
    rest = _left_to_the_run(evidence, items)
    released = {invoice.id for number, invoice in rest.items() if number not in items}
    listed = session.store.unsynced.fetch_open()
    documents.release({row.key for row in listed if row.invoice_id in released})
    documents.only = frozenset(invoice.id for invoice in rest.values())
    steps: defaultdict[int, list[Planned]] = defaultdict(list)
    for step in plan_steps(session, documents):
        steps[step.invoice_id].append(step)
    for number, invoice in rest.items():
        items[number] = _planned_item(evidence.subjects[number], steps[invoice.id], items.get(number))
    versions = documents.fetch_documents(DocumentKind.INVOICE, list(ids.values()))
    return {
        number: replace(item, version=versions[ids[number]].version) if ids.get(number) in versions else item
        for number, item in items.items()
    }


def _carry_out_chunk(session: Session, numbers: Sequence[str], counts: Counter[str]) -> Items:
    ids = session.billing.fetch_invoice_ids(session.workspace_id, numbers)
    restage(session, list(ids.values()))
    evidence = load_evidence(session, numbers, ids, session.store.documents)
    record_matches(session, evidence.customers)
    items = _decide(session, evidence)
    if linked := [evidence.subjects[n] for n, item in items.items() if item.verdict is Verdict.LINK]:
        link_existing(session, linked)
        counts["linked"] += len(linked)
    rest = _left_to_the_run(evidence, items)
    undecided = {number: invoice for number, invoice in rest.items() if number not in items}
    session.store.documents.release_numbers(list(undecided))
    invoice_ids = frozenset(invoice.id for invoice in rest.values())
    before = session.store.links.fetch_linked_ids(DocumentKind.INVOICE, invoice_ids)
    documents = session.store.limited_to(invoice_ids).documents
    write_all(Posting(session, documents, session.store.practices.read_clock(), counts))
    return items | _read_outcomes(session, evidence, undecided, before)


def _decide(session: Session, evidence: Evidence) -> Items:
    line_at, home = session.connection.first_connected_at, session.home_currency
    decided = {number: decide_number(subject, line_at, home) for number, subject in evidence.subjects.items()}
    return {number: item for number, item in decided.items() if item is not None}


def _left_to_the_run(evidence: Evidence, items: Items) -> dict[str, Invoice]:
    """What ordinary rules decide, by number: all not decided, and what hangs on synced ones."""
    return {
        number: subject.invoice
        for number, subject in evidence.subjects.items()
        if subject.invoice and (number not in items or items[number].verdict is Verdict.SYNCED)
    }


def _planned_item(subject: Subject, steps: Sequence[Planned], decided: BackfillItem | None) -> BackfillItem:
    own = [step for step in steps if step.kind is DocumentKind.INVOICE]
    hanging = Counter(f"{step.do} {step.kind}".replace("_", " ") for step in steps if step not in own)
    also = "".join(f"; {count} x {what}" for what, count in sorted(hanging.items()))
    if decided is not None:
        return replace(decided, reason=decided.reason + also, hanging=also)
    if not own:
        item = subject.item(Verdict.WAIT, f"An earlier request for it is not confirmed yet.{also}")
    else:
        item = subject.item(_VERDICT.get(own[0].do, Verdict.WAIT), own[0].reason + also)
    return replace(item, hanging=also)


def _read_outcomes(
    session: Session, evidence: Evidence, invoices: Mapping[str, Invoice], before: set[int]
) -> Items:
    """What became of invoices the run's code worked on, as recorded; ``before`` were linked before it."""
    keys = {number: DocumentKey(DocumentKind.INVOICE, invoice.id) for number, invoice in invoices.items()}
    documents = session.store.documents.fetch(keys.values())
    reasons: defaultdict[DocumentKey, list[str]] = defaultdict(list)
    for row in session.store.unsynced.fetch_open(keys.values()):
        reasons[row.key].append(f"{row.title}: {row.detail}")
    items: Items = {}
    for number, key in keys.items():
        document, verdict = documents[key], Verdict.LIST
        reason = " ".join(reasons[key])
        if document.synced:
            verdict = Verdict.UPDATE if key.id in before else Verdict.POST
            reason = f"It is QuickBooks Invoice {document.quickbooks_id}, equal."
        elif not reason:
            verdict = Verdict.WAIT
            reason = "It changed in the meantime, or a request is not confirmed yet; run it again."
        items[number] = evidence.subjects[number].item(verdict, reason)
    return items


def _report(workspace_id: int, wanted: Sequence[str], items: Items, message: str = "") -> BackfillReport:
    ordered = tuple(items[number] for number in wanted if number in items)
    for item in ordered:
        what = f"{item.verdict} total={item.total}: {item.reason}"
        log.info("backfill workspace=%d number=%s %s", workspace_id, item.number, what)
    counts = Counter(item.verdict.replace(" ", "_") for item in ordered)
    message = message or ("" if wanted else "No numbers were given.")
    return BackfillReport(workspace_id, ordered, dict(counts), message)
