"""Airflow's own API server for tests, with four logins named after their roles."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from ops.local.ports import HOST, free_port
from ops.local.processes import die_with_parent

ROLES = ("viewer", "user", "op", "admin")
JWT_SECRET = "for-tests-only-" + "0123456789abcdef" * 4
"""One for the server and for those that sign what it reads, the scheduler and tests."""
STARTS_SECONDS = 240.0
"""Seven on an idle machine; tests may share two cores with everything else."""


@dataclass
class AirflowServer:
    """A running API server; each user's password is the user's name."""

    url: str
    log: Path
    process: subprocess.Popen

    def await_health(self) -> None:
        """Return once it answers."""
        deadline = time.monotonic() + STARTS_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError(
            f"Airflow's API server did not start: {self.log.read_text(errors='replace')[-3000:]}"
        )

    def token(self, role: str) -> str:
        """The JWT a browser of this user carries in the cookie ``_token``."""
        answer = httpx.post(f"{self.url}/auth/token", json={"username": role, "password": role}, timeout=30)
        assert answer.status_code == 201, f"login of {role}: {answer.status_code} {answer.text}"
        return answer.json()["access_token"]

    def browser(self, role: str | None) -> httpx.Client:
        """A client that behaves like a browser showing our pages; no login when ``role`` is None."""
        headers = {"accept": "text/html", "sec-fetch-site": "same-origin", "sec-fetch-dest": "document"}
        cookies = {"_token": self.token(role)} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, cookies=cookies, timeout=60)


def simple_auth(folder: Path) -> dict[str, str]:
    """Settings of the four logins."""
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({role: role for role in ROLES}))
    return {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": ",".join(f"{role}:{role}" for role in ROLES),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__API_AUTH__JWT_SECRET": JWT_SECRET,
        "AIRFLOW__API__SECRET_KEY": "for-tests-only-" + "fedcba9876543210" * 2,
    }


@contextmanager
def running_airflow(
    folder: Path, environ: Mapping[str, str], *, port: int | None = None
) -> Iterator[AirflowServer]:
    """Start ``airflow api-server``; it answers some seconds later: see :meth:`AirflowServer.await_health`.

    :param environ: On top of the test session's environment; the three connections at least.
    """
    port = port or free_port()
    url = f"http://{HOST}:{port}"
    log = folder / f"api-server-{port}.log"
    env = {
        **os.environ,
        **simple_auth(folder),
        "AIRFLOW__API__BASE_URL": f"{url}/",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{url}/execution/",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        **environ,
    }
    command = [
        sys.executable,
        "-m",
        "airflow",
        "api-server",
        "--host",
        HOST,
        "--port",
        str(port),
        "--workers",
        "1",
        "--apps",
        "core",  # no task runs here, so nobody asks the API tasks talk to
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=folder,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        yield AirflowServer(url, log, process)
    finally:
        process.kill()  # a polite end waits for the browser's idle connections, and nothing of it is kept
        process.wait()
