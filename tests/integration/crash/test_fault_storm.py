"""A fifth of all calls fails, in every way: the books come out right, from a late QuickBooks too."""

from __future__ import annotations

import os

import pytest

from ops.local.postgres import PostgresServer
from tests.support.fault_storm import prepared, quiet_run, storm
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections

SEEDS = range(1, 1 + int(os.environ.get("FAULT_STORM_SEEDS", "2")))
DOCUMENTS = int(os.environ.get("FAULT_STORM_DOCUMENTS", "60"))


@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_the_books_come_out_as_without_faults(
    postgres_server: PostgresServer,
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caspen, sync = caspen_databases.create(), sync_databases.create()
    for name, value in airflow_connections(caspen, sync, sandbox).items():
        monkeypatch.setenv(name, value)
    with prepared(postgres_server, caspen, sync, sandbox, DOCUMENTS) as stage:
        expected = quiet_run(stage)
        assert sum(expected.values()) > DOCUMENTS
        for seed in SEEDS:
            result = storm(stage, seed, expected)
            print(f"\n{result}")
            assert sum(result.struck.values()) >= result.calls // 10
            assert result.faults == []
        result = storm(stage, SEEDS[-1], expected, late=True)
        print(f"\nlate: {result}")
        assert result.faults == []
