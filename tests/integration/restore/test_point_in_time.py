"""A base backup with its journal, as the installation page says: recovery to a moment is noticed."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.hooks.store.monitoring.place import Place
from caspen_qbo.migrations import migrate
from ops.local.environment import connection_json
from ops.local.ports import free_port
from ops.local.postgres import UNSAFE_BUT_FAST, PostgresServer, start_postgres
from ops.local.service_user import service_user
from tests.support.backups import tool
from tests.support.scratch import scratch
from tests.support.services import SYNC_PASSWORD

PASSWORD = "a-cluster-of-its-own"


def run_as_service(*command: str, password: str = "") -> None:
    user = service_user()
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, env={"PGPASSWORD": password},
        user=user.uid, group=user.gid, extra_groups=user.extra_groups,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]


def own_folder(path: Path) -> Path:
    path.mkdir()
    service_user().own(path)
    path.chmod(0o700)
    return path


def place_of(run_id: str = "next") -> Place:
    with wiring.open_store() as store:
        return store.for_workspace(1).place.fetch(run_id)


@contextmanager
def stopping(server: PostgresServer) -> Iterator[None]:
    try:
        yield
    finally:
        server.stop()


def archived(server: PostgresServer) -> None:
    """The journal so far lies in the archive."""
    with server.admin() as admin:
        [(wanted,)] = admin.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchall()
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            [(last,)] = admin.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchall()
            if last is not None and last >= wanted:
                return
            time.sleep(0.1)
    raise AssertionError(f"{wanted} was not archived")


@pytest.mark.postgres
def test_recovery_to_a_moment_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = scratch() / f"pitr-{free_port()}"
    folder.mkdir()
    folder.chmod(0o755)
    wal, base, port = own_folder(folder / "wal"), own_folder(folder / "base"), free_port()
    settings = {
        **UNSAFE_BUT_FAST, "wal_level": "replica", "archive_mode": "on",
        "archive_command": f"test ! -f {wal}/%f && cp %p {wal}/%f",
    }  # fmt: skip
    try:
        server = start_postgres(folder / "data", port, PASSWORD, settings=settings)
        with stopping(server):
            moment = live_a_day(server, base, monkeypatch)
        (base / "recovery.signal").touch()
        service_user().own(base / "recovery.signal")
        recovery = {
            **settings, "archive_mode": "off", "restore_command": f"cp {wal}/%f %p",
            "recovery_target_time": moment, "recovery_target_action": "promote",
        }  # fmt: skip
        restored = start_postgres(base, port, PASSWORD, settings=recovery)
        with stopping(restored):
            place = place_of()
            with restored.database("caspen_qbo").connect() as connection:
                runs = connection.execute("SELECT run_id FROM qbo_sync.sync_run ORDER BY 1").fetchall()
            assert runs == [("kept",)]
            assert not place.same
            assert place.last_run_at is not None
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def live_a_day(server: PostgresServer, base: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The moment to go back to: after the backup and a run, before another run."""
    database = server.ensure_database("caspen_qbo", SYNC_PASSWORD, owner="caspen_qbo")
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", database))
    migrate()
    with wiring.open_store() as store:
        workspace = store.for_workspace(1)
        workspace.place.note()
        assert workspace.place.fetch("next").same
        address = [f"--port={server.port}", "--username=postgres", "--host=127.0.0.1"]
        how = ["--checkpoint=fast", "--wal-method=stream"]
        run_as_service(tool("pg_basebackup"), f"--pgdata={base}", *how, *address, password=PASSWORD)
        workspace.runs.start("kept", "post")
        with psycopg.connect(database.uri, autocommit=True) as connection:
            [(moment,)] = connection.execute("SELECT clock_timestamp()::text").fetchall()
        time.sleep(0.05)
        workspace.runs.start("lost", "post")
        assert workspace.place.fetch("next").same
    archived(server)
    return str(moment)
