"""A practice's day through Celery workers, one of which is killed in the middle of it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.postgres import PostgresServer
from tests.integration.reconciling.runs import run as reconcile
from tests.support.celery_system import CelerySystem, celery_system, redis_server, until
from tests.support.flow import Flow
from tests.support.importing import receive, run_import

POST, POST_TASK = "post_to_quickbooks", "post_workspace"
INVOICES = 40
SKIPPED = "NO REDIS HERE: THE TEST WITH CELERY WORKERS IS SKIPPED (as root: apt-get install redis-server)"


@pytest.mark.airflow
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_worker_killed_in_the_middle_of_a_day_doubles_and_loses_nothing(
    flow: Flow, connections: Mapping[str, str], postgres_server: PostgresServer, tmp_path: Path
) -> None:
    if redis_server() is None:
        warnings.warn(SKIPPED, stacklevel=1)
        pytest.skip(SKIPPED)
    invoices = [flow.invoice(f"{n}.95") for n in range(20, 20 + INVOICES)]
    with celery_system(tmp_path, postgres_server, connections) as system:
        system.api.ensure_pool(POOL, POOL_SLOTS, "")
        system.api.unpause({POST})
        run_id = system.api.start(POST)
        flow.door("latency", seconds=0.5)
        there = until(lambda: len(flow.books("Invoice")), bool)
        flow.door("latency", seconds=20)  # on the next answer: the middle lasts until the kill
        task = _posting(system, run_id)
        assert there, f"nothing was posted: {task}\n{system.logs()}"
        system.kill_worker_of(int(task["pid"]))
        flow.door("latency", seconds=0)
        silent = until(
            lambda: _posting(system, run_id), lambda found: found["state"] not in ("running", "success")
        )
        assert silent["state"] == "up_for_retry", f"{silent}\n{system.logs()}"
        # Its retry is due in two minutes; a person who clears the task does not wait for that.
        system.api.clear(POST, run_id, POST_TASK)
        ended = system.api.finish(POST, run_id, 300)
        assert ended.state == "success", f"{ended}\n{system.logs()}"

    # The rest of the day needs no workers to show what the killed one left behind.
    receive(flow, {invoices[0]: str(flow.staff.balance(invoices[0]))})
    run_import(flow)
    reconcile(flow)

    numbers = [row["DocNumber"] for row in flow.books("Invoice")]
    assert len(numbers) == len(set(numbers)) == INVOICES
    assert flow.staff.balance(invoices[0]) == 0, "the payment was imported"
    stored = flow.sync_rows(
        "SELECT finalised, synced, waiting, listed, differences, success FROM qbo_sync.reconciliation_run"
    )
    assert stored == [(INVOICES, INVOICES, 0, 0, 0, True)]
    theirs = sum((Decimal(str(row["TotalAmt"])) for row in flow.books("Invoice")), Decimal(0))
    (ours,) = flow.caspen_rows("SELECT sum(total) FROM caspen.invoice")[0]
    assert theirs == ours


def _posting(system: CelerySystem, run_id: str) -> dict:
    """The task that posts, as the API shows it."""
    found = [task for task in system.api.tasks(POST, run_id) if task["task_id"] == POST_TASK]
    return found[0] if found else {"state": None}
