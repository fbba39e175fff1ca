"""What the pages may take of the process they share with Airflow, and of databases shared with others.

All tests ask one API server, whose ways to the databases fall silent or refuse in turn.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace

import httpx
import psutil
import pytest

from caspen_qbo.hooks.postgres.parameters import CONNECT_SECONDS
from caspen_qbo.ui.admission import NOTIFICATIONS_AT_ONCE, PAGES_AT_ONCE, WAIT_SECONDS
from ops.local.environment import connection_json
from tests.support.airflow_server import AirflowServer, running_airflow
from tests.support.forwarder import Forwarder, forwarding
from tests.support.services import airflow_connections

pytestmark = pytest.mark.postgres

VIEWS = 60
BUSY_MACHINE_SECONDS = 30.0


@dataclass
class Served:
    """A practice's pages in Airflow's own server."""

    server: AirflowServer
    token: str
    ways: dict[str, Forwarder]

    def view(self, client: httpx.Client, path: str) -> httpx.Response:
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}
        headers["cookie"] = f"_token={self.token}"
        return client.get(f"{self.server.url}/quickbooks/w/1/{path}", headers=headers)

    def sixty_views(self, path: str, watch: Callable[[], None]) -> list[httpx.Response]:
        """All at once; ``watch`` is called again and again until the last is answered."""
        limits = httpx.Limits(max_connections=VIEWS)
        with (
            httpx.Client(timeout=90, limits=limits, verify=False) as client,
            ThreadPoolExecutor(VIEWS) as pool,
        ):
            views = [pool.submit(self.view, client, path) for _ in range(VIEWS)]
            while not all(each.done() for each in views):
                watch()
                time.sleep(0.05)
            return [each.result() for each in views]

    def sessions(self) -> set[tuple[str, int]]:
        """The way and the local port of each connection to a database that the server's processes hold."""
        names = {way.port: name for name, way in self.ways.items()}
        root = psutil.Process(self.server.process.pid)
        held = set()
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                for each in process.net_connections("tcp"):
                    if each.status == psutil.CONN_ESTABLISHED and each.raddr.port in names:
                        held.add((names[each.raddr.port], each.laddr.port))
        return held


@pytest.fixture(scope="module")
def served(prepared, sandbox_server, airflow_metadata, tmp_path_factory) -> Iterator[Served]:
    sandbox_server.reset()
    with (
        prepared.caspen.fresh() as caspen,
        prepared.sync.fresh() as sync,
        forwarding(caspen.port) as to_caspen,
        forwarding(sync.port) as to_sync,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in airflow_connections(caspen, sync, sandbox_server).items():
            patch.setenv(name, value)
        prepared.open(caspen, sync, sandbox_server).close()
        ways = {"CASPEN_DB": to_caspen, "SYNC_DB": to_sync}
        for (conn_id, way), database in zip(ways.items(), (caspen, sync), strict=True):
            value = connection_json("postgres", replace(database, port=way.port))
            patch.setenv(f"AIRFLOW_CONN_{conn_id}", value)
        with running_airflow(tmp_path_factory.mktemp("budget"), {}) as server:
            server.await_health()
            yield Served(server, server.token("viewer"), ways)


@pytest.mark.parametrize("path", ["setup", "unsynced"])
def test_sixty_views_at_once_stay_within_the_budget_of_sessions(path: str, served: Served) -> None:
    most: Counter[str] = Counter()

    def watch() -> None:
        # What is there before and after was held in between: one that was only just closed, or is only
        # just opened, is not counted with another it has made room for.
        at_once = Counter(name for name, _ in served.sessions() & served.sessions())
        for name, number in at_once.items():
            most[name] = max(most[name], number)

    answers = served.sixty_views(path, watch)
    statuses = Counter(answer.status_code for answer in answers)
    assert 0 < most["CASPEN_DB"] <= PAGES_AT_ONCE == 8
    assert 0 < most["SYNC_DB"] <= 2 * PAGES_AT_ONCE + NOTIFICATIONS_AT_ONCE
    assert set(statuses) <= {200, 503}
    assert statuses[200] >= VIEWS / 2, statuses


@pytest.mark.parametrize("which", ["CASPEN_DB", "SYNC_DB"])
@pytest.mark.parametrize("how", ["silent", "refused"])
def test_a_database_that_is_away_takes_nothing_of_airflow_away(which: str, how: str, served: Served) -> None:
    took: list[float] = []
    with httpx.Client(timeout=60, verify=False) as watching:  # one: making it costs more than a request

        def watch() -> None:
            for path, headers in (
                ("/api/v2/monitor/health", {}),
                ("/api/v2/dags", {"Authorization": f"Bearer {served.token}"}),
            ):
                started = time.monotonic()
                assert watching.get(f"{served.server.url}{path}", headers=headers).status_code == 200
                took.append(time.monotonic() - started)

        watch()
        way = served.ways[which]
        with way.silent() if how == "silent" else way.refusing():
            started = time.monotonic()
            answers = served.sixty_views("unsynced", watch)
            lasted = time.monotonic() - started
            notification = httpx.post(f"{served.server.url}/quickbooks/webhook", json=[], timeout=30)
    assert {answer.status_code for answer in answers} == {503}
    assert all("try again" in answer.text.lower() for answer in answers)
    assert notification.status_code in (401, 404)
    # None of the sixty waits without end: for its turn, then for the database.
    assert lasted < WAIT_SECONDS + CONNECT_SECONDS + BUSY_MACHINE_SECONDS
    # Airflow's own requests wait for none of them: behind pages they would wait out a time-out each.
    assert sorted(took)[len(took) * 9 // 10] < CONNECT_SECONDS / 2, sorted(took)

    no_turn = [answer for answer in answers if "Retry-After" in answer.headers]
    asked = [answer for answer in answers if "Retry-After" not in answer.headers]
    assert asked
    for answer in asked:
        assert f"{which.lower()}&#39;: the database cannot be reached" in answer.text
    assert all("as many requests as they may at once" in answer.text for answer in no_turn)
    if how == "silent":
        assert no_turn
        assert all(answer.elapsed.total_seconds() > WAIT_SECONDS - 1 for answer in no_turn)
