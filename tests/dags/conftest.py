"""DAGs run in this process by Airflow's own `dag.test()`, against a real sandbox and real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ops.paths import DAGS
from ops.postgres import Database
from tests.support.flow import Flow
from tests.support.services import Sandbox


@pytest.fixture
def flow(
    connections: Mapping[str, str], caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> Iterator[Flow]:
    """A connected, configured workspace, without any invoice yet."""
    opened = Flow.open(caspen_db, sync_db, sandbox)
    yield opened
    opened.close()


@pytest.fixture
def run_dag(airflow_metadata: Path) -> Callable[..., Any]:
    """`run_dag("post_to_quickbooks", dry_run=True)`: the finished DagRun, with its task instances at hand."""

    def run(dag_id: str, **conf: Any) -> Any:
        # `dag.test(run_conf=...)` leaks its values into the next run of the same object: load it afresh.
        from airflow.dag_processing.dagbag import DagBag

        bag = DagBag(dag_folder=DAGS / f"{dag_id}.py")
        assert bag.import_errors == {}
        return bag.dags[dag_id].test(run_conf=conf or None)

    return run


def states(run: Any) -> dict[str, list[str]]:
    """Task id -> the states of its instances, mapped ones in order."""
    found: dict[str, list[str]] = {}
    for instance in sorted(run.get_task_instances(), key=lambda ti: ti.map_index):
        found.setdefault(instance.task_id, []).append(str(instance.state))
    return found
