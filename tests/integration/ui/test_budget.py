"""What the pages may take of the process they share with Airflow, and of databases shared with others."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from caspen_qbo.ui.admission import NOTIFICATIONS_AT_ONCE, PAGES_AT_ONCE
from ops.local.environment import connection_json
from ops.local.ports import HOST, free_port
from ops.local.postgres import Database, PostgresServer
from tests.support.airflow_server import AirflowServer, running_airflow
from tests.support.flow import Flow

pytestmark = pytest.mark.postgres

VIEWS = 60


@contextmanager
def served(tmp_path, airflow_metadata, **environ: str) -> Iterator[AirflowServer]:
    with running_airflow(tmp_path, environ) as server:
        server.await_health()
        yield server


@contextmanager
def silent_port() -> Iterator[int]:
    """Accepts and says nothing."""
    with socket.create_server((HOST, 0), backlog=256) as listener:
        kept: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    kept.append(listener.accept()[0])
            except OSError:
                pass

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        for each in kept:
            each.close()


def view(client: httpx.Client, server: AirflowServer, token: str, path: str) -> httpx.Response:
    headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}
    headers["cookie"] = f"_token={token}"
    return client.get(f"{server.url}/quickbooks/w/1/{path}", headers=headers)


def while_viewed(
    server: AirflowServer, token: str, path: str, watch: Callable[[], None]
) -> list[httpx.Response]:
    limits = httpx.Limits(max_connections=VIEWS)
    with (
        httpx.Client(timeout=90, limits=limits, verify=False) as client,
        ThreadPoolExecutor(VIEWS) as pool,
    ):
        views = [pool.submit(view, client, server, token, path) for _ in range(VIEWS)]
        while not all(each.done() for each in views):
            watch()
            time.sleep(0.05)
        return [each.result() for each in views]


@pytest.mark.parametrize("which", ["CASPEN_DB", "SYNC_DB"])
@pytest.mark.parametrize("how", ["silent", "refused"])
def test_a_database_that_is_away_takes_nothing_of_airflow_away(
    which: str, how: str, flow: Flow, caspen_db, sync_db, airflow_metadata, tmp_path
) -> None:
    database = {"CASPEN_DB": caspen_db, "SYNC_DB": sync_db}[which]
    with silent_port() as silent:
        port = silent if how == "silent" else free_port()
        value = connection_json("postgres", replace(database, port=port))
        with served(tmp_path, airflow_metadata, **{f"AIRFLOW_CONN_{which}": value}) as server:
            token = server.token("viewer")
            took: list[float] = []
            watching = httpx.Client(timeout=30, verify=False)  # one: making it costs more than a request

            def watch() -> None:
                for path, headers in (
                    ("/api/v2/monitor/health", {}),
                    ("/api/v2/dags", {"Authorization": f"Bearer {token}"}),
                ):
                    started = time.monotonic()
                    assert watching.get(f"{server.url}{path}", headers=headers).status_code == 200
                    took.append(time.monotonic() - started)

            watch()
            started = time.monotonic()
            answers = while_viewed(server, token, "unsynced", watch)
            lasted = time.monotonic() - started
    assert {answer.status_code for answer in answers} == {503}
    assert all("try again" in answer.text.lower() for answer in answers)
    assert lasted < 30  # none of the sixty waits without end
    assert max(took) < 1.0, sorted(took)[-5:]


def most_sessions(server: PostgresServer, databases: dict[str, Database], most: Counter[str]) -> Callable:
    admin = server.admin()
    statement = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND application_name = 'caspen_qbo'"

    def watch() -> None:
        for name, database in databases.items():
            row = admin.execute(statement, [database.name]).fetchone()
            most[name] = max(most[name], row[0])

    return watch


@pytest.mark.parametrize("path", ["setup", "unsynced"])
def test_sixty_views_at_once_stay_within_the_budget_of_sessions(
    path: str, flow: Flow, caspen_db, sync_db, postgres_server, airflow_metadata, tmp_path
) -> None:
    most: Counter[str] = Counter()
    with served(tmp_path, airflow_metadata) as server:
        watch = most_sessions(postgres_server, {"caspen": caspen_db, "ours": sync_db}, most)
        answers = while_viewed(server, server.token("viewer"), path, watch)
        statuses = Counter(answer.status_code for answer in answers)
    assert 0 < most["caspen"] <= PAGES_AT_ONCE == 8
    assert 0 < most["ours"] <= 2 * PAGES_AT_ONCE + NOTIFICATIONS_AT_ONCE
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= VIEWS / 2, statuses


def test_who_has_no_turn_is_answered_in_a_sentence(flow: Flow, caspen_db, airflow_metadata, tmp_path) -> None:
    with silent_port() as port:
        value = connection_json("postgres", replace(caspen_db, port=port))
        with served(tmp_path, airflow_metadata, AIRFLOW_CONN_CASPEN_DB=value) as server:
            answers = while_viewed(server, server.token("viewer"), "unsynced", lambda: None)
            busy = [answer for answer in answers if "Retry-After" in answer.headers]
            told = [answer for answer in answers if "Retry-After" not in answer.headers]
            notification = httpx.post(f"{server.url}/quickbooks/webhook", json=[], timeout=5)
    assert busy and told
    assert all("as many requests as they may at once" in answer.text for answer in busy)
    assert all(re.search(r"caspen_db&#39;: the database cannot be reached", answer.text) for answer in told)
    assert notification.status_code in (401, 404)
    assert statistics.median(answer.elapsed.total_seconds() for answer in answers) < 25
