"""A listener of Airflow that writes what a run did into its note, where the grid and the run's page show it.

A task cannot write its run's note, and the public API would need a login: one more secret, with more rights
than this. Listeners are called in the middle of the scheduler's transaction, where a failing statement, a
commit or a person's concurrent note would cost it a round. So the run is only remembered; after the
scheduler's commit a transaction of our own writes the note, given up after two seconds. An error is logged.
The API server calls it too, when a person marks a run as failed or successful.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow.listeners import hookimpl

from caspen_qbo.core.monitoring.run_note import append_below, build_note
from caspen_qbo.settings import DAG_IDS, RUN_NOTE_KEY

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

# Airflow's models and SQLAlchemy are imported where they are used: every task process imports this file too.

log = logging.getLogger(__name__)

AUTHOR = "caspen_qbo"
"""Airflow keeps who wrote a note; one that a person wrote or edited is kept."""

WAIT_MILLISECONDS = 2000
"""The longest the scheduler waits: longer than any look-up by key takes, and still not noticeable."""

REASONS = {
    "task_failure": "a task failed",
    "timed_out": "it took longer than it may",
    "all_tasks_deadlocked": "no task could start",
}
"""Airflow's reasons for the end of a run, in plain words; others are shown as they are."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    id: int
    name: str
    failed_because: str | None


class RunNotes:
    """The listener. Does nothing for DAGs that are not ours; raises nothing."""

    @hookimpl
    def on_dag_run_success(self, dag_run: DagRun, msg: str) -> None:
        _remember(dag_run, None)

    @hookimpl
    def on_dag_run_failed(self, dag_run: DagRun, msg: str) -> None:
        _remember(dag_run, REASONS.get(msg, msg.rstrip(".")))


def _remember(dag_run: DagRun, failed_because: str | None) -> None:
    if dag_run.dag_id not in DAG_IDS:
        return
    from sqlalchemy import event
    from sqlalchemy.orm import object_session

    try:
        session = object_session(dag_run)
        if session is None:
            return  # `airflow dags test`, in a terminal that shows all of it
        ended = EndedRun(dag_run.id, f"{dag_run.dag_id} {dag_run.run_id}", failed_because)
        session.info.setdefault(AUTHOR, []).append(ended)
        # Once for a session, which the scheduler keeps as long as it lives. Never removed: SQLAlchemy forbids
        # that while it walks over its listeners, and a second one would write a second time.
        if not event.contains(session, "after_commit", _write_remembered):
            event.listen(session, "after_commit", _write_remembered)
            event.listen(session, "after_rollback", _discard)
    except Exception:  # the scheduler's work goes on, whatever this was
        log.exception("no note for a run of %s", dag_run.dag_id)


def _discard(session: Session) -> None:
    """A run whose end was rolled back has not ended; the scheduler decides again and calls again."""
    session.info.pop(AUTHOR, None)


def _write_remembered(session: Session) -> None:
    for ended in session.info.pop(AUTHOR, ()):
        try:
            write_note(ended)
        except Exception:  # the scheduler's work goes on, whatever this was
            log.exception("no note for run %s", ended.name)


def write_note(ended: EndedRun) -> None:
    """Write an ended run's note, in its own transaction. Safe to repeat: it replaces what an earlier attempt
    wrote, below what a person wrote. SQLAlchemyError: nothing was written, or a person wrote just then.
    """
    from airflow.models.dagrun import DagRun, DagRunNote
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from airflow.utils.state import State
    from sqlalchemy import select, text

    # Not the thread's own session, which is the scheduler's.
    with create_session(scoped=False) as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text(f"SET LOCAL statement_timeout = {WAIT_MILLISECONDS}"))
        run = select(DagRun.state, DagRunNote).outerjoin(DagRunNote, DagRunNote.dag_run_id == DagRun.id)
        found = session.execute(run.where(DagRun.id == ended.id)).one_or_none()
        if found is None or found.state not in State.finished_dr_states:
            return  # deleted, or started again
        pushed = select(XComModel.value).where(
            XComModel.dag_run_id == ended.id, XComModel.key == RUN_NOTE_KEY
        )
        parts = [str(value) for value in session.scalars(pushed.order_by(XComModel.timestamp))]
        content = build_note(parts, failed_because=ended.failed_because)
        note = found.DagRunNote
        if not content:
            return
        if note is None:
            note = DagRunNote(content=append_below("", content), user_id=AUTHOR)  # type: ignore[no-untyped-call]
            note.dag_run_id = ended.id
            session.add(note)
        else:
            note.content = append_below("" if note.user_id == AUTHOR else note.content or "", content)
