"""Starting and stopping a whole local system: PostgreSQL, databases, sandbox, Airflow."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import httpx

from ops.errors import OpsError
from ops.local.airflow_api import AirflowApi
from ops.local.credentials import Credentials, load_credentials
from ops.local.environment import (
    airflow_url,
    databases,
    environment,
    sandbox_environment,
    sandbox_url,
    write_airflow_home,
)
from ops.local.generation import require_same_generation
from ops.local.migrated import is_migrated, is_ours_current, remember_migrated
from ops.local.ports import HOST, Ports, ports_from, require_free
from ops.local.postgres import end_server_of, start_postgres
from ops.local.processes import Child, end_leftovers, note_process, spawn, stop_all
from ops.paths import AIRFLOW_HOME, CREDENTIALS, LOGS, POSTGRES_DATA, RUN, SANDBOX_CODE, SANDBOX_SNAPSHOT
from ops.progress import Progress

AIRFLOW = [sys.executable, str(Path(sys.executable).parent / "airflow")]
AIRFLOW_COMPONENTS = {
    "api-server": ["api-server", "--proxy-headers"],
    "dag-processor": ["dag-processor"],
    # Their log servers would listen on every address; the API server reads the local files.
    "scheduler": ["scheduler", "--skip-serve-logs"],
    "triggerer": ["triggerer", "--skip-serve-logs"],
}
AIRFLOW_HEALTHY_SECONDS = 180.0
SANDBOX_ANSWERS_SECONDS = 60.0


Handlers = dict[int, Callable[[int, FrameType | None], object] | int | None]
"""What each signal did before, as Python's `signal` module gives it."""


@dataclass
class LocalSystem:
    """A running system of this clone."""

    ports: Ports
    credentials: Credentials
    env: dict[str, str]
    children: list[Child] = field(default_factory=list)

    def check(self) -> None:
        """:raises OpsError: a service has ended."""
        for child in self.children:
            child.require_running()

    def api(self) -> AirflowApi:
        """A REST client signed in as the administrator; the caller closes it."""
        api = AirflowApi(airflow_url(self.ports), check=self.check)
        api.sign_in("admin", self.credentials.logins["admin"])
        return api

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str], cwd: Path) -> Child:
        log = LOGS / f"{name}.log"
        if log.exists():
            log.replace(LOGS / f"{name}.previous.log")
        child = spawn(name, command, env=env, cwd=cwd, log=log, run=RUN)
        self.children.append(child)
        return child


class AlreadyRunning(OpsError):
    """Another launcher of this clone holds the lock."""


@contextmanager
def launcher_lock() -> Iterator[None]:
    """One launcher per clone: the kernel drops the lock when its holder dies, however it dies.

    :raises AlreadyRunning: another one runs.
    """
    RUN.mkdir(parents=True, exist_ok=True)
    with (RUN / "launcher.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            raise AlreadyRunning(
                f"a local system of this clone already runs ({lock.read().strip() or 'process unknown'}). "
                "Stop it with Ctrl-C there first."
            ) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}: {' '.join(sys.orig_argv[-2:])}")
        lock.flush()
        yield


@contextmanager
def local_system(
    progress: Progress, extra_environ: Mapping[str, str] | None = None, without: Collection[str] = ()
) -> Iterator[LocalSystem]:
    """The whole system, running for the length of the block.

    :param extra_environ: Settings on top of the caller's environment, e.g. no schedules in the demo.
    :param without: Airflow components not to start.
    :raises OpsError: a port is taken, or a service does not start; the rest is stopped again.

    Ctrl-C and SIGTERM end the block; no process is left behind.
    """
    ports = ports_from(os.environ)
    with launcher_lock(), ExitStack() as stack:
        for name in end_leftovers(RUN):
            progress.line(f"ended {name}, left over from an earlier start")
        end_server_of(POSTGRES_DATA)
        require_free(ports.airflow, "AIRFLOW_PORT", "Airflow")
        require_free(ports.postgres, "POSTGRES_PORT", "PostgreSQL")
        require_free(ports.sandbox, "SANDBOX_PORT", "the QuickBooks sandbox")

        credentials = load_credentials(CREDENTIALS)
        write_airflow_home(credentials)
        env = environment(ports, credentials, {**os.environ, **(extra_environ or {})})
        system = LocalSystem(ports, credentials, env)
        stack.callback(_restore_signals, _stop_on_signals())

        with progress.step(f"PostgreSQL on 127.0.0.1:{ports.postgres}"):
            server = start_postgres(
                POSTGRES_DATA, ports.postgres, credentials.postgres_password, log=LOGS / "postgres.log"
            )
            stack.callback(server.stop)
            note_process(RUN / "postgres.json", server.process.pid)
            if require_same_generation(server, SANDBOX_SNAPSHOT):
                progress.line("databases and sandbox did not belong together: both start afresh")
            for database in databases(ports, credentials).values():
                server.ensure_database(database.name, database.password)

        stack.callback(_stop, system, progress)
        _start_sandbox(system)
        if is_migrated(databases(ports, credentials)["airflow"]):
            _start_airflow(system, without)  # at the same time as our own migrations: it takes longest
        with progress.step("databases migrated"):
            _migrate(system)
        _start_airflow(system, without)
        with progress.step(f"QuickBooks sandbox on {sandbox_url(ports)}"):
            _await_sandbox(system)
        address = airflow_url(ports)
        with progress.step(f"Airflow on {address}"), AirflowApi(address, check=system.check) as api:
            api.warm(AIRFLOW_HEALTHY_SECONDS)
            api.wait_healthy(AIRFLOW_HEALTHY_SECONDS, without)
        yield system


def sandbox_command(port: int, snapshot: Path | None) -> list[str]:
    command = [sys.executable, "-m", "qbo_emulator", "--port", str(port)]
    return command if snapshot is None else [*command, "--snapshot", str(snapshot)]


def _start_sandbox(system: LocalSystem) -> None:
    SANDBOX_SNAPSHOT.parent.mkdir(parents=True, exist_ok=True)
    command = sandbox_command(system.ports.sandbox, SANDBOX_SNAPSHOT)
    system.start("sandbox", command, sandbox_environment(system.env), SANDBOX_CODE)


def _await_sandbox(system: LocalSystem) -> None:
    deadline = time.monotonic() + SANDBOX_ANSWERS_SECONDS
    while time.monotonic() < deadline:
        system.check()
        try:
            discovery = f"{sandbox_url(system.ports)}/.well-known/openid_configuration"
            if httpx.get(discovery, timeout=5).is_success:
                return
        except httpx.TransportError:
            pass  # not listening yet; a sandbox that has died is seen by check()
        time.sleep(0.1)
    raise OpsError(f"the QuickBooks sandbox does not answer; see {LOGS / 'sandbox.log'}")


def _migrate(system: LocalSystem) -> None:
    """Both schemas at the same time: each command spends most of its seconds importing."""
    known = databases(system.ports, system.credentials)
    caspen, metadata = known["caspen"], known["airflow"]
    commands = {
        "caspen_seed schema": (
            [sys.executable, "-m", "caspen_seed", "schema"],
            {**system.env, "CASPEN_DSN": caspen.uri},
        ),
    }
    if not is_ours_current(known["caspen_qbo"]):
        commands["caspen_qbo migrate"] = ([sys.executable, "-m", "caspen_qbo", "migrate"], system.env)
    migrated = is_migrated(metadata)
    if not migrated:
        commands["airflow db migrate"] = ([*AIRFLOW, "db", "migrate"], system.env)
    run_together(commands)
    if not migrated:
        remember_migrated(metadata)


def run_together(commands: Mapping[str, tuple[Sequence[str], Mapping[str, str]]]) -> None:
    """Run commands at the same time and wait for all of them.

    :raises OpsError: one failed; names it, with the end of what it wrote.
    """
    running = {
        name: subprocess.Popen(
            list(command),
            env=dict(env),
            cwd=AIRFLOW_HOME,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for name, (command, env) in commands.items()
    }
    outputs = {name: process.communicate()[0] for name, process in running.items()}
    for name, process in running.items():
        if process.returncode:
            raise OpsError(f"{name} failed with code {process.returncode}:\n{outputs[name][-2000:].strip()}")


def _start_airflow(system: LocalSystem, without: Collection[str]) -> None:
    """Start the components that do not run yet."""
    running = {child.name for child in system.children}
    for name, arguments in AIRFLOW_COMPONENTS.items():
        if name in without or name in running:
            continue
        address = ["--host", HOST, "--port", str(system.ports.airflow)] if name == "api-server" else []
        system.start(name, [*AIRFLOW, *arguments, *address], system.env, AIRFLOW_HOME)


def _stop(system: LocalSystem, progress: Progress) -> None:
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    with progress.step("stopped"):
        # The sandbox last: a task that is being ended may still be waiting for its answer.
        stop_all([child for child in system.children if child.name != "sandbox"])
        stop_all([child for child in system.children if child.name == "sandbox"])
        (RUN / "postgres.json").unlink(missing_ok=True)


def _stop_on_signals() -> Handlers:
    """SIGTERM ends the block the way Ctrl-C does."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    return {name: signal.signal(name, interrupt) for name in (signal.SIGINT, signal.SIGTERM)}


def _restore_signals(before: Handlers) -> None:
    for name, handler in before.items():
        signal.signal(name, handler)
