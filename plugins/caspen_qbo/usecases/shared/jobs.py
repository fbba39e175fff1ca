"""Running a job with its record: counts, calls, ledger, outcome."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.posting.documents import LedgerRow
from caspen_qbo.usecases.shared.ledger import Ledger, read_ledger
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did; small enough to travel between tasks."""

    workspace_id: int
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    ledger: LedgerRow | None
    message: str = ""
    by_kind: Mapping[str, LedgerRow] = field(default_factory=dict)


Job = Callable[[Session, Counter[str]], str]
"""Does the work, counts it, and returns a message."""


def run_job(session: Session, job: str, work: Job) -> RunResult:
    """Run a job under the workspace lock; its record is closed also where it fails, with what was done."""
    counts: Counter[str] = Counter()
    session.store.runs.start(session.run_id, job)
    try:
        message = work(session, counts)
        ledger = read_ledger(session)
    except SyncError as error:
        _finish(session, job, counts, None, error.message)
        raise
    except Exception as error:
        # Its text may quote what no record should hold; the task's log has it.
        _finish(session, job, counts, None, f"{type(error).__name__}; see the log of the run.")
        raise
    _finish(session, job, counts, ledger, message)
    calls = dict(session.accounting.calls())
    log.info(
        "%s workspace=%d %s calls=%d run=%s",
        job,
        session.workspace_id,
        " ".join(f"{name}={number}" for name, number in sorted(counts.items())),
        sum(calls.values()),
        session.run_id,
    )
    return RunResult(session.workspace_id, dict(counts), calls, ledger.invoices, message, ledger.by_kind)


def _finish(session: Session, job: str, counts: Counter[str], ledger: Ledger | None, message: str) -> None:
    session.store.runs.finish(
        session.run_id,
        job,
        counts=counts,
        calls=session.accounting.calls(),
        ledger=ledger.invoices if ledger else None,
        success=ledger is not None,
        message=message,
    )
