from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.flow import Flow
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections


@pytest.fixture(scope="module")
def shared_flow(
    caspen_databases: DatabaseFactory, sync_databases: DatabaseFactory, sandbox_server: Sandbox
) -> Iterator[Flow]:
    """A connected, configured workspace for all tests of a module, which leave nothing listed behind.

    Not to be used beside `flow` or `sandbox` in one module: those reset the QuickBooks this one posts to.
    """
    sandbox_server.reset()
    with (
        caspen_databases.fresh() as caspen_db,
        sync_databases.fresh() as sync_db,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in airflow_connections(caspen_db, sync_db, sandbox_server).items():
            patch.setenv(name, value)
        opened = Flow.open(caspen_db, sync_db, sandbox_server)
        yield opened
        opened.close()
