"""What Airflow shows as the note of a run, and that writing it never costs the scheduler anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import states
from tests.support.flow import Flow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

RunDag = Callable[..., Any]


def end(run: Any) -> str | None:
    """The end of a run told once more, as the scheduler tells it: `dag.test()` does so outside of Airflow's
    database. The note after that."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session(scoped=False) as session:
        ended = session.get_one(DagRun, run.id)
        ended.notify_dagrun_state_changed(msg="success" if ended.state == "success" else "task_failure")
    return note_of(run)


def note_of(run: Any) -> str | None:
    """As a page of Airflow reads it, in a transaction of its own."""
    from airflow.models.dagrun import DagRunNote
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session(scoped=False) as session:
        return session.scalar(select(DagRunNote.content).where(DagRunNote.dag_run_id == run.id))


def test_a_run_that_ended_well_says_what_it_did(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    run = run_dag("post_to_quickbooks")
    assert run.state == "success", states(run)
    note = end(run)
    assert note.startswith("Harbour Allied Health (1): ") and "invoices posted 1" in note
    assert "O'Neil" not in note


def test_a_failed_run_says_why_and_whose_turn_it_is_before_the_rest(flow: Flow, run_dag: RunDag) -> None:
    flow.sync_rows(
        "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
        " VALUES (77, '9130000000000077', 'connected') RETURNING 1"
    )
    flow.invoice("100.00")
    run = run_dag("post_to_quickbooks")
    assert run.state == "failed", states(run)
    note = end(run)
    assert note.startswith("1 of 2 practices failed. workspace 77 (77): FAILED. ")
    assert (
        note.index("(77): FAILED. workspace 77: Caspen has no such workspace.")
        < note.index("Whose turn: ")
        < note.index("invoices posted 1")
    )


def test_a_run_that_found_no_practice_to_work_on_says_so(connections: Any, run_dag: RunDag) -> None:
    run = run_dag("post_to_quickbooks", workspace_id=5)
    assert run.state == "failed"
    note = end(run)
    assert note.startswith("Failed: workspace 5: ") and "Whose turn: an administrator's" in note


def test_a_silence_stands_in_the_note(
    flow: Flow, run_dag: RunDag, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    flow.sync_rows("UPDATE qbo_sync.connection SET connected_at = now() - interval '5 hours' RETURNING 1")
    run = run_dag("reconcile_quickbooks")
    assert run.state == "failed"
    note = end(run)
    assert note.startswith("Whose turn: an administrator's.") and "import has not ended well" in note
    assert "Harbour Allied Health (1): " in note


def test_a_backfill_says_what_would_become_of_the_numbers(flow: Flow, run_dag: RunDag) -> None:
    flow.invoice("100.00")
    run = run_dag("backfill_invoices", workspace_id=1, invoice_numbers=["INV-0001", "NO-SUCH"])
    assert end(run) == "Planned, nothing sent: not found 1, post 1."


# --- the listener alone, on a run of Airflow's database and a transaction as the scheduler has it ---


@pytest.fixture
def ended_run(airflow_metadata: Path) -> Iterator[Callable[..., tuple[Any, Any]]]:
    """`ended_run("post_to_quickbooks", note=...)`: a failed run, not yet committed, and its session."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session
    from airflow.utils.types import DagRunTriggeredByType, DagRunType

    with create_session(scoped=False) as session:
        made = []

        def make(dag_id: str, note: str | None = None) -> tuple[Any, Any]:
            run = DagRun(
                dag_id=dag_id,
                run_id=f"manual__{dag_id}_{len(made)}",
                run_type=DagRunType.MANUAL,
                triggered_by=DagRunTriggeredByType.TEST,
                state="running",
            )
            session.add(run)
            session.commit()
            made.append(run)
            if note is not None:
                run.note = (note, "ann")
                session.commit()
            run.set_state("failed")
            return run, session

        yield make
        session.rollback()
        for run in made:
            session.delete(run)


FALLBACK = "Failed: a task failed. Whose turn: an administrator's; the log of the red task says why."


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


def test_what_the_scheduler_undoes_is_not_told(ended_run: Any) -> None:
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
