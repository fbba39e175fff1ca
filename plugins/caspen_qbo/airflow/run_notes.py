"""A listener of Airflow that writes what a run did into its note, where the grid and the run's page show it.

What a run did is in rows of ours (``qbo_sync.run_note``). A task cannot write its run's note, and the public
API would need a login: one more secret, with more rights than this. Listeners are called in the middle of the
scheduler's transaction, where a failing statement, a commit or a person's concurrent note would cost it a
round. So the run is only remembered, by its names; after the scheduler's commit a transaction of our own
writes the note, given up after two seconds. An error is logged. The API server calls it too, when a person
marks a run.

Writing needs Airflow's own models, which are no public interface. Where one of them has moved, nothing else
breaks: the same text stays in our rows, and the button "What the run did" on every task leads to it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Timer
from typing import TYPE_CHECKING, Any

from airflow.listeners import hookimpl

from caspen_qbo.core.monitoring.run_note import append_below, build_note
from caspen_qbo.settings import DAG_IDS

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

# Airflow's models and SQLAlchemy are imported where they are used: every task process imports this file too.

log = logging.getLogger(__name__)

AUTHOR = "caspen_qbo"
"""Airflow keeps who wrote a note; one that a person wrote or edited is kept."""

WAIT_MILLISECONDS = 2000
"""The longest the scheduler waits for either database: longer than any look-up by key takes, and still not
noticeable.
"""
COMMITTED_BY_SECONDS = 5.0
"""Where Airflow gives no hold on its transaction: by then it has ended."""

MOVED = (ImportError, AttributeError, TypeError)
"""What is raised where something of Airflow's is not what it was."""

REASONS = {
    "task_failure": "a task failed",
    "timed_out": "it took longer than it may",
    "all_tasks_deadlocked": "no task could start",
}
"""Airflow's reasons for the end of a run, in plain words; others are shown as they are."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    dag_id: str
    run_id: str
    failed_because: str | None


class RunNotes:
    """The listener. Does nothing for DAGs that are not ours; raises nothing."""

    @hookimpl
    def on_dag_run_success(self, dag_run: DagRun, msg: str) -> None:
        _remember(dag_run, None)

    @hookimpl
    def on_dag_run_failed(self, dag_run: DagRun, msg: str) -> None:
        _remember(dag_run, REASONS.get(msg, msg.rstrip(".")))


def _remember(dag_run: Any, failed_because: str | None) -> None:
    """:param dag_run: Of which only its names are public."""
    if dag_run.dag_id not in DAG_IDS:
        return
    ended = EndedRun(dag_run.dag_id, dag_run.run_id, failed_because)
    try:
        _write_after_commit(dag_run, ended)
    except MOVED:
        soon = Timer(COMMITTED_BY_SECONDS, _write, (ended,))
        soon.daemon = True
        soon.start()
    except Exception:  # the scheduler's work goes on, whatever this was
        log.exception("no note for a run of %s", dag_run.dag_id)


def _write_after_commit(dag_run: Any, ended: EndedRun) -> None:
    """:raises MOVED: the run is no longer in a transaction of SQLAlchemy's."""
    from sqlalchemy import event
    from sqlalchemy.exc import NoInspectionAvailable
    from sqlalchemy.orm import object_session
    from sqlalchemy.orm.exc import UnmappedInstanceError

    try:
        session = object_session(dag_run)
    except (NoInspectionAvailable, UnmappedInstanceError) as error:
        raise TypeError("a run that is in no session") from error
    if session is None:
        return  # `airflow dags test`, in a terminal that shows all of it
    session.info.setdefault(AUTHOR, []).append(ended)
    # Once for a session, which the scheduler keeps as long as it lives. Never removed: SQLAlchemy forbids
    # that while it walks over its listeners, and a second one would write a second time.
    if not event.contains(session, "after_commit", _write_remembered):
        event.listen(session, "after_commit", _write_remembered)
        event.listen(session, "after_rollback", _discard)


def _discard(session: Session) -> None:
    """A run whose end was rolled back has not ended; the scheduler decides again and calls again."""
    session.info.pop(AUTHOR, None)


def _write_remembered(session: Session) -> None:
    for ended in session.info.pop(AUTHOR, ()):
        _write(ended)


def _write(ended: EndedRun) -> None:
    try:
        write_note(ended)
    except Exception:  # the scheduler's work goes on, whatever this was
        log.exception("no note for run %s %s", ended.dag_id, ended.run_id)


def write_note(ended: EndedRun) -> None:
    """Write an ended run's note, in its own transaction. Safe to repeat: it replaces what an earlier attempt
    wrote, below what a person wrote. SQLAlchemyError: nothing was written, or a person wrote just then. Where
    Airflow's models have moved it is logged: our rows have the text.
    """
    content = build_note(read_parts(ended), failed_because=ended.failed_because)
    if not content:
        return
    try:
        _store_note(ended, content)
    except MOVED as error:
        log.warning(
            "run %s %s: this Airflow takes no note (%s: %s); the button 'What the run did' shows it",
            ended.dag_id,
            ended.run_id,
            type(error).__name__,
            error,
        )


def read_parts(ended: EndedRun) -> list[str]:
    """What its tasks left; why that cannot be read, where the run failed."""
    from caspen_qbo.errors import SyncError
    from caspen_qbo.hooks.deadline import DeadlinePassedError, within
    from caspen_qbo.operators.note import action_needed
    from caspen_qbo.wiring import open_store

    def read() -> list[str]:
        with open_store(on_a_page=True) as store:
            return store.notes.fetch(ended.dag_id, ended.run_id)

    try:
        return within(WAIT_MILLISECONDS / 1000, read)
    except SyncError as error:
        why = f"{error.message} {action_needed(error)}"
    except DeadlinePassedError:
        why = "Our own database did not answer. Action needed: none while it comes back automatically."
    log.warning("run %s %s: what it did is not known: %s", ended.dag_id, ended.run_id, why)
    return [f"Failed: {why}"] if ended.failed_because is not None else []


def _store_note(ended: EndedRun, content: str) -> None:
    """:raises MOVED: something of Airflow's is not what it was."""
    from airflow.models.dagrun import DagRun, DagRunNote
    from airflow.utils.session import create_session
    from airflow.utils.state import State
    from sqlalchemy import select, text

    # Not the thread's own session, which is the scheduler's.
    with create_session(scoped=False) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SET LOCAL statement_timeout = {WAIT_MILLISECONDS}"))
        run = select(DagRun.id, DagRun.state, DagRunNote).outerjoin(
            DagRunNote, DagRunNote.dag_run_id == DagRun.id
        )
        named = run.where(DagRun.dag_id == ended.dag_id, DagRun.run_id == ended.run_id)
        found = session.execute(named).one_or_none()
        if found is None or found.state not in State.finished_dr_states:
            return  # deleted, or started again
        note = found.DagRunNote
        if note is None:
            note = DagRunNote(content=append_below("", content), user_id=AUTHOR)  # type: ignore[no-untyped-call]
            note.dag_run_id = found.id
            session.add(note)
        else:
            note.content = append_below("" if note.user_id == AUTHOR else note.content or "", content)
