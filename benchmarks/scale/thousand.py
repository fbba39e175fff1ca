"""A thousand practices on the real system: Airflow with its triggerer, both databases, the sandbox.

    python -m benchmarks.scale.thousand [--practices N] [--minutes N]

Each practice is connected to a company of its own in the sandbox. Measured are

- all of them with an invoice at once, in one run of ``post_to_quickbooks``;
- what a run, a document, an import and a task cost in CPU of our processes, which ``costs.py`` reckons with;
- an ordinary load through ``sync_new_work``: each practice finalises 600 invoices on 22 working days of ten
  hours. From finalised to ``Synced`` is taken from Caspen's own rows.

Everything runs on this one machine: PostgreSQL, the sandbox, Airflow, and the staff that finalise.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import resource
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.scale.crowd import Crowd
from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.postgres import PostgresServer
from tests.support.flow import WORKSPACE, Flow
from tests.support.services import airflow_connections
from tests.support.standalone import services

POST, EVENTS = "post_to_quickbooks", "sync_new_work"
INVOICES, HOURS = 600, 220
"""A month's working hours."""
SAMPLE, MANY = 30, 300
LATE = """
SELECT extract(epoch FROM updated_at - finalised_at)::float8 FROM caspen.invoice
WHERE quickbooks_status = 'Synced' AND finalised_at >= %s AND workspace_id = ANY(%s)
"""
OPEN = "SELECT count(*) FROM caspen.invoice WHERE quickbooks_status <> 'Synced' AND status <> 'draft'"
FAILED = "SELECT count(*) FROM qbo_sync.sync_run WHERE success IS NOT TRUE"
MAX_DRAIN_SECONDS = 180.0


@dataclass(frozen=True)
class Costs:
    """Seconds of CPU of this process."""

    idle: float
    one: float
    """A run with one invoice."""
    document: float
    """One more in the same run."""
    asks: float
    night: float


@dataclass(frozen=True)
class Measured:
    practices: int
    costs: Costs
    at_once_seconds: float
    at_once_tasks: int
    at_once_failed: int
    documents: int
    """In the ordinary load."""
    synced_95_of_one: float
    """One practice among all; seconds."""
    synced_95: float
    tasks: int
    """Under the ordinary load."""
    minutes: float
    task_cpu: float
    """CPU of scheduler, triggerer and tasks for each task instance."""


def measure(practices: int, minutes: float) -> Measured:
    with services() as started, tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder:
        caspen, sync = started.caspen.create(), started.sync.create()
        started.prepare_for(caspen, sync)
        for name in ("API_AUTH__JWT_SECRET", "API__SECRET_KEY"):  # one for the server and the scheduler
            os.environ[f"AIRFLOW__{name}"] = secrets.token_hex(32)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            crowd = Crowd(flow, practices)
            print(f"{practices} practices are connected", flush=True)
            costs = _costs(crowd)
            print(costs, flush=True)
            for id_ in crowd.staff:
                crowd.finalise(id_)
            connections = airflow_connections(caspen, sync, started.sandbox)
            return _through_airflow(crowd, Path(folder), started.server, connections, costs, minutes)
        finally:
            flow.close()


def _cpu(work: Callable[[int], object], ids: list[int]) -> float:
    """Mean of one of them."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    for id_ in ids:
        work(id_)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(ids)


def _run(use_case: Callable) -> Callable[[int], object]:
    def run(id_: int) -> object:
        with wiring.open_session(id_, wiring.new_run_id("bench")) as session:
            return use_case(session)

    return run


def _costs(crowd: Crowd) -> Costs:
    ids = list(crowd.staff)[:SAMPLE]
    for id_ in ids:  # the lists are read, as on any but the first day
        crowd.finalise(id_)
        _run(post)(id_)
        _run(post)(id_)
        _run(import_payments)(id_)
    _run(reconcile)(ids[0])
    idle = _cpu(_run(post), ids)
    for id_ in ids:
        crowd.finalise(id_)
    one = _cpu(_run(post), ids)
    crowd.finalise(ids[0], MANY)
    many = _cpu(_run(post), ids[:1])
    return Costs(
        idle=idle,
        one=one,
        document=(many - one) / (MANY - 1),
        asks=_cpu(_run(import_payments), ids),
        night=_cpu(_run(reconcile), ids),
    )


def _through_airflow(
    crowd: Crowd,
    folder: Path,
    server: PostgresServer,
    connections: Mapping[str, str],
    costs: Costs,
    minutes: float,
) -> Measured:
    from tests.support.scheduled_system import scheduled_system

    everybody = list(crowd.staff)
    with scheduled_system(folder, server, connections) as system:
        system.api.ensure_pool(POOL, POOL_SLOTS, "")
        system.api.unpause({POST})
        began = time.monotonic()
        run_id = system.api.start(POST)
        ended = system.api.finish(POST, run_id, 1800)
        at_once = time.monotonic() - began
        tasks = system.api.tasks(POST, run_id)
        (failed,) = crowd.flow.sync_rows("SELECT count(*) FROM qbo_sync.sync_run WHERE success IS NOT TRUE")[
            0
        ]
        assert ended.state == "success", f"{ended}\n{system.logs()}"
        print(f"all at once: {at_once:.0f} s, {len(tasks)} tasks, {failed} failed", flush=True)
        with system.triggerer("triggerer"):
            system.api.unpause({EVENTS})
            (start,) = crowd.flow.caspen_rows("SELECT now()")[0]
            cpu, began = _cpu_of_airflow(), time.monotonic()
            documents = _ordinary_load(crowd, minutes)
            worked = time.monotonic() - began
            runs = system.api.get(f"/api/v2/dags/{EVENTS}/dagRuns", limit=1000)["dag_runs"]
            count = sum(len(system.api.tasks(EVENTS, run["dag_run_id"])) for run in runs)
            cpu = _cpu_of_airflow() - cpu
        late = [seconds for (seconds,) in crowd.flow.caspen.execute(LATE, [start, everybody])]
        of_one = [seconds for (seconds,) in crowd.flow.caspen.execute(LATE, [start, [WORKSPACE]])]
    return Measured(
        practices=len(everybody),
        costs=costs,
        at_once_seconds=at_once,
        at_once_tasks=len(tasks),
        at_once_failed=failed,
        documents=documents,
        synced_95_of_one=_of_95(of_one),
        synced_95=_of_95(late),
        tasks=count,
        minutes=worked / 60,
        task_cpu=cpu / max(1, count),
    )


def _ordinary_load(crowd: Crowd, minutes: float) -> int:
    """By chance in time and practice; the first practice every ten seconds on top. Until all is synced."""
    chance = random.Random(3)  # noqa: S311
    ids = [id_ for id_ in crowd.staff if id_ != WORKSPACE]
    rate = len(ids) * INVOICES / HOURS / 3600
    ends, documents = time.monotonic() + 60 * minutes, 0
    mine = theirs = time.monotonic()
    while (now := time.monotonic()) < ends:
        if now >= mine:
            crowd.finalise(WORKSPACE)
            mine += 10
        else:
            crowd.finalise(chance.choice(ids))
            theirs += chance.expovariate(rate)
        documents += 1
        time.sleep(max(0.0, min(mine, theirs) - time.monotonic()))
    left = time.monotonic() + MAX_DRAIN_SECONDS
    while crowd.flow.caspen_rows(OPEN)[0][0] and time.monotonic() < left:
        time.sleep(2)
    return documents


def _cpu_of_airflow() -> float:
    """Of scheduler, triggerer and every task they ended."""
    total = 0.0
    for child in psutil.Process().children():
        try:
            if not {"scheduler", "triggerer"} & set(child.cmdline()):
                continue
            for process in (child, *child.children(recursive=True)):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        except psutil.NoSuchProcess:
            continue
    return total


def _of_95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[18] if len(values) > 1 else max(values, default=0.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--practices", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=8)
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    found = measure(asked.practices, asked.minutes)
    cost = found.costs
    print(
        f"{found.practices:,} practices, each with an invoice, in one run: {found.at_once_seconds:.0f} s, "
        f"{found.at_once_tasks} tasks, {found.at_once_failed} failed"
    )
    print("CPU of our processes, seconds")
    for name, seconds in (
        ("a run that finds nothing", cost.idle),
        ("a run with one invoice", cost.one),
        ("one more invoice in it", cost.document),
        ("an import that asks", cost.asks),
        ("a practice's night", cost.night),
        ("Airflow, for each task instance", found.task_cpu),
    ):
        print(f"  {name:32}{seconds:8.4f}")
    print(f"ordinary load: {found.minutes:.0f} minutes, {found.documents} documents, {found.tasks} tasks")
    print(f"  finalised to Synced, 95 %, one practice {found.synced_95_of_one:6.0f} s")
    print(f"  of all practices                        {found.synced_95:6.0f} s")


if __name__ == "__main__":
    main()
