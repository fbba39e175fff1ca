"""A Docker engine and a compose client, wherever this machine has them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OpsError
from ops.local.processes import die_with_parent
from ops.paths import ROOT
from ops.progress import Progress

ENGINE_SECONDS = 60.0
PULL_SECONDS = 900
BUILD_SECONDS = 3600
STAND_INS = ROOT / "ops" / "compose" / "stand-ins" / "build"


class NoEngineError(OpsError):
    """Docker cannot be had here; the sentence says what is missing."""


@dataclass(frozen=True)
class Engine:
    """An engine that answers."""

    compose: tuple[str, ...]
    """The client's command: `docker compose`, or the older `docker-compose`."""
    env: dict[str, str]

    def run(
        self, *command: str, seconds: float = 300, typed: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a command against this engine. :raises OpsError: it failed, with the end of what it wrote."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.env,
            input=typed,
            stdin=subprocess.DEVNULL if typed is None else None,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        if check and done.returncode:
            output = (done.stdout + done.stderr).strip()[-2000:]
            raise OpsError(f"`{' '.join(command)}` failed with code {done.returncode}:\n{output}")
        return done


@contextmanager
def docker_engine(folder: Path, progress: Progress) -> Iterator[Engine]:
    """The machine's own engine, or, as root with `dockerd` at hand, one of our own for the block's length.

    :raises NoEngineError: neither can be had.
    """
    if shutil.which("docker") is None:
        raise NoEngineError("there is no `docker` command")
    compose = _compose_client()
    env = {**os.environ, "DOCKER_BUILDKIT": "0"}
    if _answers(env):
        progress.line("the Docker engine of this machine")
        yield Engine(compose, env)
        return
    if os.geteuid() != 0 or shutil.which("dockerd") is None:
        raise NoEngineError(
            "no Docker engine answers, and none can be started here (it takes root and dockerd)"
        )
    folder.mkdir(parents=True, exist_ok=True)
    env["DOCKER_HOST"] = f"unix://{folder / 'docker.sock'}"
    started = _start(folder, env, ()) or _start(folder, env, ("--storage-driver", "vfs"))
    if started is None:
        tail = (folder / "dockerd.log").read_text(errors="replace").strip()[-400:]
        raise NoEngineError(f"dockerd does not start here: {tail}")
    try:
        progress.line(f"a Docker engine of our own (process {started.pid})")
        yield Engine(compose, env)
    finally:
        _end(started)


def _compose_client() -> tuple[str, ...]:
    for command in (("docker", "compose"), ("docker-compose",)):
        if shutil.which(command[0]) is None:
            continue
        if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
            return command
    raise NoEngineError("there is neither `docker compose` nor `docker-compose`")


def _answers(env: dict[str, str]) -> bool:
    # The client exits with 0 also when it reached no engine; the server's version is then empty.
    command = ["docker", "version", "--format", "{{.Server.Version}}"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    return done.returncode == 0 and bool(re.match(r"\d", done.stdout))


def _start(folder: Path, env: dict[str, str], options: Sequence[str]) -> subprocess.Popen | None:
    command = [
        *("dockerd", "--host", env["DOCKER_HOST"], "--data-root", str(folder / "data")),
        *("--exec-root", str(folder / "exec"), "--pidfile", str(folder / "dockerd.pid")),
        # The machine's own network is left alone: containers reach each other, and nothing outside.
        *("--bridge=none", "--iptables=false", "--ip6tables=false", *options),
    ]
    with (folder / "dockerd.log").open("ab") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us, who then stop it last
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509  a system call, no Python lock
        )
    deadline = time.monotonic() + ENGINE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(env):
            return process
        time.sleep(0.5)
    _end(process)
    return None


def _end(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def have_images(engine: Engine, folder: Path, images: Sequence[str], progress: Progress) -> str:
    """See that the public images are there: pulled, or else stand-ins made here.

    :return: In words, which they are.
    :raises NoEngineError: they can be neither pulled nor made.
    """
    if all(engine.run("docker", "image", "inspect", name, check=False).returncode == 0 for name in images):
        made = engine.run("docker", "image", "inspect", "caspen-qbo-debian", check=False).returncode == 0
        return "stand-ins made earlier" if made else "as they are on this machine"
    pulled = all(
        engine.run("docker", "pull", name, seconds=PULL_SECONDS, check=False).returncode == 0
        for name in sorted(images, key=len)  # a small one first, which fails as fast
    )
    if pulled:
        return "pulled"
    if shutil.which("debootstrap") is None:
        raise NoEngineError("the images cannot be pulled, and there is no debootstrap to make stand-ins of")
    with progress.step("stand-ins for the public images made of Debian and the committed lock"):
        engine.run("bash", str(STAND_INS), str(folder), seconds=BUILD_SECONDS)
    return "stand-ins of Debian and the committed lock (ops/compose/stand-ins)"
