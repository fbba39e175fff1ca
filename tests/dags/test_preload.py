"""What a forked task finds imported: it would import it again in every run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from ops.local.environment import common_settings
from tests.support.flow import Flow

pytestmark = pytest.mark.airflow

WORK = """
import json, sys, threading
from types import SimpleNamespace
import airflow.executors.local_executor, airflow.jobs.scheduler_job_runner  # what forks tasks
import caspen_qbo.airflow.preload
assert threading.active_count() == 1, "a thread does not survive a fork"
known = set(sys.modules)
from caspen_qbo.operators.events.sync import SyncNewWorkOperator
ti = SimpleNamespace(try_number=1, dag_id="sync_new_work", task_id="t", map_index=-1)
event = SimpleNamespace(extra={"payload": {"post": [1], "imports": [1]}})
context = {"ti": ti, "run_id": "asset_triggered__1", "triggering_asset_events": {"new_work": [event]}}
assert SyncNewWorkOperator(task_id="t").execute(context) == []
print(json.dumps(sorted(set(sys.modules) - known)))
"""


def test_a_task_that_posts_and_imports_finds_everything_imported(flow: Flow) -> None:
    flow.invoice("10.00")
    assert "caspen_qbo.airflow.preload" in common_settings()["CASPEN_QBO_PRELOAD"].split(",")
    done = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(flow.books("Invoice")) == 1
    late = json.loads(done.stdout.splitlines()[-1])
    packages = ("airflow", "caspen_qbo", "intuitlib", "psycopg", "quickbooks", "requests", "sqlalchemy")
    late_ours = [name for name in late if name.partition(".")[0] in packages]
    assert late_ours == []
    assert len(late) < 20, late
