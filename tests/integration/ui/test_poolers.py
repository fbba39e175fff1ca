"""Behind PgBouncer: a session each works; sessions shared by transaction are refused in one sentence."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.postgres import pooler
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.pgbouncer import BINARY, pgbouncer
from tests.support.scratch import scratch

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(BINARY is None, reason="needs PgBouncer: apt-get install pgbouncer"),
]

COMMANDS = ("migrate", "post", "import", "reconcile", "doctor --workspace 1", "heartbeat")
PACKING: dict[str, dict[str, str | int]] = {
    "default": {},
    "in turn": {"server_round_robin": 1},
    "options dropped": {"ignore_startup_parameters": "extra_float_digits,options"},
}


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory):
    """Where the service's user may pass through."""
    import shutil
    import tempfile

    made = Path(tempfile.mkdtemp(prefix="caspen-qbo-pgbouncer-", dir=scratch()))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(autouse=True)
def _nothing_is_trusted_yet():
    pooler._trusted.clear()


def go_through(port: int, monkeypatch: pytest.MonkeyPatch, **databases: Database) -> None:
    for conn_id, database in databases.items():
        value = connection_json("postgres", replace(database, port=port))
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", value)


@pytest.mark.parametrize("packing", PACKING)
def test_session_pooling_carries_a_whole_day(
    packing: str, flow: Flow, pages: Pages, caspen_db, sync_db, folder: Path, monkeypatch
) -> None:
    invoice = flow.invoice("110.00")
    with pgbouncer(folder, caspen_db, sync_db, pool_mode="session", **PACKING[packing]) as port:
        go_through(port, monkeypatch, caspen_db=caspen_db, sync_db=sync_db)
        for command in COMMANDS:
            done = run_command(*command.split())
            assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        for page in ("setup", "unsynced", f"invoices/{invoice}"):
            assert pages.as_("viewer").get(f"/w/1/{page}").status_code == 200
        with closing(Session("caspen_db")) as session:
            found = session.connection.execute("SHOW statement_timeout").fetchone()
        assert found == ("2min",)


@pytest.mark.parametrize("behind", ["caspen_db", "sync_db"])
@pytest.mark.parametrize("mode", ["transaction", "statement"])
@pytest.mark.parametrize("packing", PACKING)
def test_shared_sessions_are_refused_by_everything(
    packing: str, mode: str, behind: str, flow: Flow, pages: Pages, caspen_db, sync_db, folder, monkeypatch
) -> None:
    flow.invoice("110.00")
    database = {"caspen_db": caspen_db, "sync_db": sync_db}[behind]
    with pgbouncer(folder, database, pool_mode=mode, **PACKING[packing]) as port:
        go_through(port, monkeypatch, **{behind: database})
        commands = (
            COMMANDS if behind == "sync_db" else ("post", "import", "reconcile", "doctor --workspace 1")
        )
        for command in commands:
            done = run_command(*command.split())
            assert done.returncode == 1, f"{command}: {done.stdout}{done.stderr}"
            assert f"{behind!r}: a pooler in front of the database pools transactions" in done.stderr
            assert "pool_mode = session" in done.stderr and "Traceback" not in done.stderr
        answer = pages.as_("viewer").get("/w/1/unsynced")
        assert answer.status_code == 409 and "pools transactions" in answer.text
        with psycopg.connect(replace(database, port=port).uri, autocommit=True) as other:
            # What was asked for a moment has not become everybody's.
            assert other.execute("SHOW statement_timeout").fetchone() == ("0",)
    assert flow.sync_rows("SELECT * FROM qbo_sync.sync_run") == []


def test_shared_sessions_are_seen_in_a_busy_pool_too(sync_db, folder, monkeypatch) -> None:
    with pgbouncer(folder, sync_db, pool_mode="transaction", default_pool_size=4) as port:
        go_through(port, monkeypatch, sync_db=sync_db)
        uri = replace(sync_db, port=port).uri
        stop = threading.Event()

        def keep_busy() -> None:
            # Nothing prepared: that belongs to one session, and each transaction may get another.
            with psycopg.connect(uri, autocommit=True, prepare_threshold=None) as other:
                while not stop.is_set():
                    other.execute("SELECT pg_sleep(0.002)")

        with ThreadPoolExecutor(6) as others:
            busy = [others.submit(keep_busy) for _ in range(6)]
            try:
                for _ in range(20):
                    with (
                        closing(Session("sync_db")) as session,
                        pytest.raises(Exception, match="pools transactions"),
                    ):
                        _ = session.connection
                assert not any(each.done() for each in busy), "the pool was not busy to the end"
            finally:
                stop.set()
            for each in busy:
                each.result()


def test_one_idle_client_in_a_pool_of_one(sync_db, folder, monkeypatch) -> None:
    """The quietest pool there is: nothing ever moves, and it is seen all the same."""
    with pgbouncer(folder, sync_db, pool_mode="transaction", default_pool_size=1) as port:
        go_through(port, monkeypatch, sync_db=sync_db)
        with closing(Session("sync_db")) as session, pytest.raises(Exception, match="pools transactions"):
            _ = session.connection
