"""Killing a process at a chosen instant: before or after every HTTP call and every statement that may commit.

The instants are counted in a forked child; the parent never opens a connection of ours, so that nothing is
shared.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import psycopg
import requests

COMPLETED, KILLED, FAILED = "completed", "killed", "failed"


class Instants:
    """Counts instants and kills the process at one of them."""

    def __init__(self, kill_at: int | None) -> None:
        self.kill_at = kill_at
        self.count = 0

    def pass_one(self) -> None:
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)

        def instrumented(*args: Any, **kwargs: Any) -> Any:
            self.pass_one()
            try:
                return original(*args, **kwargs)
            finally:
                self.pass_one()

        setattr(owner, name, instrumented)


def fork(action: Callable[[], None], kill_at: int | None = None) -> tuple[str, int]:
    """Run an action in a child of its own.

    :param kill_at: The instant at which it is killed; None lets it run to its end.
    :return: What became of it, and how many instants it had (when completed).
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        instants = Instants(kill_at)
        instants.around(requests.Session, "send")
        instants.around(psycopg.Cursor, "execute")
        instants.around(psycopg.Cursor, "executemany")
        instants.around(psycopg.Transaction, "__exit__")
        status = 1
        try:
            action()
            status = 0
        except BaseException as error:  # noqa: BLE001 - the child's only way to tell
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os.write(write, str(instants.count).encode())
        os._exit(status)
    os.close(write)
    with os.fdopen(read) as pipe:
        counted = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return KILLED, 0
    return (COMPLETED if os.waitstatus_to_exitcode(status) == 0 else FAILED), int(counted or 0)
