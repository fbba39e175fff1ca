"""The tests' real services outside pytest, for the long runs that have a command of their own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from ops.local.environment import common_settings
from ops.local.postgres import Database, PostgresServer, temporary_postgres
from tests.support.flow import Flow
from tests.support.services import (
    DatabaseFactory,
    Sandbox,
    airflow_connections,
    caspen_factory,
    running_sandbox,
    sync_factory,
)


@dataclass(frozen=True)
class Services:
    """A PostgreSQL, a QuickBooks sandbox, and fresh databases on demand."""

    server: PostgresServer
    caspen: DatabaseFactory
    sync: DatabaseFactory
    sandbox: Sandbox

    def prepare_for(self, caspen: Database, sync: Database) -> None:
        """The sandbox on its first day, and the environment pointing at it and these databases."""
        self.sandbox.reset()
        os.environ.update(airflow_connections(caspen, sync, self.sandbox))


@contextmanager
def services() -> Iterator[Services]:
    """Start everything on free ports; all of it is gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder:
        os.environ.update(common_settings())
        os.environ["AIRFLOW_HOME"] = folder
        os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"sqlite:///{folder}/airflow.db"
        os.environ["AIRFLOW__CORE__FERNET_KEY"] = Fernet.generate_key().decode()
        with temporary_postgres() as server, running_sandbox(Path(folder)) as sandbox:
            yield Services(server, caspen_factory(server), sync_factory(server), sandbox)


@contextmanager
def open_practice(started: Services) -> Iterator[Flow]:
    """A practice in databases of its own, connected and configured, for the length of the block."""
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    try:
        yield flow
    finally:
        flow.close()
