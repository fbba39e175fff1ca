"""Airflow as on a server, without containers: Redis, a scheduler, an API server and two Celery workers."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

from ops.local.airflow_api import AirflowApi
from ops.local.ports import HOST, free_port
from ops.local.postgres import PostgresServer
from ops.local.processes import descendants, die_with_parent
from tests.support.airflow_server import ROLES, simple_auth

T = TypeVar("T")
STARTS_SECONDS = 240.0
SERVERS_OWN = (
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__API__SECRET_KEY",
)
"""What a worker does without, as in docker-compose.yaml."""


def redis_server() -> str | None:
    """Debian's Redis, or whichever is on the path."""
    return shutil.which("redis-server")


@dataclass(frozen=True)
class CelerySystem:
    """What runs, and a signed-in client of its API."""

    api: AirflowApi
    workers: tuple[subprocess.Popen, ...]
    folder: Path

    def kill_worker_of(self, pid: int) -> None:
        """SIGKILL the worker that runs this task process, with all it started, as when a container goes."""
        (worker,) = [w for w in self.workers if pid in {child.pid for child in descendants(w.pid)}]
        family = [psutil.Process(worker.pid), *descendants(worker.pid)]
        for process in family:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(family, timeout=10)
        worker.wait()

    def logs(self) -> str:
        """The end of each process's output, for a failure's message."""
        files = sorted(self.folder.glob("*.log"))
        return "\n".join(f"--- {f.name}\n{f.read_text(errors='replace')[-1500:]}" for f in files)


@contextmanager
def celery_system(
    folder: Path, postgres: PostgresServer, connections: Mapping[str, str]
) -> Iterator[CelerySystem]:
    """All of it, for the length of the block. :param connections: The three `AIRFLOW_CONN_*`."""
    redis = redis_server()
    assert redis
    with ExitStack() as stack:
        broker = stack.enter_context(_redis(redis, folder))
        port = free_port()
        url = f"http://{HOST}:{port}"
        metadata, results = (
            postgres.ensure_database(f"{name}_{secrets.token_hex(3)}", secrets.token_hex(8))
            for name in ("airflow", "celery")
        )
        stack.callback(postgres.drop_database, metadata.name)
        stack.callback(postgres.drop_database, results.name)
        env = {
            **os.environ,
            **simple_auth(folder),
            **connections,
            "AIRFLOW_HOME": str(folder),
            "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
            "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(folder / "plugins"),
            "AIRFLOW__API__BASE_URL": f"{url}/",
            "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata.uri.replace(
                "postgresql:", "postgresql+psycopg2:"
            ),
            "AIRFLOW__CELERY__BROKER_URL": broker,
            "AIRFLOW__CELERY__RESULT_BACKEND": "db+"
            + results.uri.replace("postgresql:", "postgresql+psycopg2:"),
            "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "10",
            "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "1",
            "CASPEN_QBO_PRELOAD": "",
            "CASPEN_QBO_REPORTS": str(folder / "reports"),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        }
        ours = {name: value for name, value in env.items() if name not in SERVERS_OWN}
        # A worker's Airflow has a home of its own, as it has a container of its own.
        homes = [folder / f"worker{n}" for n in (1, 2)]
        workers = tuple(
            stack.enter_context(
                airflow_process(
                    home.name,
                    [
                        "celery",
                        "worker",
                        "--skip-serve-logs",
                        "--concurrency",
                        "1",
                        "--celery-hostname",
                        home.name,
                    ],
                    {**ours, "AIRFLOW_HOME": str(home)},
                    folder,
                )
            )
            for home in homes
        )
        run_airflow(["db", "migrate"], ["dags", "reserialize"], env=env)
        server = ["api-server", "--host", HOST, "--port", str(port), "--workers", "1"]
        stack.enter_context(airflow_process("api-server", server, env, folder))
        stack.enter_context(airflow_process("scheduler", ["scheduler", "--skip-serve-logs"], env, folder))
        with AirflowApi(url) as api:
            api.warm(STARTS_SECONDS)
            api.sign_in(ROLES[-1], ROLES[-1])
            yield CelerySystem(api, workers, folder)


def until(read: Callable[[], T], done: Callable[[T], bool], seconds: float = 240) -> T:
    """Read until it is as wished; the last value also when it never is."""
    deadline = time.monotonic() + seconds
    while not done(value := read()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return value


IN_ONE_PROCESS = """
import json, sys
from airflow.cli.cli_parser import get_parser
for arguments in json.loads(sys.argv[1]):
    asked = get_parser().parse_args(arguments)
    asked.func(asked)
"""


def run_airflow(*commands: list[str], env: Mapping[str, str]) -> None:
    """Commands of Airflow's, one after the other to their end; loading it takes longer than most of them."""
    command = [sys.executable, "-c", IN_ONE_PROCESS, json.dumps(commands)]
    done = subprocess.run(command, env=env, cwd=env["AIRFLOW_HOME"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


@contextmanager
def airflow_process(
    name: str, arguments: list[str], env: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen]:
    with (folder / f"{name}.log").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "airflow", *arguments],
            env=env,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        yield process
    finally:
        family = descendants(process.pid)
        process.kill()  # nothing of it is kept
        process.wait()
        for child in family:
            if child.is_running():
                child.kill()


@contextmanager
def _redis(program: str, folder: Path) -> Iterator[str]:
    """Redis on a port of its own; its address. The password comes over standard input, as in compose."""
    port, password = free_port(), secrets.token_hex(12)
    with (folder / "redis.log").open("wb") as output:
        process = subprocess.Popen(
            [program, "-"],
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
    settings = [f"bind {HOST}", f"port {port}", f"requirepass {password}", 'save ""', ""]
    assert process.stdin
    process.stdin.write("\n".join(settings).encode())
    process.stdin.close()
    try:
        yield f"redis://:{password}@{HOST}:{port}/0"
    finally:
        process.kill()
        process.wait()
