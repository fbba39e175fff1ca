"""The same backlog through Airflow with one Celery worker, then with two; each with one task at a time.

    python -m benchmarks.scale.workers

Debian's Redis carries the tasks. The sandbox answers after a third of a second, as QuickBooks does at its
best, so that a slot waits as it would; both workers share this machine's cores.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.scale.crowd import Crowd
from ops.demo.practice import POOL
from ops.paths import DAGS
from tests.support.celery_system import celery_system, redis_server
from tests.support.flow import Flow
from tests.support.services import airflow_connections
from tests.support.standalone import Services, services

POST = "post_to_quickbooks"
PRACTICES, INVOICES = 8, 60
ANSWER_SECONDS = 0.33


@dataclass(frozen=True)
class Measured:
    """Seconds from the start of a run until it has posted everything."""

    one: float
    two: float

    @property
    def ratio(self) -> float:
        return self.one / self.two


def measure(started: Services) -> Measured:
    """:raises AssertionError: no Redis here."""
    assert redis_server(), "no redis-server here"
    return Measured(*(_run(started, workers) for workers in (1, 2)))


def _run(started: Services, workers: int) -> float:
    with (
        started.caspen.fresh() as caspen,
        started.sync.fresh() as sync,
        tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder,
    ):
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            crowd = Crowd(flow, PRACTICES)
            for id_ in crowd.staff:
                crowd.finalise(id_, INVOICES)
            connections = {
                **airflow_connections(caspen, sync, started.sandbox),
                "AIRFLOW__CORE__DAGS_FOLDER": str(DAGS),
            }
            with celery_system(Path(folder), started.server, connections) as system:
                for worker in system.workers[workers:]:
                    worker.terminate()
                    worker.wait()
                system.api.ensure_pool(POOL, PRACTICES, "")
                system.api.unpause({POST})
                flow.door("latency", seconds=ANSWER_SECONDS)
                began = time.monotonic()
                ended = system.api.finish(POST, system.api.start(POST), 600)
                took = time.monotonic() - began
                flow.door("latency", seconds=0)
                assert ended.state == "success", f"{ended}\n{system.logs()}"
        finally:
            flow.close()
    return took


def main() -> None:
    argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0]).parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        found = measure(started)
    print(f"{PRACTICES} practices with {INVOICES} invoices each")
    print(f"one worker {found.one:.0f} s, two {found.two:.0f} s: {found.ratio:.2f} times as quick")


if __name__ == "__main__":
    main()
