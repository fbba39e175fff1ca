"""Kill the process at some instants, run again to the end: zero duplicates, zero lost, equal totals."""

from __future__ import annotations

import pytest

from ops.local.postgres import PostgresServer
from tests.support.crash_changes import Changes
from tests.support.crash_sweep import Story, sweep
from tests.support.flow import Flow
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("story", "every"), [(Story(), 67), (Changes(), 79)], ids=["first", "changes"])
def test_nothing_is_doubled_or_lost_wherever_the_process_dies(
    postgres_server: PostgresServer,
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    story: Story,
    every: int,
) -> None:
    """Every so many instants; `make sweep` tries them all."""
    caspen, sync = caspen_databases.create(), sync_databases.create()
    for name, value in airflow_connections(caspen, sync, sandbox).items():
        monkeypatch.setenv(name, value)
    flow = Flow.open(caspen, sync, sandbox)
    story.build(flow)
    flow.close()
    result = sweep(postgres_server, caspen, sync, sandbox, story=story, every=every, first=7)
    print(f"\ncrash sweep: {result.instants} instants, {result.tried} tried, {len(result.failures)} failures")
    assert result.tried >= 6
    assert result.failures == []
