"""Real services for tests: PostgreSQL, the QuickBooks sandbox, and the environment that points at them."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from caspen_seed import load_schema
from ops.local.environment import QUICKBOOKS_APP, connection_json, quickbooks_connection
from ops.local.ports import HOST, free_port
from ops.local.postgres import Database, PostgresServer
from ops.local.processes import die_with_parent

# Distinctive, because Airflow masks connection passwords wherever they occur in a log.
CASPEN_PASSWORD = "caspen-Pw7Qx2"
SYNC_PASSWORD = "sync-Zk94Lm"

UNHURRIED = {
    "requests_per_second": 10_000,
    "requests_per_minute": 100_000,
    "batches_per_minute": 100_000,
    "look_again_seconds": 0,
    "read_backoff_seconds": 0.02,
}
"""Our own pace so quick that no test waits for it; :func:`keep_pace` puts the real one back."""


@dataclass
class DatabaseFactory:
    """Fresh copies of one prepared database; a copy takes some tens of milliseconds."""

    server: PostgresServer
    template: Database
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def create(self) -> Database:
        name = f"{self.template.name}_{next(self._numbers)}"
        return self.server.clone_database(self.template.name, name, self.template)

    def drop(self, database: Database) -> None:
        self.server.drop_database(database.name)

    @contextmanager
    def fresh(self) -> Iterator[Database]:
        database = self.create()
        try:
            yield database
        finally:
            self.drop(database)


def caspen_factory(server: PostgresServer) -> DatabaseFactory:
    """Databases with Caspen's schema, its triggers, and no rows."""
    template = server.ensure_database("caspen_template", CASPEN_PASSWORD, owner="caspen")
    load_schema(template.uri)
    return DatabaseFactory(server, template)


def sync_factory(server: PostgresServer) -> DatabaseFactory:
    """Databases with our own schema, made by the command that makes it in production."""
    from tests.support.command_line import run_command  # loads Airflow, which reads its settings then

    template = server.ensure_database("sync_template", SYNC_PASSWORD, owner="caspen_qbo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", template))
        done = run_command("migrate")
    assert done.returncode == 0, f"migrate failed ({done.returncode}):\n{done.stdout}\n{done.stderr}"
    return DatabaseFactory(server, template)


@dataclass
class Sandbox:
    """A running QuickBooks sandbox, reached over HTTP like QuickBooks itself."""

    url: str
    process: subprocess.Popen
    log: Path

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/.well-known/openid_configuration"

    def reset(self) -> None:
        """Back to the freshly started state."""
        httpx.post(f"{self.url}/_sandbox/reset", timeout=30, verify=False).raise_for_status()


@contextmanager
def running_sandbox(folder: Path, **environ: str) -> Iterator[Sandbox]:
    """Start `python -m qbo_emulator` on a free port and wait until it answers."""
    port = free_port()
    log = folder / f"sandbox-{port}.log"
    command = [sys.executable, "-m", "qbo_emulator", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environ},
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
    sandbox = Sandbox(f"http://{HOST}:{port}", process, log)
    try:
        _await_answer(sandbox)
        yield sandbox
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(sandbox: Sandbox, timeout_seconds: float = 30.0) -> None:
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        if sandbox.process.poll() is not None:
            break
        try:
            if httpx.get(sandbox.discovery_url, timeout=2, verify=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the sandbox did not start: {sandbox.log.read_text(errors='replace')[-2000:]}")


def keep_pace() -> None:
    """From here on QuickBooks' published limits are kept, as in production."""
    connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
    connection["extra"] = {
        name: value for name, value in connection["extra"].items() if name not in UNHURRIED
    }
    os.environ["AIRFLOW_CONN_QUICKBOOKS"] = json.dumps(connection)


def airflow_connections(caspen: Database, sync: Database, sandbox: Sandbox) -> Mapping[str, str]:
    """The three `AIRFLOW_CONN_*` variables that point everything at these services."""
    extra: dict[str, str | int | float] = {
        "environment": "local",
        "api_url": sandbox.url,
        "discovery_url": sandbox.discovery_url,
        "redirect_uri": "http://127.0.0.1:8080/quickbooks/connect/callback",
        **UNHURRIED,
    }
    return {
        "AIRFLOW_CONN_CASPEN_DB": connection_json("postgres", caspen),
        "AIRFLOW_CONN_SYNC_DB": connection_json("postgres", sync),
        "AIRFLOW_CONN_QUICKBOOKS": json.dumps(quickbooks_connection(QUICKBOOKS_APP, extra)),
    }
