"""Child processes that end with their launcher, and the clean-up of those that could not.

A child gets a signal from the kernel when its launcher dies (Linux). Where the kernel does not do that, or
the child was busy, the next start finds it through its file in `var/run` and ends it, if it is provably the
same process: same id, same start time, same command line.
"""

from __future__ import annotations

import ctypes
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from ops.errors import OpsError

PR_SET_PDEATHSIG = 1


def die_with_parent(sign: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """A `preexec_fn`: the kernel sends `sign` to the child when the launcher dies. None off Linux."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)  # loaded before the fork: the child must not take import locks

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)

    return ask_kernel


@dataclass
class Child:
    """One service process of ours."""

    name: str
    process: subprocess.Popen
    log: Path
    pid_file: Path

    def require_running(self) -> None:
        """:raises OpsError: it ended; the sentence gives the exit code and the end of its log."""
        code = self.process.poll()
        if code is not None:
            ending = f"Its log is {self.log}, ending:\n{self.tail()}"
            raise OpsError(f"{self.name} ended with code {code}. {ending}")

    def tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def spawn(
    name: str, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, log: Path, run: Path
) -> Child:
    """Start one service with its output in `log`, and note it in `run` for a later clean-up."""
    log.parent.mkdir(parents=True, exist_ok=True)
    run.mkdir(parents=True, exist_ok=True)
    cwd.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with_parent(),  # noqa: PLW1509  a system call, no Python lock
        )
    child = Child(name, process, log, run / f"{name}.json")
    note_process(child.pid_file, process.pid)
    return child


def note_process(pid_file: Path, pid: int) -> None:
    """Write down what identifies a process: its id alone is reused by the system."""
    process = psutil.Process(pid)
    facts = {"pid": pid, "started": process.create_time(), "command": process.cmdline()}
    pid_file.parent.mkdir(parents=True, exist_ok=True)
    pid_file.write_text(json.dumps(facts))


def noted_process(pid_file: Path) -> psutil.Process | None:
    """The process of a pid file, if it is still that very process."""
    try:
        facts = json.loads(pid_file.read_text())
        process = psutil.Process(facts["pid"])
        same_start = abs(process.create_time() - facts["started"]) < 1.0
        # `airflow` renames its processes (setproctitle), so a changed title keeps the start time as proof.
        ours = process.status() != psutil.STATUS_ZOMBIE and same_start
        return process if ours and _same_program(process.cmdline(), facts["command"]) else None
    except (FileNotFoundError, ValueError, KeyError, psutil.Error):
        return None


def _same_program(now: list[str], then: list[str]) -> bool:
    return now == then or any("airflow" in part for part in now[:2])


def stop_all(children: Sequence[Child], *, timeout_seconds: float = 20.0) -> None:
    """Ask every child to end, wait, and kill what is left with its descendants. Safe to repeat.

    The signal goes to the main process, not its group: Airflow's scheduler ends its own workers.
    """
    families = {child.name: descendants(child.process.pid) for child in children}
    for child in children:
        if child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + timeout_seconds
    for child in children:
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
        end_processes(families[child.name])
        child.pid_file.unlink(missing_ok=True)


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def end_processes(processes: Sequence[psutil.Process], *, timeout_seconds: float = 3.0) -> None:
    """Terminate, then kill. psutil checks the start time, so a reused id is never signalled."""
    living = [process for process in processes if process.is_running()]
    for process in living:
        _quietly(process.terminate)
    _, stubborn = psutil.wait_procs(living, timeout=timeout_seconds)
    for process in stubborn:
        _quietly(process.kill)
    psutil.wait_procs(stubborn, timeout=timeout_seconds)


def _quietly(action: Callable[[], None]) -> None:
    try:
        action()
    except psutil.NoSuchProcess:  # it ended in the meantime, which is what we wanted
        return


def end_leftovers(run: Path) -> list[str]:
    """End what an earlier launcher left behind, and return the names. Safe to repeat."""
    ended = []
    for pid_file in sorted(run.glob("*.json")):
        process = noted_process(pid_file)
        if process is not None:
            family = descendants(process.pid)
            end_processes([process], timeout_seconds=15.0)
            end_processes(family)
            ended.append(pid_file.stem)
        pid_file.unlink(missing_ok=True)
    return ended
