"""What Airflow itself kept for longer than it is to be kept goes; nothing else does."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.compose.housekeeping import KEEP_DAYS, keep_days
from ops.local.environment import connection_json
from ops.local.postgres import Database, PostgresServer
from ops.paths import HOUSEKEEPING, ROOT

FILL = """
import datetime as dt
import os
from airflow.models import import_all_models
from airflow.models.base import Base
from airflow.settings import engine as metadata
from airflow.utils.session import create_session
import_all_models()
Base.metadata.create_all(metadata)
from airflow.jobs.job import Job
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.models.dagrun import DagRun
from airflow.models.log import Log
from celery.backends.database.models import Task
from sqlalchemy import create_engine, insert

now = dt.datetime.now(dt.timezone.utc)
with create_session() as session:
    session.merge(DagBundleModel(name="dags"))
    session.flush()
    session.execute(insert(DagModel).values(
        dag_id="post", bundle_name="dags", last_parsed_time=now, max_active_tasks=1,
        max_consecutive_failed_dag_runs=0, has_task_concurrency_limits=False))
    for days in (400, 100, 80, 1):
        then = now - dt.timedelta(days=days)
        for kind in ("scheduled", "manual"):
            session.execute(insert(DagRun).values(
                dag_id="post", run_id=f"{kind} {days}", run_type=kind, state="success", start_date=then,
                run_after=then, conf={"invoice_numbers": "INV-7"}))
        session.execute(insert(Log).values(dttm=then, event=f"event {days}", extra="who asked for what"))
        session.execute(insert(Job).values(latest_heartbeat=then, hostname=str(days)))

engine = create_engine(os.environ["AIRFLOW__CELERY__RESULT_BACKEND"].removeprefix("db+"))
Task.metadata.create_all(engine)
with engine.begin() as connection:
    for n, days in enumerate((400, 100, 80, 1)):
        then = (now - dt.timedelta(days=days)).replace(tzinfo=None)
        connection.execute(insert(Task.__table__).values(id=n, task_id=str(days), date_done=then))
"""

OURS = "SELECT tablename FROM pg_tables WHERE schemaname = 'qbo_sync'"
OLD_ROW = """
    INSERT INTO qbo_sync.connection_event (workspace_id, realm_id, what, at)
    VALUES (1, '9', 'connected', now() - interval '9 years')
"""


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[Database]:
    made = postgres_server.ensure_database(f"airflow_{secrets.token_hex(3)}", secrets.token_hex(8))
    yield made
    postgres_server.drop_database(made.name)


def rows(database: Database, statement: str) -> list[tuple]:
    with database.connect() as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.airflow
@pytest.mark.slow
def test_old_runs_actions_and_logs_go_newer_ones_and_our_tables_stay(
    database: Database, tmp_path: Path
) -> None:
    """Airflow's own command on Airflow's own tables, with ours in the same database."""
    address = database.uri.replace("postgresql:", "postgresql+psycopg2:")
    logs = tmp_path / "logs"
    env = {
        **os.environ,
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": address,
        "AIRFLOW__CELERY__RESULT_BACKEND": f"db+{address}",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(logs),
        "AIRFLOW_CONN_SYNC_DB": connection_json("postgres", database),
        "TMPDIR": str(tmp_path),
    }
    env.pop("CASPEN_QBO_AIRFLOW_KEEP_DAYS", None)
    commands = [["-c", FILL], ["-m", "caspen_qbo", "migrate"]]
    makers = [
        subprocess.Popen([sys.executable, *c], env=env, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for c in commands
    ]
    for maker in makers:
        _, said = maker.communicate()
        assert maker.returncode == 0, said[-3000:]
    for days in (400, 1):
        (logs / f"run {days}").mkdir(parents=True)
        (logs / f"run {days}" / "task.log").write_text("INV-7")
    for path in (logs / "run 400" / "task.log", logs / "run 400"):
        os.utime(path, (0, 0))
    with database.connect() as connection:
        connection.execute(OLD_ROW)
    ours = {name: rows(database, f"SELECT count(*) FROM qbo_sync.{name}") for (name,) in rows(database, OURS)}
    healthy = [sys.executable, str(HOUSEKEEPING), "--healthy"]
    assert subprocess.run(healthy, env=env).returncode == 1, "nothing was cleaned yet"

    done = subprocess.run(
        [sys.executable, str(HOUSEKEEPING), "--once"], env=env, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert subprocess.run(healthy, env=env).returncode == 0
    kept = {name for (name,) in rows(database, "SELECT run_id FROM dag_run")}
    assert kept == {"scheduled 80", "manual 80", "scheduled 1", "manual 1"}
    events = {name for (name,) in rows(database, "SELECT event FROM log WHERE event LIKE 'event %'")}
    assert events == {"event 80", "event 1"}
    assert {name for (name,) in rows(database, "SELECT hostname FROM job")} == {"80", "1"}
    assert {name for (name,) in rows(database, "SELECT task_id FROM celery_taskmeta")} == {"80", "1"}
    assert rows(database, "SELECT tablename FROM pg_tables WHERE tablename LIKE '_airflow_deleted%'") == []
    assert sorted(path.name for path in logs.iterdir()) == ["run 1"]
    assert {n: rows(database, f"SELECT count(*) FROM qbo_sync.{n}") for n in ours} == ours
    assert ours["connection_event"] == [(1,)]
    assert database.password not in done.stdout + done.stderr


def test_what_is_kept_for_no_sane_time_is_refused() -> None:
    assert keep_days("400") == 400
    assert keep_days("") == keep_days(None) == KEEP_DAYS == 90
    for wrong in ("0", "6", "-90", "ninety", "1e3", "٩٠"):
        with pytest.raises(SystemExit, match="give a whole number of days, 7 or more"):
            keep_days(wrong)
