"""What Airflow runs where nothing happens."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.scale.costs import Costs
from caspen_qbo.core.importing.rhythm import NET
from caspen_qbo.core.monitoring.shards import IDLE_SECONDS, Work, plan_shards
from caspen_qbo.usecases.connection.find_workspaces import POST_AT_LEAST_EVERY

QUARTER = 900.0
"""Seconds between two starts of a schedule."""


def tasks_of_idle_hour(practices: int) -> int:
    """Of one hour in which nothing happens anywhere, webhooks on: the schedules, and each practice's turn."""
    quarters = timedelta(hours=1) / timedelta(seconds=QUARTER)
    tasks = 0
    for every, seconds in ((POST_AT_LEAST_EVERY, IDLE_SECONDS), (NET, Costs().ask())):
        due = round(practices * timedelta(seconds=QUARTER) / every)
        shards = plan_shards(Work(id_, "", seconds) for id_ in range(due))
        tasks += round(quarters) * (2 + max(1, len(shards)))
    return tasks
