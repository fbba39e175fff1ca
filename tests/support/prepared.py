"""A practice that is set up once; each test connects a copy of it to a QuickBooks of its first day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from ops.local.postgres import Database
from tests.support.flow import Flow
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections


@dataclass(frozen=True)
class PreparedPractice:
    """What :meth:`Flow.open` makes, all but the connection: settings, linked rates, one client.

    A fresh QuickBooks always has the same ids, so what was chosen from one holds in the next. Setting up
    takes some twenty calls and as many transactions; a copy needs the connection's own handful.
    """

    caspen: DatabaseFactory
    sync: DatabaseFactory
    rates: Mapping[str, int]
    client_id: int

    def open(self, caspen: Database, sync: Database, sandbox: Sandbox) -> Flow:
        """Connect it as of now, with what was read from QuickBooks as fresh as after the set-up itself.

        :param caspen: A copy of ours; :param sync: likewise. :param sandbox: As after its reset.
        """
        flow = Flow.attach(caspen, sync, sandbox)
        flow.connect()
        read = flow.sync_rows("UPDATE qbo_sync.reference_cache SET read_at = now() RETURNING 1")
        assert read, "these databases are no copies of the prepared practice"
        flow.rates, flow.client_id = dict(self.rates), self.client_id
        return flow


@contextmanager
def prepared_practice(
    caspen_databases: DatabaseFactory, sync_databases: DatabaseFactory, sandbox: Sandbox
) -> Iterator[PreparedPractice]:
    """Set it up, and leave QuickBooks as it was on its first day."""
    sandbox.reset()
    with (
        caspen_databases.fresh() as caspen,
        sync_databases.fresh() as sync,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in airflow_connections(caspen, sync, sandbox).items():
            patch.setenv(name, value)
        flow = Flow.open(caspen, sync, sandbox)
        flow.close()
        with psycopg.connect(sync.uri, autocommit=True) as connection:
            connection.execute("DELETE FROM qbo_sync.connection")
        patch.undo()
        sandbox.reset()
        server = caspen_databases.server
        yield PreparedPractice(
            DatabaseFactory(server, caspen), DatabaseFactory(server, sync), flow.rates, flow.client_id
        )
