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
from datetime import UTC, datetime

from caspen_qbo.core.backfill.verdict import Choice, Verdict, clean_numbers, judge
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.plan import Do, Planned
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.backfill.evidence import Evidence, gather, take_up
from caspen_qbo.usecases.backfill.scope import limit_to
from caspen_qbo.usecases.posting.dry_run import NOT_SET_UP, plan_steps, undone
from caspen_qbo.usecases.posting.run import run_job, write_all, write_statuses
from caspen_qbo.usecases.sending.resolve import settle
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

JOB = "backfill"
CHUNK = 200
"""Numbers worked on together: some batches of 30 to QuickBooks, and one line of progress."""

_VERDICT = {Do.POST: Verdict.POST, Do.UPDATE: Verdict.UPDATE, Do.LINK: Verdict.LINK, Do.LIST: Verdict.LIST}


@dataclass(frozen=True, slots=True)
class BackfillReport:
    """What would become, or has become, of each number, in the order asked."""

    workspace_id: int
    choices: tuple[Choice, ...]
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
    choices: dict[str, Choice] = {}
    with session.store.lock():
        if session.store.setup.fetch_choices() is None:
            return BackfillReport(session.workspace_id, (), {}, NOT_SET_UP)
        for chunk in chunked(wanted, CHUNK):
            with undone(session.store):
                choices |= _plan_chunk(session, chunk)
            log.info(
                "backfill plan workspace=%d looked_at=%d of=%d",
                session.workspace_id,
                len(choices),
                len(wanted),
            )
    return _report(session.workspace_id, wanted, choices)


def backfill(session: Session, numbers: str | Iterable[object]) -> BackfillReport:
    """
    Post, bring up to date or link the chosen invoices, and their credit notes and payments.

    Safe to repeat and to interrupt: what is done is recognised by its link, what was sent is looked up before
    anything is sent again, so a second call goes on where the first one ended and then finds nothing to do.

    :raises StopError: nobody can post to this company now; what was done is recorded.
    :raises RetryError: try again later; nothing is lost.
    """
    wanted = clean_numbers(numbers)
    choices: dict[str, Choice] = {}

    def work(inner: Session, counts: Counter[str]) -> str:
        if inner.store.setup.fetch_choices() is None:
            return NOT_SET_UP
        settle(inner)
        for chunk in chunked(wanted, CHUNK):
            choices.update(_carry_out_chunk(inner, chunk, counts))
            log.info(
                "backfill workspace=%d done=%d of=%d run=%s",
                inner.workspace_id,
                len(choices),
                len(wanted),
                inner.run_id,
            )
        write_statuses(inner, counts)
        return ""

    with session.store.lock():
        result = run_job(session, JOB, work)
    return _report(session.workspace_id, wanted, choices, result.message)


def _plan_chunk(session: Session, numbers: Sequence[str]) -> dict[str, Choice]:
    evidence = gather(session, numbers)
    choices = _judge(session, evidence)
    for choice in choices.values():
        if choice.verdict is Verdict.LINK:
            take_up(session, evidence, choice)
    rest = _left_to_the_run(evidence, choices)
    session.store.documents.release_numbers([n for n in rest if n not in choices])
    planned = list(plan_steps(limit_to(replace(session, plan=[]), list(rest.values()))))
    for number, invoice_id in rest.items():
        steps = [
            step for step in planned if evidence.invoice_of.get((step.kind, step.document_id)) == invoice_id
        ]
        choices[number] = _planned_choice(number, evidence, steps, choices.get(number))
    return choices


def _carry_out_chunk(session: Session, numbers: Sequence[str], counts: Counter[str]) -> dict[str, Choice]:
    evidence = gather(session, numbers)
    choices = _judge(session, evidence)
    for choice in choices.values():
        if choice.verdict is Verdict.LINK:
            take_up(session, evidence, choice)
            counts["linked"] += 1
    rest = _left_to_the_run(evidence, choices)
    session.store.documents.release_numbers([n for n in rest if n not in choices])
    before = _linked(session, rest.values())
    write_all(limit_to(session, list(rest.values())), counts, datetime.now(UTC))
    for number, invoice_id in rest.items():
        if number not in choices:
            choices[number] = _outcome(session, evidence, number, invoice_id, invoice_id in before)
    return choices


def _judge(session: Session, evidence: Evidence) -> dict[str, Choice]:
    line_at = session.connection.first_connected_at
    judged = {number: judge(subject, line_at) for number, subject in evidence.subjects.items()}
    return {number: evidence.check_money(choice) for number, choice in judged.items() if choice is not None}


def _left_to_the_run(evidence: Evidence, choices: dict[str, Choice]) -> dict[str, int]:
    """Number -> invoice id of what ordinary rules decide: all not judged, and what hangs on the others."""
    return {
        number: subject.invoice.id
        for number, subject in evidence.subjects.items()
        if subject.invoice is not None
        and (number not in choices or choices[number].verdict in (Verdict.SYNCED, Verdict.LINK))
    }


def _planned_choice(
    number: str, evidence: Evidence, steps: Sequence[Planned], judged: Choice | None
) -> Choice:
    own = [step for step in steps if step.kind is DocumentKind.INVOICE]
    hanging = Counter(f"{step.do} {step.kind}".replace("_", " ") for step in steps if step not in own)
    also = "".join(f"; {count} x {what}" for what, count in sorted(hanging.items()))
    if judged is not None:
        return replace(judged, reason=judged.reason + also)
    total = evidence.total_of(number)
    if not own:
        return Choice(
            number, Verdict.WAIT, "An earlier request for it is still being looked for." + also, total
        )
    return Choice(number, _VERDICT.get(own[0].do, Verdict.WAIT), own[0].reason + also, total)


def _linked(session: Session, invoice_ids: Iterable[int]) -> set[int]:
    return session.store.links.fetch_linked_ids(DocumentKind.INVOICE, list(invoice_ids))


def _outcome(session: Session, evidence: Evidence, number: str, invoice_id: int, was_linked: bool) -> Choice:
    """What became of an invoice the run's code worked on, read back from the bookkeeping."""
    key = DocumentKey(DocumentKind.INVOICE, invoice_id)
    row = session.store.documents.fetch([key])[key]
    total = evidence.total_of(number)
    if row.synced:
        verdict = Verdict.UPDATE if was_linked else Verdict.POST
        return Choice(number, verdict, f"It is QuickBooks Invoice {row.quickbooks_id}, equal.", total)
    reasons = [f"{listed.title}: {listed.detail}" for listed in session.store.unsynced.fetch_open([key])]
    if reasons:
        return Choice(number, Verdict.LIST, " ".join(reasons), total)
    return Choice(
        number, Verdict.WAIT, "It changed meanwhile, or its answer is looked for; run it again.", total
    )


def _report(
    workspace_id: int, wanted: Sequence[str], choices: dict[str, Choice], message: str = ""
) -> BackfillReport:
    ordered = tuple(choices[number] for number in wanted if number in choices)
    for choice in ordered:
        log.info(
            "backfill workspace=%d number=%s %s total=%s: %s",
            workspace_id,
            choice.number,
            choice.verdict,
            choice.total,
            choice.reason,
        )
    counts = Counter(choice.verdict.replace(" ", "_") for choice in ordered)
    return BackfillReport(
        workspace_id, ordered, dict(counts), message or ("" if wanted else "No numbers were given.")
    )
