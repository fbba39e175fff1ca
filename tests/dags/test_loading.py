"""What holds for the DAGs without running them."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest

from caspen_qbo.settings import DAG_IDS
from ops.paths import DAGS

pytestmark = pytest.mark.airflow

PARAMS = {
    "post_to_quickbooks": {"workspace_id": None, "dry_run": False},
    "import_from_quickbooks": {"workspace_id": None, "dry_run": False},
    "sync_new_work": {},
    "reconcile_quickbooks": {"workspace_id": None, "full": False, "data_docs": False},
    "backfill_invoices": {"workspace_id": None, "invoice_numbers": [], "dry_run": True, "approved": False},
}


@pytest.fixture(scope="module")
def bag() -> Any:
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(dag_folder=DAGS)


def test_every_dag_file_gives_its_own_dag(bag: Any) -> None:
    expected = {path.stem for path in DAGS.glob("*.py")}
    assert expected, "no DAG files found"
    assert bag.import_errors == {}
    assert set(bag.dags) == expected == set(PARAMS) == DAG_IDS


@pytest.mark.parametrize("dag_id", PARAMS)
def test_a_dag_opens_with_its_manual_and_fits_one_screen(bag: Any, dag_id: str) -> None:
    text = (DAGS / f"{dag_id}.py").read_text()
    assert text.startswith('"""\n### ')
    assert bag.dags[dag_id].doc_md.strip() == text.split('"""')[1].strip()
    for heading in ("**Runs:**", "**Safe to re-run:** yes", "**If it fails:**"):
        assert heading in text
    assert len(text.splitlines()) <= 90


@pytest.mark.parametrize("dag_id", PARAMS)
def test_params_are_optional_and_named_as_agreed(bag: Any, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    assert {name: param.value for name, param in dag.params.items()} == PARAMS[dag_id]
    dag.params.validate()


def test_schedules(bag: Any) -> None:
    def hours(dag_id: str) -> tuple[str, str]:
        timetable = bag.dags[dag_id].timetable
        return timetable._expression, str(timetable._timezone)

    assert hours("post_to_quickbooks") == ("*/15 * * * *", "UTC")
    assert hours("import_from_quickbooks") == ("7-59/15 * * * *", "UTC")
    assert hours("reconcile_quickbooks") == ("30 2 * * *", "Australia/Sydney")
    assert not bag.dags["backfill_invoices"].timetable.can_be_scheduled


@pytest.mark.parametrize("dag_id", PARAMS)
def test_runs_do_not_overlap_catch_up_or_last_forever(bag: Any, dag_id: str) -> None:
    dag = bag.dags[dag_id]
    assert dag.max_active_runs == (16 if dag_id == "sync_new_work" else 1)
    assert dag.catchup is False
    for task in dag.tasks:
        assert isinstance(task.execution_timeout, timedelta), task.task_id


@pytest.mark.parametrize("dag_id", PARAMS)
def test_tasks_that_talk_to_quickbooks_share_the_pool_and_retry_by_kind_of_error(
    bag: Any, dag_id: str
) -> None:
    from caspen_qbo.operators.retry import RETRY_POLICY

    talking = [t for t in bag.dags[dag_id].tasks if t.pool == "quickbooks"]
    assert talking, "no task uses the pool"
    for task in talking:
        policy = task.partial_kwargs["retry_policy"] if task.is_mapped else task.retry_policy
        assert policy is RETRY_POLICY


def test_importing_the_dag_files_touches_no_database() -> None:
    """In a process where every connection would fail, and where connecting to anything is an error."""
    script = f"""
import socket, sys
sys.path[:0] = [{str(DAGS)!r}]
def refuse(event, args):
    if event in ("sqlite3.connect", "socket.connect"):
        raise AssertionError(f"a DAG file connects to {{args[1:]}} while it is read")
sys.addaudithook(refuse)
import {", ".join(PARAMS)}
loaded = {{"great_expectations", "pandas", "psycopg", "quickbooks"}} & set(sys.modules)
assert not loaded, f"heavy imports while DAG files are read: {{loaded}}"
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
