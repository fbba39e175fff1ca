"""The writer of notes, on runs of Airflow's database and in a transaction as the scheduler has it: writing
never costs the scheduler anything. What the notes of real runs say is in `test_runs.py`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.dags.conftest import note_of

pytestmark = pytest.mark.airflow


@pytest.fixture
def ended_run(
    airflow_metadata: Path, connections: Mapping[str, str]
) -> Iterator[Callable[..., tuple[Any, Any]]]:
    """`ended_run("post_to_quickbooks", note=...)`: a failed run, not yet committed, and its session."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.state import DagRunState
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    with create_session(scoped=False) as session:
        made: list[DagRun] = []

        def make(dag_id: str, note: str | None = None) -> tuple[Any, Any]:
            run = DagRun(
                dag_id=dag_id,
                run_id=f"manual__{dag_id}_{len(made)}",
                run_type=DagRunType.MANUAL,
                triggered_by=DagRunTriggeredByType.TEST,
                state=DagRunState.RUNNING,
            )
            session.add(run)
            session.commit()
            made.append(run)
            if note is not None:
                run.note = (note, "ann")
                session.commit()
            run.set_state(DagRunState.FAILED)
            return run, session

        yield make
        session.rollback()
        for run in made:
            session.delete(run)


FALLBACK = "Failed: a task failed. Action needed: Administrator. The log of the failed task says why."


def test_a_note_is_written_after_the_commit_and_below_what_a_person_wrote(ended_run: Any) -> None:
    run, session = ended_run("post_to_quickbooks", "Ann: after the tax fix")
    run.notify_dagrun_state_changed(msg="task_failure")
    assert note_of(run) == "Ann: after the tax fix", "nothing is touched inside the scheduler's transaction"
    session.commit()
    expected = f"Ann: after the tax fix\n\n**What the run did**\n\n{FALLBACK}"
    assert note_of(run) == expected
    run.notify_dagrun_state_changed(msg="task_failure")
    session.commit()
    assert note_of(run) == expected, "a second end replaces our part"


def test_what_the_scheduler_rolls_back_is_not_reported(ended_run: Any) -> None:
    run, session = ended_run("post_to_quickbooks")
    run.notify_dagrun_state_changed(msg="task_failure")
    session.rollback()
    session.commit()
    assert note_of(run) is None


def test_runs_of_other_dags_are_left_alone(ended_run: Any) -> None:
    run, session = ended_run("somebody_elses")
    run.notify_dagrun_state_changed(msg="task_failure")
    session.commit()
    assert note_of(run) is None and not session.info


def test_a_note_that_cannot_be_written_costs_the_scheduler_nothing(
    ended_run: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from sqlalchemy import event

    run, session = ended_run("post_to_quickbooks")
    engine = session.get_bind()

    def refuse(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if "dag_run_note" in statement:
            raise RuntimeError("the database is gone")

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        run.notify_dagrun_state_changed(msg="task_failure")
        session.commit()
    finally:
        event.remove(engine, "before_cursor_execute", refuse)
    session.refresh(run)
    assert run.state == "failed" and note_of(run) is None
    assert "no note for run post_to_quickbooks" in caplog.text


def left(dag_id: str, run_id: str, words: str) -> None:
    """As a task leaves it."""
    from caspen_qbo.operators.note import leave_note

    ti = SimpleNamespace(dag_id=dag_id, task_id="summarise", map_index=-1, try_number=1)
    context: Any = {"ti": ti, "run_id": run_id}
    leave_note(context, words)


def test_the_note_is_what_the_tasks_left_in_our_rows(ended_run: Any) -> None:
    run, session = ended_run("post_to_quickbooks")
    left(run.dag_id, run.run_id, "Harbour (1): FAILED. Gone. Action needed: none.")
    left("import_from_quickbooks", run.run_id, "of another DAG's run of that name")
    run.notify_dagrun_state_changed(msg="task_failure")
    session.commit()
    assert note_of(run) == "Harbour (1): FAILED. Gone. Action needed: none."


@pytest.mark.parametrize("gone", ["airflow.models.dagrun", "airflow.utils.state", "airflow.utils.session"])
def test_where_airflows_models_have_moved_nothing_breaks_and_our_rows_have_the_text(
    ended_run: Any, gone: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from caspen_qbo.wiring import open_store

    run, session = ended_run("post_to_quickbooks")
    left(run.dag_id, run.run_id, "Harbour (1): invoices posted 1")
    run.notify_dagrun_state_changed(msg="task_failure")
    with monkeypatch.context() as without:
        without.setitem(sys.modules, gone, None)  # importing it raises ImportError
        session.commit()
    session.refresh(run)
    assert run.state == "failed" and note_of(run) is None
    assert "the button 'What the run did' shows it" in caplog.text
    with open_store() as store:
        assert store.notes.fetch(run.dag_id, run.run_id) == ["Harbour (1): invoices posted 1"]


def test_a_run_that_is_no_row_of_sqlalchemy_has_its_note_a_moment_later(
    ended_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo.airflow import run_notes

    run, session = ended_run("post_to_quickbooks")
    left(run.dag_id, run.run_id, "Harbour (1): invoices posted 1")
    session.commit()
    waited: list[Any] = []

    class Soon:
        """A timer that is over when the test says so."""

        daemon = False

        def __init__(self, seconds: float, call: Any, arguments: Any) -> None:
            waited.append((call, arguments))

        def start(self) -> None:
            pass

    monkeypatch.setattr(run_notes, "Timer", Soon)
    listener: Any = run_notes.RunNotes()
    listener.on_dag_run_success(SimpleNamespace(dag_id=run.dag_id, run_id=run.run_id), "success")
    ((call, arguments),) = waited
    call(*arguments)
    assert note_of(run) == "Harbour (1): invoices posted 1"


def test_our_own_database_being_gone_is_said_in_the_note(
    ended_run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, session = ended_run("post_to_quickbooks")
    gone = {"conn_type": "postgres", "host": "127.0.0.1", "port": 1, "login": "a", "schema": "a"}
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", json.dumps(gone))
    run.notify_dagrun_state_changed(msg="task_failure")
    session.commit()
    assert "sync_db" in (note := note_of(run) or "") and "Action needed: none" in note


def test_a_task_that_is_tried_again_takes_back_what_its_earlier_try_left(
    connections: Mapping[str, str],
) -> None:
    from caspen_qbo.errors import StoreUnavailableError
    from caspen_qbo.operators.note import note_on_failure
    from caspen_qbo.wiring import open_store

    def attempt(number: int, error: Exception | None) -> None:
        ti = SimpleNamespace(dag_id="d", task_id="find_workspaces", map_index=-1, try_number=number)
        context: Any = {"ti": ti, "run_id": "r"}
        with note_on_failure(context):
            if error:
                raise error

    with pytest.raises(StoreUnavailableError):
        attempt(1, StoreUnavailableError("Gone."))
    with open_store() as store:
        assert [words.startswith("Failed: Gone. ") for words in store.notes.fetch("d", "r")] == [True]
        attempt(2, None)
        assert store.notes.fetch("d", "r") == []
