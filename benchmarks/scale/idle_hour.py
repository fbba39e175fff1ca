"""What an hour in which nothing happens takes: Airflow's tasks, and statements to find that out."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.scale.at_once import JOBS, count_statements
from benchmarks.scale.costs import Costs
from caspen_qbo.core.importing.rhythm import NET
from caspen_qbo.core.monitoring.shards import IDLE_SECONDS, Work, plan_shards
from caspen_qbo.usecases.connection.find_workspaces import POST_AT_LEAST_EVERY
from tests.support.standalone import Services, open_practice

QUARTER = 900.0
"""Seconds between two starts of a schedule."""
OTHERS = 200
"""Connected practices without work. A test of the suite shows that their number changes nothing."""
CONNECTED = """
INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)
SELECT n, 'idle' || n, 'connected' FROM generate_series(1000, 999 + %s::int) n RETURNING 1
"""
WORKSPACES = """
INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE
SELECT n, 'Practice ' || n FROM generate_series(1000, 999 + %s::int) n RETURNING 1
"""


def tasks_of_idle_hour(practices: int) -> int:
    """Of one hour in which nothing happens anywhere, webhooks on: the schedules, and each practice's turn."""
    quarters = timedelta(hours=1) / timedelta(seconds=QUARTER)
    tasks = 0
    for every, seconds in ((POST_AT_LEAST_EVERY, IDLE_SECONDS), (NET, Costs().ask())):
        due = round(practices * timedelta(seconds=QUARTER) / every)
        shards = plan_shards(Work(id_, "", seconds) for id_ in range(due))
        tasks += round(quarters) * (2 + max(1, len(shards)))
    return tasks


def statements_to_find(started: Services) -> dict[str, int]:
    """By job, in both databases together."""
    with open_practice(started) as flow:
        flow.caspen_rows(WORKSPACES, OTHERS)
        flow.sync_rows(CONNECTED, OTHERS)
        return {job: count_statements(job)[0] for job in JOBS.values()}
