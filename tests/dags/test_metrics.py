"""What the dashboard and the alerts name arrives at a StatsD listener; a good round is pinged outside."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from caspen_qbo.core.monitoring.metrics import METRICS
from caspen_qbo.hooks import ping
from tests.dags.conftest import states
from tests.support.flow import Flow
from tests.support.listening import listening

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

RunDag = Callable[..., Any]


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Lines that came to a real StatsD port, with Airflow reporting as its task runner has it report."""
    from airflow.configuration import conf
    from airflow.sdk.observability import stats
    from airflow.sdk.observability.metrics import stats_utils

    lines: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        listener.settimeout(0.2)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                try:
                    lines.extend(listener.recv(65535).decode().splitlines())
                except TimeoutError:
                    continue

        thread = threading.Thread(target=listen)
        thread.start()
        for name, value in {
            "STATSD_ON": "True",
            "STATSD_HOST": "127.0.0.1",
            "STATSD_PORT": str(listener.getsockname()[1]),
            "STATSD_INFLUXDB_ENABLED": "True",
        }.items():
            monkeypatch.setenv(f"AIRFLOW__METRICS__{name}", value)
        legacy = conf.getboolean("metrics", "legacy_names_on")
        stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=legacy)
        try:
            yield lines
        finally:
            monkeypatch.undo()
            stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=legacy)
            done.set()
            thread.join()


@contextmanager
def outside(status: int = 200) -> Iterator[tuple[str, list[str]]]:
    """A service that is pinged: its address, and the paths asked for."""
    asked: list[str] = []
    with listening(lambda path, _: asked.append(path), status) as address:
        yield address, asked


def test_every_figure_arrives_and_each_good_round_is_pinged(
    flow: Flow, run_dag: RunDag, received: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.sync_rows("UPDATE qbo_sync.connection SET access_expires_at = now() RETURNING 1")
    with outside() as (address, asked):
        monkeypatch.setenv(ping.ADDRESS_VARIABLE, f"{address}/{{job}}")
        for dag_id in ("post_to_quickbooks", "reconcile_quickbooks"):
            run = run_dag(dag_id)
            assert run.state == "success", states(run)
        assert asked == ["/post", "/reconcile"]
        flow.sync_rows(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
            " VALUES (77, '9139', 'connected') RETURNING 1"
        )
        assert run_dag("post_to_quickbooks", workspace_id=77).state == "failed"
        assert asked == ["/post", "/reconcile"], "a round in which a practice failed is none to be proud of"
    last = "airflow.caspen_qbo.rounds,job=post,result=failed:1|c"
    until = time.monotonic() + 20
    while last not in received and time.monotonic() < until:
        time.sleep(0.1)  # the listener is a thread of its own
    ours = [line for line in received if line.startswith("airflow.caspen_qbo.")]
    for metric in METRICS:
        starts = (f"airflow.{metric.name},", f"airflow.{metric.name}:")
        of_it = [line for line in ours if line.startswith(starts)]
        assert of_it, f"{metric.name} never arrived"
        name = of_it[0].partition(":")[0]
        assert {part.partition("=")[0] for part in name.split(",")[1:]} == set(metric.tags)
    assert "airflow.caspen_qbo.documents,job=post,outcome=invoices_posted:1|c" in ours
    assert last in ours
    assert "airflow.caspen_qbo.unsynced,workspace=1,key=other:0|g" in ours
    assert not [line for line in ours if "INV-" in line or "Neil" in line]
