"""An hour in which nothing happens, on the real system: the runs of four quarters, by Airflow's scheduler."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import LiteralString

import psycopg

from benchmarks.scale.costs import Costs
from caspen_qbo.core.importing.rhythm import NET
from caspen_qbo.usecases.connection.find_workspaces import POST_AT_LEAST_EVERY
from ops.paths import DAGS
from tests.support.celery_system import run_airflow
from tests.support.flow import Flow
from tests.support.scheduled_system import ScheduledSystem

QUARTERS = 4
OFTEN = '"* * * * *"'
SCHEDULES = {"post_to_quickbooks": '"*/15 * * * *"', "import_from_quickbooks": '"7-59/15 * * * *"'}
WAIT_SECONDS = 900.0
TURNS = "SELECT count(*) FROM qbo_sync.sync_run"

# Last runs and questions lie evenly over the time that may pass between two; webhooks work.
SPREAD = (
    """
    UPDATE qbo_sync.sync_run r
    SET started_at = moment, finished_at = moment + CASE r.job WHEN 'import' THEN %(ask)s ELSE %(idle)s END
    FROM (
      SELECT run_id, workspace_id, job,
             now() - workspace_id / %(most)s * CASE job WHEN 'import' THEN %(net)s ELSE %(every)s END
             - (row_number() OVER (PARTITION BY workspace_id, job ORDER BY started_at DESC) - 1)
               * interval '1 day' AS moment
      FROM qbo_sync.sync_run
    ) s
    WHERE (s.run_id, s.workspace_id, s.job) = (r.run_id, r.workspace_id, r.job)
    """,
    """
    UPDATE qbo_sync.import_rhythm
    SET asked_at = now() - workspace_id / %(most)s * %(net)s, found_at = now() - interval '2 days',
        heard_at = now() - interval '1 hour', wrote_at = now() - interval '2 hours', reported_at = NULL
    """,
)
# A quarter of an hour passes.
PASS = (
    """
    UPDATE qbo_sync.sync_run
    SET started_at = started_at - interval '15 min', finished_at = finished_at - interval '15 min'
    """,
    """
    UPDATE qbo_sync.import_rhythm
    SET asked_at = asked_at - interval '15 min', heard_at = heard_at - interval '15 min',
        wrote_at = wrote_at - interval '15 min'
    """,
)
COUNT = """
SELECT r.dag_id, count(*), count(*) FILTER (WHERE t.state NOT IN ('success', 'skipped'))
FROM dag_run r JOIN task_instance t USING (dag_id, run_id)
WHERE r.id = ANY(%s) GROUP BY 1 ORDER BY 1
"""
ENDED = """
SELECT id, dag_id FROM dag_run
WHERE run_type = 'scheduled' AND state IN ('success', 'failed') AND dag_id = ANY(%s)
"""


@dataclass(frozen=True)
class Hour:
    tasks: Mapping[str, int]
    """Task instances by DAG."""
    runs: int
    failed: int
    turns: int
    """Of practices, each job for itself."""

    @property
    def all(self) -> int:
        return sum(self.tasks.values())

    def __str__(self) -> str:
        each = ", ".join(f"{dag_id} {number}" for dag_id, number in self.tasks.items())
        return (
            f"an idle hour: {self.all} task instances in {self.runs} runs ({each}), {self.failed} failed; "
            f"{self.turns:,} turns of practices"
        )


def run_an_hour(flow: Flow, system: ScheduledSystem) -> Hour:
    """The two schedules' four runs each, of DAGs that are ours but for the schedule: every minute, paused
    between two. Before each quarter, what is stored becomes a quarter of an hour older.
    """
    system.api.pause(set(SCHEDULES))
    for dag_id, usual in SCHEDULES.items():
        text = (DAGS / f"{dag_id}.py").read_text()
        assert text.count(usual) == 1, dag_id
        copy = system.folder / "dags" / f"{dag_id}.py"
        copy.unlink()
        copy.write_text(text.replace(usual, OFTEN))
    run_airflow(["dags", "reserialize"], env=system.env)
    costs = Costs()
    ((most,),) = flow.sync_rows("SELECT max(workspace_id) FROM qbo_sync.connection")
    times = {
        "most": most + 1.0,
        "every": POST_AT_LEAST_EVERY,
        "net": NET,
        "ask": timedelta(seconds=costs.ask()),
        "idle": timedelta(seconds=costs.idle_cpu),
    }
    uri = system.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "")
    with (
        psycopg.connect(flow.sync.uri, autocommit=True) as sync,
        psycopg.connect(uri, autocommit=True) as metadata,
    ):
        _run_a_quarter(system, metadata)  # what the hour before left
        for statement in SPREAD:
            sync.execute(statement, times)
        before, runs = _number(sync, TURNS), set[int]()
        for _ in range(QUARTERS):
            for statement in PASS:
                sync.execute(statement)
            runs |= _run_a_quarter(system, metadata)
        counted = metadata.execute(COUNT, [list(runs)]).fetchall()
        turns = _number(sync, TURNS) - before
    return Hour(
        {dag_id: tasks for dag_id, tasks, _ in counted},
        len(runs),
        sum(failed for _, _, failed in counted),
        turns,
    )


def _run_a_quarter(system: ScheduledSystem, metadata: psycopg.Connection) -> set[int]:
    """One run of each DAG, made by the scheduler; their ids. A DAG is paused when its run has ended, not
    before: the tasks of a paused one wait.

    :raises AssertionError: not in a quarter of an hour.
    """
    names, ended = list(SCHEDULES), set[int]()
    known = {id_ for id_, _ in metadata.execute(ENDED, [names])}
    system.api.unpause(set(names))
    deadline = time.monotonic() + WAIT_SECONDS
    while len(ended) < len(names) and time.monotonic() < deadline:
        for id_, dag_id in metadata.execute(ENDED, [names]).fetchall():
            if id_ not in known:
                system.api.pause({dag_id})
                known.add(id_)
                ended.add(id_)
        time.sleep(0.2)
    assert len(ended) == len(names), f"the runs of a quarter did not end\n{system.logs()}"
    return ended


def _number(connection: psycopg.Connection, sql: LiteralString) -> int:
    row = connection.execute(sql).fetchone()
    assert row
    return int(row[0])
