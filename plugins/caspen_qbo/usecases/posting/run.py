"""Post to QuickBooks: one workspace, from staging to what Caspen's screens show."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from caspen_qbo.core.cause import BOOKS, CONNECTION, SUBSCRIPTION, CauseKind, CauseRef
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import check_setup
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import ConfigurationError, QboAuthError, StopError, SubscriptionEndedError, SyncError
from caspen_qbo.hooks.store.posting.documents import LedgerRow
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.monitoring.stuck_work import describe_stuck
from caspen_qbo.usecases.posting.credits import apply_credit_memos
from caspen_qbo.usecases.posting.payments import post_payments
from caspen_qbo.usecases.posting.removals import remove_credit_memos, remove_payments, void_invoices
from caspen_qbo.usecases.posting.sales import post_credit_memos, post_invoices
from caspen_qbo.usecases.sending.resolve import settle, with_documents
from caspen_qbo.usecases.shared.ledger import read_ledger
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage

log = logging.getLogger(__name__)

JOB = "post"


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did; small enough to travel between tasks."""

    workspace_id: int
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    ledger: LedgerRow | None
    message: str = ""
    by_kind: Mapping[str, LedgerRow] = field(default_factory=dict)


def post(session: Session) -> RunResult:
    """
    Everything that is due, in order: removals, updates, customers, invoices, credit notes, payments,
    statuses.

    Safe to repeat, to interrupt at any point and to start twice at once: the second waits for the first.

    :raises StopError: nobody can post to this company now; what was done is recorded, what waits is listed
        under that cause and posts by itself once it is healed.
    :raises RetryError: try again later; nothing is lost.
    """
    with session.store.lock():
        return run_job(session, JOB, _post)


Job = Callable[[Session, Counter[str]], str]


def run_job(session: Session, job: str, work: Job) -> RunResult:
    """Run a job under the workspace lock, with its record: counts, calls, ledger, outcome."""
    counts: Counter[str] = Counter()
    session.store.runs.start(session.run_id, job)
    try:
        message = work(session, counts)
        ledger = read_ledger(session)
    except SyncError as error:
        session.store.runs.finish(
            session.run_id,
            job,
            counts=counts,
            calls=session.accounting.calls(),
            ledger=None,
            success=False,
            message=error.message,
        )
        raise
    calls = dict(session.accounting.calls())
    session.store.runs.finish(
        session.run_id, job, counts=counts, calls=calls, ledger=ledger.invoices, success=True, message=message
    )
    log.info(
        "%s workspace=%d %s calls=%d run=%s",
        job,
        session.workspace_id,
        " ".join(f"{name}={number}" for name, number in sorted(counts.items())),
        sum(calls.values()),
        session.run_id,
    )
    return RunResult(session.workspace_id, dict(counts), calls, ledger.invoices, message, ledger.by_kind)


def _post(session: Session, counts: Counter[str]) -> str:
    started_at = session.store.practices.read_clock()
    staged = stage(session)
    counts["staged"] += staged.invoices
    if session.store.setup.fetch_choices() is None:
        write_statuses(session, counts)
        return (
            "Set-up incomplete: choose the payment account and the default items in Settings; "
            "nothing posts before."
        )
    try:
        settle(session)
        canary = _try_closed_books(session)
        if _has_work(session):
            write_all(session, counts, started_at)
            if canary is not None and not _is_held(session, canary):
                session.store.documents.release_causes({BOOKS})
                write_all(session, counts, started_at)
    except (QboAuthError, SubscriptionEndedError) as error:
        list_waiting(session, error)
        write_statuses(session, counts)
        raise
    write_statuses(session, counts)
    return " ".join(filter(None, (warn_of_expiry(session), describe_stuck(session))))


def warn_of_expiry(session: Session) -> str:
    """A sentence 14, 7 and 2 days before the connection ends, each once; empty otherwise."""
    due = session.store.setup.claim_expiry_warning()
    if due is None:
        return ""
    days, ends_at = due
    log.warning(
        "connection ends workspace=%d within_days=%d at=%s", session.workspace_id, days, ends_at.isoformat()
    )
    return (
        f"The connection to QuickBooks ends on {ends_at:%Y-%m-%d}, in less than {days} days: "
        "reconnect it in Set-up."
    )


def _try_closed_books(session: Session) -> DocumentKey | None:
    """
    Release one document held by closed books, to see whether they were reopened.

    QuickBooks mostly keeps its closing date to itself; trying all of them each time would be many refusals.
    """
    if BOOKS not in session.store.unsynced.fetch_open_causes():
        return None
    return session.store.documents.release_one(BOOKS)


def _is_held(session: Session, key: DocumentKey) -> bool:
    return any(row.cause == BOOKS for row in session.store.unsynced.fetch_open([key]))


def _has_work(session: Session) -> bool:
    """Whether anything would be sent; a run without work asks QuickBooks nothing."""
    if session.store.unsynced.fetch_open_causes():
        release_healed_causes(session)
    if session.store.links.fetch_unapplied_payments(session.realm_id):
        return True
    return any(
        next(iter(session.store.documents.fetch_work(kind, wanted)), None)
        for kind in DocumentKind
        for wanted in ("absent", "present")
    )


def write_all(session: Session, counts: Counter[str], started_at: datetime) -> None:
    remove_payments(session, counts)
    remove_credit_memos(session, counts)
    void_invoices(session, counts)
    post_invoices(session, counts)
    post_credit_memos(session, counts)
    apply_credit_memos(session, counts)
    post_payments(session, counts, run_started_at=started_at)


def release_healed_causes(session: Session) -> int:
    """
    Let go what one shared cause held, once that cause is gone; what is still held stays untouched.

    Connection and subscription cannot be looked at from outside: what they held is tried, and listed again if
    need be.
    """
    causes = session.store.unsynced.fetch_open_causes()
    visible = {cause for cause in causes if cause.kind in (CauseKind.TAX_RATE, CauseKind.SETTING)}
    fixed = causes & {CONNECTION, SUBSCRIPTION}
    if visible:
        fixed |= visible - _broken_causes(session, visible)
    return session.store.documents.release_causes(fixed)


def _broken_causes(session: Session, causes: set[CauseRef]) -> set[CauseRef]:
    try:
        context = session.context()
    except ConfigurationError:
        return causes
    broken = {problem.cause for problem in check_setup(context) if problem.cause}
    rates = session.billing.fetch_tax_rates(session.workspace_id)
    for cause in causes:
        if cause.kind is CauseKind.TAX_RATE:
            rate_id = int(cause.of)
            code, rate = context.tax_code(rate_id), rates.get(rate_id)
            if code is None or not code.usable_for_sales or (rate is not None and code.percent != rate.rate):
                broken.add(cause)
    return broken


def list_waiting(session: Session, error: StopError) -> None:
    """
    Show everything that waits under the cause that stopped the run, one card for all of it.

    What is in doubt waits too: nobody can look for it now.
    """
    cause = CONNECTION if isinstance(error, QboAuthError) else SUBSCRIPTION

    def list_all(documents: Iterable[Document]) -> None:
        session.store.unsynced.record(
            [Listing(document, error.error_key, error.message, cause) for document in documents]
        )

    for kind in DocumentKind:
        for wanted in ("absent", "present"):
            for page in session.store.documents.fetch_work(kind, wanted):
                list_all(page)
    list_all(document for _, document in with_documents(session, session.store.requests.fetch_in_doubt()))


def write_statuses(session: Session, counts: Counter[str]) -> None:
    """
    Tell Caspen's screens what changed; what they show already is left alone.

    A document that Caspen's staff hold in a transaction is told by the next run.
    """
    fetch = session.store.documents.fetch_statuses_to_show
    while updates := fetch():
        written = session.billing.write_statuses(session.workspace_id, updates)
        counts["statuses_written"] += written.changed
        shown = [u for u in updates if (u.kind, u.document_id) not in written.busy]
        session.store.documents.mark_shown(shown)
        if not shown:
            log.info(
                "caspen rows in use workspace=%d documents=%d next=shown by the next run",
                session.workspace_id,
                len(written.busy),
            )
            return
