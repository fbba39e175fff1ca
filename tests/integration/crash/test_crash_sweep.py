"""Kill the process at some instants, run again to the end: zero duplicates, zero lost, equal totals."""

from __future__ import annotations

import os

import pytest

from ops.postgres import PostgresServer
from tests.support.crash_sweep import build_scenario, sweep
from tests.support.flow import Flow
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections

SHARE = int(os.environ.get("CRASH_SWEEP_EVERY", "0"))
"""Every how many-th instant is tried; 0: some twenty of them, for `make test`."""


@pytest.mark.timeout(7200)
def test_nothing_is_doubled_or_lost_wherever_the_process_dies(
    postgres_server: PostgresServer,
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caspen, sync = caspen_databases.create(), sync_databases.create()
    for name, value in airflow_connections(caspen, sync, sandbox).items():
        monkeypatch.setenv(name, value)
    flow = Flow.open(caspen, sync, sandbox)
    build_scenario(flow)
    flow.close()
    result = sweep(postgres_server, caspen, sync, sandbox, every=SHARE or 47, first=7)
    print(f"\ncrash sweep: {result.instants} instants, {result.tried} tried, {len(result.failures)} failures")
    assert result.tried >= 10
    assert result.failures == []
