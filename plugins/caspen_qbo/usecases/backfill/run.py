"""
Backfill: chosen invoices, by number, with everything that hangs on them.

Eligible ones post by the ordinary run's own code, on a session where only they are work; an older invoice is
never posted, but linked when QuickBooks already has the identical document. What decides is
core/backfill/verdict.py; why, with figures, is docs/decisions/0009-backfill.md.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from caspen_qbo.core.backfill.verdict import BackfillItem, Verdict, clean_numbers, decide_number
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.plan import Do, Planned
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.backfill.evidence import ORIGIN, Evidence, find_links, link_existing, load_evidence
from caspen_qbo.usecases.backfill.scope import limit_to
from caspen_qbo.usecases.posting.customers import record_matches
from caspen_qbo.usecases.posting.dry_run import plan_steps
from caspen_qbo.usecases.posting.planned import PlannedDocuments
from caspen_qbo.usecases.posting.run import NOT_SET_UP, write_all
from caspen_qbo.usecases.posting.state import Posting
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


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What would become, or has become, of each number, in the order asked."""

    workspace_id: int
    items: tuple[BackfillItem, ...]
    counts: dict[str, int]
    message: str = ""


def plan_backfill(session: Session, numbers: str | Iterable[object]) -> BackfillReport:
    """
    What :func:`backfill` would do. Nothing is sent, linked, listed or staged; QuickBooks is read.

    :param numbers: Invoice numbers as printed, in any order; each is looked at once.
    :raises StopError: nobody could post to this company now.
    :raises RetryError: try again later.
    """
    wanted = clean_numbers(numbers)
    items: dict[str, BackfillItem] = {}
    with session.store.lock():
        if session.store.setup.fetch_choices() is None:
            return BackfillReport(session.workspace_id, (), {}, NOT_SET_UP)
        for chunk in chunked(wanted, CHUNK):
            items |= _plan_chunk(session, chunk)
            log.info(
                "backfill plan workspace=%d looked_at=%d of=%d",
                session.workspace_id,
                len(items),
                len(wanted),
            )
    return _report(session.workspace_id, wanted, items)


def backfill(session: Session, numbers: str | Iterable[object]) -> BackfillReport:
    """
    Post, bring up to date or link the chosen invoices, and their credit notes and payments.

    Safe to repeat and to interrupt: what is done is recognised by its link, what was sent is looked up before
    anything is sent again, so a second call goes on where the first one ended and then finds nothing to do.

    :raises StopError: nobody can post to this company now; what was done is recorded.
    :raises RetryError: try again later; nothing is lost.
    """
    wanted = clean_numbers(numbers)
    items: dict[str, BackfillItem] = {}

    def work(inner: Session, counts: Counter[str]) -> str:
        if inner.store.setup.fetch_choices() is None:
            return NOT_SET_UP
        resolve_unconfirmed(inner)
        for chunk in chunked(wanted, CHUNK):
            items.update(_carry_out_chunk(inner, chunk, counts))
            log.info(
                "backfill workspace=%d done=%d of=%d run=%s",
                inner.workspace_id,
                len(items),
                len(wanted),
                inner.run_id,
            )
        write_statuses(inner, counts)
        return ""

    with session.store.lock():
        result = run_job(session, JOB, work)
    return _report(session.workspace_id, wanted, items, result.message)


def _plan_chunk(session: Session, numbers: Sequence[str]) -> dict[str, BackfillItem]:
    ids = session.billing.fetch_invoice_ids(session.workspace_id, numbers)
    now = session.store.practices.read_clock()
    documents = PlannedDocuments(session.store, read_staged(session, list(ids.values())), now)
    evidence = load_evidence(session, numbers, ids, documents)
    items = _decide(session, evidence)
    for item in items.values():
        if item.verdict is Verdict.LINK:
            links = find_links(evidence, item)
            for key, facts in links.items():
                documents.assume_linked(key, facts, origin=ORIGIN, synced=False)
            invoice_ids = [key.id for key in links if key.kind is DocumentKind.INVOICE]
            documents.assume_staged(read_staged(session, invoice_ids, linked=links.keys()))
            for key in links:
                documents.assume_synced(key)
    rest = _left_to_the_run(evidence, items)
    released = {invoice_id for number, invoice_id in rest.items() if number not in items}
    listed = session.store.unsynced.fetch_open()
    documents.release({row.key for row in listed if row.invoice_id in released})
    documents.only = frozenset(rest.values())
    planned = plan_steps(session, documents)
    for number, invoice_id in rest.items():
        steps = [
            step for step in planned if evidence.invoice_of.get((step.kind, step.document_id)) == invoice_id
        ]
        items[number] = _planned_item(number, evidence, steps, items.get(number))
    return items


def _carry_out_chunk(
    session: Session, numbers: Sequence[str], counts: Counter[str]
) -> dict[str, BackfillItem]:
    ids = session.billing.fetch_invoice_ids(session.workspace_id, numbers)
    restage(session, list(ids.values()))
    evidence = load_evidence(session, numbers, ids, session.store.documents)
    record_matches(session, evidence.customers)
    items = _decide(session, evidence)
    for item in items.values():
        if item.verdict is Verdict.LINK:
            link_existing(session, evidence, item)
            counts["linked"] += 1
    rest = _left_to_the_run(evidence, items)
    session.store.documents.release_numbers([n for n in rest if n not in items])
    before = _linked(session, rest.values())
    limited = limit_to(session, list(rest.values()))
    write_all(Posting(limited, limited.store.documents, session.store.practices.read_clock(), counts))
    for number, invoice_id in rest.items():
        if number not in items:
            items[number] = _outcome(session, evidence, number, invoice_id, invoice_id in before)
    return items


def _decide(session: Session, evidence: Evidence) -> dict[str, BackfillItem]:
    line_at = session.connection.first_connected_at
    decided = {number: decide_number(subject, line_at) for number, subject in evidence.subjects.items()}
    return {number: evidence.check_money(item) for number, item in decided.items() if item is not None}


def _left_to_the_run(evidence: Evidence, items: dict[str, BackfillItem]) -> dict[str, int]:
    """Number -> invoice id of what ordinary rules decide: all not decided, and what hangs on the others."""
    return {
        number: subject.invoice.id
        for number, subject in evidence.subjects.items()
        if subject.invoice is not None
        and (number not in items or items[number].verdict in (Verdict.SYNCED, Verdict.LINK))
    }


def _planned_item(
    number: str, evidence: Evidence, steps: Sequence[Planned], decided: BackfillItem | None
) -> BackfillItem:
    own = [step for step in steps if step.kind is DocumentKind.INVOICE]
    hanging = Counter(f"{step.do} {step.kind}".replace("_", " ") for step in steps if step not in own)
    also = "".join(f"; {count} x {what}" for what, count in sorted(hanging.items()))
    if decided is not None:
        return replace(decided, reason=decided.reason + also)
    total = evidence.total_of(number)
    if not own:
        return BackfillItem(
            number, Verdict.WAIT, "An earlier request for it is still being looked for." + also, total
        )
    return BackfillItem(number, _VERDICT.get(own[0].do, Verdict.WAIT), own[0].reason + also, total)


def _linked(session: Session, invoice_ids: Iterable[int]) -> set[int]:
    return session.store.links.fetch_linked_ids(DocumentKind.INVOICE, list(invoice_ids))


def _outcome(
    session: Session, evidence: Evidence, number: str, invoice_id: int, was_linked: bool
) -> BackfillItem:
    """What became of an invoice the run's code worked on, read back from the bookkeeping."""
    key = DocumentKey(DocumentKind.INVOICE, invoice_id)
    row = session.store.documents.fetch([key])[key]
    total = evidence.total_of(number)
    if row.synced:
        verdict = Verdict.UPDATE if was_linked else Verdict.POST
        return BackfillItem(number, verdict, f"It is QuickBooks Invoice {row.quickbooks_id}, equal.", total)
    reasons = [f"{listed.title}: {listed.detail}" for listed in session.store.unsynced.fetch_open([key])]
    if reasons:
        return BackfillItem(number, Verdict.LIST, " ".join(reasons), total)
    return BackfillItem(
        number, Verdict.WAIT, "It changed meanwhile, or its answer is looked for; run it again.", total
    )


def _report(
    workspace_id: int, wanted: Sequence[str], items: dict[str, BackfillItem], message: str = ""
) -> BackfillReport:
    ordered = tuple(items[number] for number in wanted if number in items)
    for item in ordered:
        log.info(
            "backfill workspace=%d number=%s %s total=%s: %s",
            workspace_id,
            item.number,
            item.verdict,
            item.total,
            item.reason,
        )
    counts = Counter(item.verdict.replace(" ", "_") for item in ordered)
    return BackfillReport(
        workspace_id, ordered, dict(counts), message or ("" if wanted else "No numbers were given.")
    )
