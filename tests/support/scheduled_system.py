"""Airflow with a scheduler and an API server that tasks talk to, on PostgreSQL."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.local.airflow_api import AirflowApi
from ops.local.ports import HOST, free_port
from ops.local.postgres import PostgresServer
from ops.paths import DAGS
from tests.support.airflow_server import ROLES, simple_auth
from tests.support.celery_system import STARTS_SECONDS, airflow_process, run_airflow

NO_SETTINGS: Mapping[str, str] = {}


@dataclass
class ScheduledSystem:
    """What runs, and a signed-in client of its API."""

    api: AirflowApi
    env: Mapping[str, str]
    folder: Path
    lineage: Path
    """OpenLineage's events, one JSON object a line."""
    metadata: str
    """Where Airflow's own database is."""

    @contextmanager
    def triggerer(self, name: str) -> Iterator[subprocess.Popen]:
        """One more triggerer, killed at the end of the block as when its container goes."""
        command = ["triggerer", "--skip-serve-logs"]
        with airflow_process(name, command, self.env, self.folder) as process:
            yield process

    def logs(self) -> str:
        """The end of each process's output, for a failure's message."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {f.name}\n{f.read_text(errors='replace')[-1500:]}" for f in files)


def scheduled_settings(folder: Path, url: str, metadata: str) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(folder),
        "AIRFLOW__API__BASE_URL": f"{url}/",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder / "dags"),
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "AIRFLOW__CORE__PARALLELISM": "3",
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata.replace("postgresql:", "postgresql+psycopg2:"),
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
        "AIRFLOW__TRIGGERER__TRIGGERER_HEALTH_CHECK_THRESHOLD": "5",
        "CASPEN_QBO_PRELOAD": "",
        "CASPEN_QBO_REPORTS": str(folder / "reports"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }


@contextmanager
def scheduled_system(
    folder: Path,
    postgres: PostgresServer,
    connections: Mapping[str, str],
    *examples: Path,
    switched_on: Sequence[str] = (),
    own_settings: Mapping[str, str] = NO_SETTINGS,
) -> Iterator[ScheduledSystem]:
    """All of it, for the length of the block, with our DAGs and these.

    :param connections: The three `AIRFLOW_CONN_*`.
    :param switched_on: DAGs that are so from the start: a watcher of one that is off is none.
    :param own_settings: Environment variables over those of :func:`scheduled_settings`.
    """
    dags = folder / "dags"
    dags.mkdir()
    for path in (*DAGS.glob("*.py"), *examples):
        (dags / path.name).symlink_to(path)
    lineage = folder / "lineage.jsonl"
    with ExitStack() as stack:
        port = free_port()
        url = f"http://{HOST}:{port}"
        metadata = postgres.ensure_database(f"airflow_{secrets.token_hex(3)}", secrets.token_hex(8))
        stack.callback(postgres.drop_database, metadata.name)
        env = {
            **os.environ,
            **simple_auth(folder),
            **connections,
            **scheduled_settings(folder, url, metadata.uri),
            "AIRFLOW__OPENLINEAGE__DISABLED": "False",
            "AIRFLOW__OPENLINEAGE__TRANSPORT": json.dumps(
                {"type": "file", "log_file_path": str(lineage), "append": True}
            ),
            **own_settings,
        }
        switch_on = [["dags", "unpause", "--yes", dag_id] for dag_id in switched_on]
        known = ["dags", "reserialize"]
        run_airflow(["db", "migrate"], known, *switch_on, *([known] if switch_on else []), env=env)
        server = ["api-server", "--host", HOST, "--port", str(port), "--workers", "1"]
        stack.enter_context(airflow_process("api-server", server, env, folder))
        scheduler = ["scheduler", "--skip-serve-logs"]
        stack.enter_context(airflow_process("scheduler", scheduler, env, folder))
        with AirflowApi(url) as api:
            api.warm(STARTS_SECONDS)
            api.sign_in(ROLES[-1], ROLES[-1])
            yield ScheduledSystem(api, env, folder, lineage, metadata.uri)
