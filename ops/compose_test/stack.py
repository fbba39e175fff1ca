"""The services of docker-compose.yaml, as containers that can be looked at, killed and started again."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

from ops.compose_test.engine import BUILD_SECONDS, Engine
from ops.errors import OpsError
from ops.local.ports import HOST
from ops.local.postgres import Database
from ops.paths import ROOT

PROJECT = "caspen-qbo-trial"
UP_SECONDS = 1800
HEALTHY_SECONDS = 600
LOOK_EVERY_SECONDS = 2.0
WORKERS = 2


@dataclass(frozen=True)
class Container:
    """One container of a service."""

    id: str
    service: str


class Stack:
    """The whole system under one project name."""

    def __init__(self, engine: Engine, env_file: Path, airflow: int, sandbox: int, postgres: int) -> None:
        self._engine = engine
        self._env_file = env_file
        self._postgres = postgres
        self.airflow_url = f"http://{HOST}:{airflow}"
        self.sandbox_url = f"http://{HOST}:{sandbox}"
        engine.env.update(
            AIRFLOW_PORT=str(airflow), SANDBOX_PORT=str(sandbox), COMPOSE_TEST_POSTGRES_PORT=str(postgres)
        )
        lines = [line for line in env_file.read_text().splitlines() if line and not line.startswith("#")]
        self.settings = dict(line.split("=", 1) for line in lines)

    def compose(
        self, *arguments: str, seconds: float = 300, typed: str | None = None, check: bool = True
    ) -> str:
        files = [ROOT / "docker-compose.yaml", ROOT / "ops" / "compose" / "test.yaml"]
        named = [part for file in files for part in ("--file", str(file))]
        where = [
            "--project-name",
            PROJECT,
            "--project-directory",
            str(ROOT),
            "--env-file",
            str(self._env_file),
        ]
        command = [*self._engine.compose, *where, *named, "--profile", "sandbox", *arguments]
        return self._engine.run(*command, seconds=seconds, typed=typed, check=check).stdout

    def build(self) -> None:
        self.compose("build", "airflow-init", "sandbox", seconds=BUILD_SECONDS)

    def up(self) -> None:
        self.compose("up", "--detach", "--no-build", "--scale", f"worker={WORKERS}", seconds=UP_SECONDS)

    def down(self) -> None:
        """End all of it, its volumes included."""
        for container in self.containers():
            self._docker("rm", "--force", "--volumes", container.id, check=False)
        self.compose("down", "--volumes", "--remove-orphans", check=False)

    def command(self, *arguments: str, typed: str | None = None, check: bool = True) -> str:
        """A command of the project, where the documentation says to run them."""
        return self.compose("exec", "-T", "worker", "caspen-qbo", *arguments, typed=typed, check=check)

    def database(self, name: str, password: str) -> Database:
        return Database(HOST, self._postgres, name, name, self.settings[password])

    def containers(self, service: str = "") -> list[Container]:
        """Those that ran or run, ended ones included."""
        label = f"label=com.docker.compose.project={PROJECT}"
        only = ["--filter", f"label=com.docker.compose.service={service}"] if service else []
        shown = '{{.ID}} {{.Label "com.docker.compose.service"}}'
        found = self._docker("ps", "--all", "--no-trunc", "--filter", label, *only, "--format", shown)
        return [Container(*line.split(" ", 1)) for line in found.splitlines()]

    def kill(self, container: Container) -> None:
        """SIGKILL, as when the machine's memory is used up: nothing is written, nobody is notified."""
        self._docker("kill", container.id)

    def start(self, container: Container) -> None:
        self._docker("start", container.id)

    def is_well(self, container: Container) -> bool:
        """What the health check of docker-compose.yaml says at this moment, asked in the container itself."""
        test = json.loads(self._inspect(container, "{{json .Config.Healthcheck.Test}}"))
        asked = ["/bin/sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]
        if self._inspect(container, "{{.State.Running}}") != "true":
            return False
        done = self._engine.run("docker", "exec", container.id, *asked, check=False, seconds=120)
        return done.returncode == 0

    def is_ill(self, container: Container) -> bool:
        return not self.is_well(container)

    def engine_says(self, container: Container) -> str:
        """What `docker ps` shows of its health: starting, healthy or unhealthy."""
        return self._inspect(container, "{{.State.Health.Status}}")

    def ended_with(self, service: str) -> int:
        (container,) = self.containers(service)
        return int(self._inspect(container, "{{.State.ExitCode}}"))

    def wait_healthy(self, seconds: float = HEALTHY_SECONDS) -> None:
        """Wait until Docker itself calls every service healthy. :raises OpsError: not in time; names them."""
        stay = [
            container for container in self.containers() if container.service in self.services_that_stay()
        ]
        deadline = time.monotonic() + seconds
        while True:
            ill = {c.service: s for c in stay if (s := self.engine_says(c)) != "healthy"}
            if not ill:
                return
            if time.monotonic() > deadline:
                raise OpsError(f"not healthy after {seconds:.0f} s: {ill}\n{self.logs(*ill)}")
            time.sleep(LOOK_EVERY_SECONDS)

    def services_that_stay(self) -> set[str]:
        services = yaml.safe_load((ROOT / "docker-compose.yaml").read_text())["services"]
        return {name for name, service in services.items() if service["restart"] != "no"}

    def logs(self, *services: str, lines: int = 30) -> str:
        text = self.compose("logs", "--no-color", "--tail", str(lines), *services, check=False)
        return re.sub(r"\x1b\[[0-9;]*m", "", text)

    def _inspect(self, container: Container, shown: str) -> str:
        return self._docker("inspect", "--format", shown, container.id).strip()

    def _docker(self, *arguments: str, check: bool = True) -> str:
        return self._engine.run("docker", *arguments, check=check).stdout
