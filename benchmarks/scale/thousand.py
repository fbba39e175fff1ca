"""A thousand practices on the real system: Airflow with its triggerer, both databases, the sandbox.

    python -m benchmarks.scale.thousand [--practices N] [--minutes N] [--load-only]

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
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.scale.crowd import Crowd
from benchmarks.scale.load import EVENTS, Load, describe, ordinary_load
from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.environment import LOCAL_SETTINGS, common_settings
from tests.support.celery_system import run_airflow
from tests.support.flow import Flow
from tests.support.scheduled_system import ScheduledSystem, scheduled_system
from tests.support.services import airflow_connections
from tests.support.standalone import Services, services

POST = "post_to_quickbooks"
SAMPLE, MANY = 30, 300
AS_ON_A_SERVER = {
    **common_settings(),
    "AIRFLOW__CORE__PARALLELISM": "8",
    "AIRFLOW__OPENLINEAGE__DISABLED": "True",
}


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
class AtOnce:
    """All practices with an invoice each, in one run."""

    seconds: float
    tasks: int
    failed: int


@dataclass(frozen=True)
class Measured:
    practices: int
    costs: Costs | None
    at_once: AtOnce | None
    """As ``costs``: None where only the load was measured."""
    load: Load
    task_cpu: float
    """CPU of scheduler, triggerer and tasks for each task instance."""


def measure(practices: int, minutes: float, *, load_only: bool = False) -> Measured:
    with services() as started:
        return measure_on(started, practices, minutes, load_only=load_only)


def measure_on(started: Services, practices: int, minutes: float, *, load_only: bool) -> Measured:
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    connections = airflow_connections(caspen, sync, started.sandbox)
    try:
        crowd = Crowd(flow, practices)
        costs, at_once = None, None
        if not load_only:
            print(f"{practices} practices are connected", flush=True)
            costs = _costs(crowd)
            print(costs, flush=True)
        for id_ in crowd.staff:  # a practice in its first day is no ordinary one
            crowd.finalise(id_)
        with (
            tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder,
            scheduled_system(
                _with_local_settings(Path(folder)),
                started.server,
                connections,
                own_settings=AS_ON_A_SERVER,
            ) as system,
        ):
            system.api.ensure_pool(POOL, POOL_SLOTS, "")
            if load_only:
                for id_ in crowd.staff:
                    _run(post)(id_)
            else:
                at_once = _at_once(crowd, system)
                print(at_once, flush=True)
            load, task_cpu = measure_load(crowd, system, minutes)
        return Measured(practices, costs, at_once, load, task_cpu)
    finally:
        flow.close()


def _with_local_settings(home: Path) -> Path:
    """What tasks import is imported before they are forked, as on a server."""
    (home / "config").mkdir()
    shutil.copy(LOCAL_SETTINGS, home / "config")
    return home


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


def _at_once(crowd: Crowd, system: ScheduledSystem) -> AtOnce:
    system.api.unpause({POST})
    began = time.monotonic()
    run_id = system.api.start(POST)
    ended = system.api.finish(POST, run_id, 1800)
    seconds = time.monotonic() - began
    assert ended.state == "success", f"{ended}\n{system.logs()}"
    failed = crowd.flow.sync_rows("SELECT count(*) FROM qbo_sync.sync_run WHERE success IS NOT TRUE")[0][0]
    return AtOnce(seconds, len(system.api.tasks(POST, run_id)), failed)


def measure_load(crowd: Crowd, system: ScheduledSystem, minutes: float) -> tuple[Load, float]:
    """With the event's DAG on; and the CPU seconds of Airflow for each task instance."""
    system.api.unpause({EVENTS})
    run_airflow(["dags", "reserialize"], env=system.env)  # a watcher of a DAG that is off is none
    with system.triggerer("triggerer"):
        cpu = _cpu_of_airflow()
        load = ordinary_load(crowd, system, minutes)
        cpu = _cpu_of_airflow() - cpu
    return load, cpu / max(1, load.tasks)


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


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--practices", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--load-only", action="store_true")
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    found = measure(asked.practices, asked.minutes, load_only=asked.load_only)
    if found.at_once is not None:
        print(
            f"{found.practices:,} practices, each with an invoice, in one run: "
            f"{found.at_once.seconds:.0f} s, {found.at_once.tasks} tasks, {found.at_once.failed} failed"
        )
    if found.costs is not None:
        print("CPU of our processes, seconds")
        for name, seconds in (
            ("a run that finds nothing", found.costs.idle),
            ("a run with one invoice", found.costs.one),
            ("one more invoice in it", found.costs.document),
            ("an import that asks", found.costs.asks),
            ("a practice's night", found.costs.night),
        ):
            print(f"  {name:32}{seconds:8.4f}")
    print(f"  {'Airflow, for each task instance':32}{found.task_cpu:8.4f}")
    print(f"{found.practices:,} practices, {describe(found.load)}")


if __name__ == "__main__":
    main()
