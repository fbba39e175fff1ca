"""Airflow's own triggerer, killed again and again while invoices are finalised: what no event posts is lost.

    python -m tests.support.triggerer_kills [--kills 200]

The real scheduler, triggerers, tasks and databases. SIGKILL ends each triggerer at a moment by chance, from
before it has loaded anything to after it announced. The schedules are off, so only events start runs. The
last triggerer is not killed: what is not posted four minutes later is lost.
"""

from __future__ import annotations

import argparse
import logging
import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ops.demo.practice import POOL, POOL_SLOTS
from tests.support.celery_system import run_airflow, until
from tests.support.flow import Flow
from tests.support.scheduled_system import ScheduledSystem, scheduled_system
from tests.support.services import airflow_connections
from tests.support.standalone import services

EVENTS = "sync_new_work"
LIFE_SECONDS = 15.0
"""The longest of one that is killed; it takes a third of that to load."""
FINALISES = 0.7
"""How likely something is finalised in one life."""


@dataclass(frozen=True)
class Result:
    documents: int
    kills: int
    runs: int
    """That events started."""
    lost: int
    twice: int
    """Documents that stand in QuickBooks more than once."""


def kill_again_and_again(flow: Flow, system: ScheduledSystem, kills: int, *, seed: int = 1) -> Result:
    """:param flow: All that Caspen has finalised is in QuickBooks, and how far Caspen was read is known."""
    chance = random.Random(seed)
    documents = len(flow.books("Invoice"))
    for number in range(kills):
        with system.triggerer(f"triggerer-{number}"):
            ends = time.monotonic() + chance.uniform(0, LIFE_SECONDS)
            time.sleep(chance.uniform(0, ends - time.monotonic()))
            if chance.random() < FINALISES:
                flow.invoice("10.00")
                documents += 1
            time.sleep(max(0.0, ends - time.monotonic()))
    with system.triggerer("triggerer-last"):
        until(lambda: len(flow.books("Invoice")), lambda found: found >= documents)
        until(lambda: _runs(system, state=["running", "queued"]), lambda found: found == 0)
    numbers = [each["DocNumber"] for each in flow.books("Invoice")]
    posted = len(set(numbers))
    return Result(documents, kills, _runs(system), documents - posted, len(numbers) - posted)


def _runs(system: ScheduledSystem, **those: list[str]) -> int:
    return system.api.get(f"/api/v2/dags/{EVENTS}/dagRuns", limit=1, **those)["total_entries"]


def measure(kills: int) -> Result:
    """On a system of its own."""
    with services() as started, tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder:
        caspen, sync = started.caspen.create(), started.sync.create()
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            flow.invoice("10.00")
            flow.post()
            flow.post()  # how far Caspen was read is known
            connections = airflow_connections(caspen, sync, started.sandbox)
            with scheduled_system(Path(folder), started.server, connections) as system:
                system.api.ensure_pool(POOL, POOL_SLOTS, "")
                system.api.unpause({EVENTS})
                run_airflow(["dags", "reserialize"], env=system.env)  # a watcher of a DAG that is off is none
                return kill_again_and_again(flow, system, kills)
        finally:
            flow.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    result = measure(asked.kills)
    print(
        f"{result.documents} documents, {result.kills} kills of Airflow's triggerer, "
        f"{result.runs} runs by events: {result.lost} lost, {result.twice} twice"
    )
    raise SystemExit(bool(result.lost or result.twice))


if __name__ == "__main__":
    main()
