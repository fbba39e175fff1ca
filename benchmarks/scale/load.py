"""An ordinary load through ``sync_new_work``, and where the time from finalised to ``Synced`` goes."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from itertools import pairwise

import psycopg
from psycopg.rows import class_row

from benchmarks.scale.crowd import Crowd
from tests.support.flow import WORKSPACE
from tests.support.scheduled_system import ScheduledSystem

EVENTS = "sync_new_work"
INVOICES, HOURS = 600, 220
"""An ordinary month of one practice, and its working hours."""
ONE_EVERY_SECONDS = 10.0
"""The practice that is looked at finalises so often, on top."""
DRAIN_SECONDS = 240.0

DOCUMENTS = """
SELECT i.workspace_id, i.id, i.finalised_at, i.updated_at AS shown_at FROM caspen.invoice i
WHERE i.finalised_at >= %s AND i.quickbooks_status = 'Synced' ORDER BY i.finalised_at
"""
OPEN = """
SELECT count(*) FROM caspen.invoice
WHERE finalised_at >= %s AND quickbooks_status <> 'Synced' AND status <> 'draft'
"""
RUNS = """
SELECT l.document_id AS id, r.run_id, r.started_at, l.posted_at AS answered_at
FROM qbo_sync.document_link l
JOIN qbo_sync.sync_run r ON r.workspace_id = l.workspace_id AND r.job = 'post'
 AND l.posted_at BETWEEN r.started_at AND coalesce(r.finished_at, 'infinity')
WHERE l.document_kind = 'invoice' AND l.posted_at >= %s
"""
STARTED = """
SELECT max(t.start_date) FROM task_instance t
WHERE t.run_id = %s AND t.dag_id = 'sync_new_work' AND t.task_id IN ('sync_practices', 'sync_shard')
  AND t.start_date <= %s
"""
LOOKED = """
SELECT e.timestamp FROM asset_event e
WHERE e.extra::jsonb -> 'payload' -> 'post' @> to_jsonb(%s::bigint) AND e.timestamp BETWEEN %s AND %s
ORDER BY e.timestamp LIMIT 1
"""
STARTS = "SELECT run_id, start_date FROM dag_run WHERE dag_id = 'sync_new_work' AND start_date IS NOT NULL"
TASKS = """
SELECT count(*) FROM task_instance
WHERE dag_id = 'sync_new_work' AND start_date IS NOT NULL AND state IS DISTINCT FROM 'skipped'
"""


@dataclass(frozen=True)
class _Document:
    workspace_id: int
    id: int
    finalised_at: datetime
    shown_at: datetime


@dataclass(frozen=True)
class _Run:
    id: int
    run_id: str
    started_at: datetime
    answered_at: datetime


@dataclass(frozen=True)
class Shares:
    """Seconds of one document; together they are all of its time."""

    look: float
    """From finalised to the event that names its practice."""
    run: float
    """To the start of the DAG run."""
    task: float
    """To the start of the task that posts."""
    statement: float
    """To the first statement of the practice's run: finding, and practices before it."""
    answer: float
    """To QuickBooks' answer recorded."""
    status: float
    """To ``Synced`` in Caspen."""


@dataclass(frozen=True)
class Load:
    """Seconds."""

    documents: int
    of_one: Sequence[float]
    """Of the practice that is looked at: from finalised to ``Synced``."""
    of_all: Sequence[float]
    shares: Sequence[Shares]
    """Of those that an event brought."""
    not_synced: int
    by_the_clock: int
    """Posted by another run than an event's."""
    runs: int
    tasks: int
    seconds: float


def ordinary_load(crowd: Crowd, system: ScheduledSystem, minutes: float) -> Load:
    """``sync_new_work`` is on and a triggerer runs. Until all is synced, or four minutes longer."""
    (start,) = crowd.flow.caspen_rows("SELECT now()")[0]
    began = time.monotonic()
    documents = _finalise(crowd, minutes)
    ends = time.monotonic() + DRAIN_SECONDS
    while (left := crowd.flow.caspen_rows(OPEN, start)[0][0]) and time.monotonic() < ends:
        time.sleep(1)
    seconds = time.monotonic() - began
    with crowd.flow.caspen.cursor(row_factory=class_row(_Document)) as cursor:
        synced = cursor.execute(DOCUMENTS, [start]).fetchall()
    with psycopg.connect(crowd.flow.sync.uri, row_factory=class_row(_Run)) as connection:
        runs = {run.id: run for run in connection.execute(RUNS, [start]).fetchall()}
    with psycopg.connect(system.metadata) as airflow:
        starts: dict[str, datetime] = dict(airflow.execute(STARTS).fetchall())
        shares = [
            found
            for one in synced
            if one.id in runs and (found := _shares(airflow, one, runs[one.id], starts))
        ]
        (tasks,) = airflow.execute(TASKS).fetchall()[0]
    late = [(one.shown_at - one.finalised_at).total_seconds() for one in synced]
    return Load(
        documents=documents,
        of_one=[s for s, one in zip(late, synced, strict=True) if one.workspace_id == WORKSPACE],
        of_all=late,
        shares=shares,
        not_synced=left,
        by_the_clock=sum(runs[one.id].run_id not in starts for one in synced if one.id in runs),
        runs=len(starts),
        tasks=tasks,
        seconds=seconds,
    )


def _finalise(crowd: Crowd, minutes: float) -> int:
    """By chance in time and practice; the first practice every ten seconds on top."""
    chance = random.Random(3)  # noqa: S311
    ids = [id_ for id_ in crowd.staff if id_ != WORKSPACE]
    rate = len(ids) * INVOICES / HOURS / 3600
    ends, documents = time.monotonic() + 60 * minutes, 0
    mine = theirs = time.monotonic()
    while (now := time.monotonic()) < ends:
        if now >= mine:
            crowd.finalise(WORKSPACE)
            mine += ONE_EVERY_SECONDS
        else:
            crowd.finalise(chance.choice(ids))
            theirs += chance.expovariate(rate)
        documents += 1
        time.sleep(max(0.0, min(mine, theirs) - time.monotonic()))
    return documents


def _shares(
    airflow: psycopg.Connection, one: _Document, run: _Run, starts: dict[str, datetime]
) -> Shares | None:
    """None: no event brought it."""
    started = starts.get(run.run_id)
    if started is None:
        return None
    (task,) = airflow.execute(STARTED, [run.run_id, run.started_at]).fetchall()[0]
    looked = airflow.execute(LOOKED, [one.workspace_id, one.finalised_at, started]).fetchone()
    if looked is None or task is None:  # an earlier event brought it along
        return None
    moments = (one.finalised_at, looked[0], started, task, run.started_at, run.answered_at, one.shown_at)
    return Shares(*((b - a).total_seconds() for a, b in pairwise(moments)))


def of_95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else max(values, default=0.0)


def describe(load: Load) -> str:
    """For a person: the figures beside what the clock alone would take."""
    lines = [
        (
            f"ordinary load: {load.seconds / 60:.1f} minutes, {load.documents} documents, {load.runs} runs, "
            f"{load.tasks} tasks; {load.by_the_clock} posted by the clock, {load.not_synced} not synced"
        ),
        "  seconds from finalised to Synced          half   95 of 100   longest",
    ]
    for name, late in (("one practice", load.of_one), ("all practices", load.of_all)):
        if late:
            lines.append(f"    {name:34}{statistics.median(late):10.1f}{of_95(late):12.1f}{max(late):10.1f}")
    lines.append(f"    {'every 15 minutes, without events':34}{450:10.1f}{855:12.1f}{900:10.1f}")
    lines.append(f"  where it goes, of {len(load.shares)} that an event brought")
    for field in fields(Shares) if load.shares else ():
        values = [float(getattr(one, field.name)) for one in load.shares]
        lines.append(
            f"    {field.name:34}{statistics.median(values):10.1f}{of_95(values):12.1f}{max(values):10.1f}"
        )
    return "\n".join(lines)
