"""The embedded PostgreSQL: it starts, keeps its data, survives being killed, and guards its databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from ops.local.ports import free_port
from ops.local.postgres import Database, PostgresServer, start_postgres, temporary_postgres
from ops.paths import ROOT

pytestmark = pytest.mark.postgres


def test_caspens_schema_is_loaded_and_empty(caspen_db: Database):
    with caspen_db.connect() as connection:
        tables = connection.execute(
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'caspen'"
        ).fetchone()[0]
        invoices = connection.execute("SELECT count(*) FROM caspen.invoice").fetchone()[0]
    assert tables > 5
    assert invoices == 0


def test_databases_of_two_tests_do_not_share_rows(caspen_databases):
    with caspen_databases.fresh() as one, caspen_databases.fresh() as other:
        with one.connect() as connection:
            connection.execute("INSERT INTO caspen.workspace (id, name) VALUES (1, 'Bright Street')")
        with other.connect() as connection:
            assert connection.execute("SELECT count(*) FROM caspen.workspace").fetchone()[0] == 0


def test_one_role_cannot_reach_another_roles_database(postgres_server: PostgresServer):
    postgres_server.ensure_database("secluded", "pw-secluded-1")
    postgres_server.ensure_database("outsider", "pw-outsider-1")
    wrong_door = postgres_server.database("secluded", "outsider", "pw-outsider-1")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        wrong_door.connect()


def test_a_wrong_password_is_refused(postgres_server: PostgresServer):
    postgres_server.ensure_database("guarded", "pw-guarded-1")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        postgres_server.database("guarded", "guarded", "another").connect()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="caspen-qbo-test-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def test_committed_rows_survive_a_killed_server(folder: Path):
    server = start_postgres(folder / "data", free_port(), "pw-kept-1")
    with server.admin() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.process.kill()
    server.process.wait()
    assert (folder / "data" / "postmaster.pid").exists(), "the kill left no trace, so nothing is tested"

    again = start_postgres(folder / "data", free_port(), "pw-kept-1")
    try:
        with again.admin() as connection:
            assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
    finally:
        again.stop()


def test_a_pid_file_that_names_a_strange_process_does_not_stop_the_start(folder: Path):
    start_postgres(folder / "data", free_port(), "pw-kept-1").stop()
    lines = [str(os.getpid()), str(folder / "data"), "0", "1", "", "127.0.0.1", "0 0", "ready"]
    (folder / "data" / "postmaster.pid").write_text("\n".join(lines) + "\n")

    server = start_postgres(folder / "data", free_port(), "pw-kept-1")
    server.stop()
    assert server.process.returncode == 0


LAUNCHER = """
import sys, time
from pathlib import Path
from ops.local.postgres import start_postgres
server = start_postgres(Path(sys.argv[1]), int(sys.argv[2]), "pw-kept-1")
print(server.process.pid, flush=True)
time.sleep(600)
"""


def test_the_server_ends_when_its_launcher_is_killed(folder: Path):
    command = [sys.executable, "-c", LAUNCHER, str(folder / "data"), str(free_port())]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as launcher:
        server = psutil.Process(int(launcher.stdout.readline()))
        assert server.is_running()
        launcher.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 15
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE


def test_a_temporary_server_leaves_no_folder_behind():
    with temporary_postgres() as server:
        data = server.log.parent
        assert data.exists()
    assert not data.exists()
    assert server.process.poll() is not None
