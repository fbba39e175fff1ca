"""Sessions at both databases while many pages are viewed and several tasks run: the most seen at once.

python -m benchmarks.sessions
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx

from ops.local.postgres import Database, PostgresServer
from tests.support.airflow_server import AirflowServer, running_airflow
from tests.support.standalone import Services, services

VIEWS = 60
TASKS = 4
"""The pool ``quickbooks`` as docker-compose makes it."""


@dataclass(frozen=True, slots=True)
class Sessions:
    """The most at once."""

    caspen: int
    ours: int


@dataclass(frozen=True, slots=True)
class Measured:
    views: int
    tasks: int
    of_pages: Sessions
    """One process of Airflow's API server, whose page asks QuickBooks as well."""
    of_tasks: Sessions
    """Reconciliations of one practice each."""


def measure(started: Services) -> Measured:
    from tests.support.flow import Flow

    with started.caspen.fresh() as caspen, started.sync.fresh() as sync:
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        flow.invoice("100.00")
        flow.post()
        databases = {"caspen": caspen, "ours": sync}
        tasks = _sampled(started.server, databases, _run_tasks)
        with tempfile.TemporaryDirectory() as folder:
            migrated = [sys.executable, "-m", "airflow", "db", "migrate"]
            subprocess.run(migrated, check=True, capture_output=True)
            with running_airflow(Path(folder), {}) as server:
                server.await_health()
                pages = _sampled(started.server, databases, lambda: _view(server))
        flow.close()
    return Measured(VIEWS, TASKS, pages, tasks)


def _sampled(server: PostgresServer, databases: dict[str, Database], work: Callable[[], None]) -> Sessions:
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'caspen_qbo'"
    most: Counter[str] = Counter()
    with server.admin() as admin, ThreadPoolExecutor(1) as pool:
        doing: Future[None] = pool.submit(work)
        while not doing.done():
            for name, database in databases.items():
                row = admin.execute(statement, [database.name]).fetchone()
                most[name] = max(most[name], int(row[0]) if row else 0)
            time.sleep(0.01)
        doing.result()
    return Sessions(most["caspen"], most["ours"])


def _run_tasks() -> None:
    """As many as there is room for. They are of one practice: all but one wait for it with a session open."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.reconciling.run import reconcile

    def run(number: int) -> None:
        with wiring.open_session(1, f"reconcile__{number}") as session:
            reconcile(session)

    with ThreadPoolExecutor(TASKS) as pool:
        list(pool.map(run, range(TASKS)))


def _view(server: AirflowServer) -> None:
    token = server.token("viewer")
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "cookie": f"_token={token}"}
    with (
        httpx.Client(timeout=90, limits=httpx.Limits(max_connections=VIEWS), verify=False) as client,
        ThreadPoolExecutor(VIEWS) as pool,
    ):
        list(
            pool.map(
                lambda _: client.get(f"{server.url}/quickbooks/w/1/setup", headers=headers), range(VIEWS)
            )
        )


def main() -> None:
    with services() as started:
        print(measure(started))


if __name__ == "__main__":
    main()
