"""The writer of notes, on runs of Airflow's database and in a transaction as the scheduler has it: writing
never costs the scheduler anything. What the notes of real runs say is in `test_runs.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dags.conftest import note_of

pytestmark = pytest.mark.airflow


@pytest.fixture
def ended_run(airflow_metadata: Path) -> Iterator[Callable[..., tuple[Any, Any]]]:
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
