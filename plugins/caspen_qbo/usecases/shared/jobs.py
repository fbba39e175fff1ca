"""Running a job with its record: counts, calls, ledger, outcome."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar, cast

from caspen_qbo.errors import InvariantError, QuotaExhaustedError, RetryError, SyncError, WorkspaceBusyError
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.hooks.store.posting.ledger import LedgerRow
from caspen_qbo.hooks.traces import TRACER, span
from caspen_qbo.settings import QUIET_AT_MOST
from caspen_qbo.usecases.shared.ledger import Ledger, close_ledger
from caspen_qbo.usecases.shared.measures import measure_run
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
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Steps = Generator[Asked, Answer, RunResult]
"""A run that stops to ask, and goes on with the answer."""


class Paused(Generic[Asked, Answer]):
    """A run in two parts, both of them in the context it was made in: what runs between them is neither part
    of its trace, nor sees what it set.
    """

    def __init__(self, steps: Steps[Asked, Answer], session: Session) -> None:
        self._steps, self._session, self._context = steps, session, copy_context()
        self._paused_at = 0.0

    def begin(self) -> Asked | RunResult:
        """Work until it asks, and say what; or to its end, where it asks nothing."""
        asked = self._on(self._steps.__next__)
        self._paused_at = time.monotonic()
        return asked

    def go_on(self, answer: Answer) -> RunResult:
        """Work to the end."""
        self._session.paused_seconds += time.monotonic() - self._paused_at
        result = self._on(partial(self._steps.send, answer))
        if not isinstance(result, RunResult):
            raise InvariantError("a run asked twice; expected its end")
        return result

    def stop(self, error: BaseException) -> None:
        """End it by this error: its record is closed, its lock is given back. It raises the error again."""
        self._on(partial(self._steps.throw, error))
        raise error

    def _on(self, move: Callable[[], Asked]) -> Asked | RunResult:
        try:
            return self._context.run(move)
        except StopIteration as ended:
            return cast("RunResult", ended.value)


def finish(steps: Steps[Asked, Answer], answer: Callable[[Asked], Answer], session: Session) -> RunResult:
    """Both parts, one right after the other."""
    paused = Paused(steps, session)
    asked = paused.begin()
    if isinstance(asked, RunResult):
        return asked
    try:
        answered = answer(asked)
    except BaseException as error:
        paused.stop(error)
        raise
    return paused.go_on(answered)


DIED = (
    "The run ended without a word: its process was killed, or its machine went down. Nothing is lost: the "
    "next run resumes where it ended."
)


def run_job(session: Session, job: str, work: Job) -> RunResult:
    """Run a job under the workspace lock; its record is closed whatever it dies of, with what was done.
    Records that a killed process left open are closed first.
    """

    def at_once(inner: Session, counts: Counter[str]) -> Generator[None, None, str]:
        yield from ()
        return work(inner, counts)

    return finish(run_in_steps(session, job, at_once), lambda asked: asked, session)


def run_in_steps(
    session: Session, job: str, work: Callable[[Session, Counter[str]], Generator[Asked, Answer, str]]
) -> Steps[Asked, Answer]:
    """As :func:`run_job`, of work that stops to ask. It holds the workspace lock throughout: the caller's."""
    with span(f"{TRACER} {job}", workspace_id=session.workspace_id, run_id=session.run_id):
        return (yield from _run(session, job, work))


def _run(
    session: Session, job: str, work: Callable[[Session, Counter[str]], Generator[Asked, Answer, str]]
) -> Steps[Asked, Answer]:
    counts: Counter[str] = Counter()
    _close_died(session.store, session.run_id)
    session.store.runs.start(session.run_id, job)
    try:
        try:
            message = yield from work(session, counts)
        except QuotaExhaustedError as error:
            message = error.message  # known, shown once, and nobody's failure: the run did what it could
        ledger = close_ledger(session)
        _finish(session, job, counts, ledger, message)
    except SyncError as error:
        _close(session, job, counts, error.message)
        raise
    except Exception as error:
        # Its text may quote what no record should hold; the task's log has it.
        _close(session, job, counts, f"{type(error).__name__}; see the log of the run.")
        raise
    except BaseException as error:  # stopped: Ctrl-C, SIGTERM, a task's time limit
        _close(session, job, counts, f"The run was stopped ({type(error).__name__}); the next one resumes.")
        raise
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


def close_died(store: Store) -> int:
    """Close the records that killed processes left open; how many. A run under way keeps its own: it holds
    the workspace's lock. Safe to repeat.
    """
    closed = 0
    for workspace_id in store.practices.fetch_with_open_runs():
        of_workspace = store.for_workspace(workspace_id)
        try:
            with of_workspace.lock(wait_seconds=0):
                closed += _close_died(of_workspace, "")
        except WorkspaceBusyError:
            continue
    return closed


def last_word(store: WorkspaceStore, write: Callable[[WorkspaceStore], None]) -> None:
    """Write how a run ended, in another session where its own is lost. What cannot be written now is closed
    by the next run or the heartbeat; the error that ended the run is not hidden by another.
    """
    try:
        try:
            write(store)
        except RetryError:
            with store.reopened() as another:
                write(another)
    except SyncError as error:
        log.warning("record stays open workspace=%d: %s", store.workspace_id, error.message)


def _close_died(store: WorkspaceStore, run_id: str) -> int:
    with store.transaction():
        store.reconciliation.close_died(run_id)
        closed = store.runs.close_died(run_id, DIED)
    if closed:
        log.warning("closed %d records of runs that died workspace=%d", closed, store.workspace_id)
    return closed


def _close(session: Session, job: str, counts: Counter[str], message: str) -> None:
    last_word(session.store, lambda store: _write(store, session, job, counts, None, message))


def _finish(session: Session, job: str, counts: Counter[str], ledger: Ledger, message: str) -> None:
    _write(session.store, session, job, counts, ledger, message)


def _write(
    store: WorkspaceStore,
    session: Session,
    job: str,
    counts: Counter[str],
    ledger: Ledger | None,
    message: str,
) -> None:
    store.runs.finish(
        session.run_id,
        job,
        counts=counts,
        calls=session.accounting.calls(),
        ledger=ledger.invoices if ledger else None,
        success=ledger is not None,
        message=message,
        paused_seconds=session.paused_seconds,
    )
    store.overview.refresh([session.workspace], QUIET_AT_MOST)
    measure_run(store, job, counts, good=ledger is not None)
