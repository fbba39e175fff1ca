"""The command line without the seconds it takes to load Airflow each time: to its end in this process, or at
work in one of its own.
"""

from __future__ import annotations

import gc
import io
import logging
import os
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import IO, Any

import typer.main

# What a forked child need not load again.
from caspen_qbo.cli import app as _app  # noqa: F401
from caspen_qbo.usecases.importing import run as _importing  # noqa: F401
from caspen_qbo.usecases.posting import run as _posting  # noqa: F401
from caspen_qbo.usecases.reconciling import run as _reconciling  # noqa: F401

# A process at a terminal reads the signatures of all commands once; here each of thousands would do so.
typer.main.get_command = cache(typer.main.get_command)


@dataclass(frozen=True, slots=True)
class Finished:
    """What a command left behind."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True, slots=True)
class Started:
    """A command at work in a process of its own."""

    pid: int
    _out: IO[bytes]
    _err: IO[bytes]

    def wait(self) -> Finished:
        _, status = os.waitpid(self.pid, 0)
        self._out.seek(0)
        self._err.seek(0)
        code = os.waitstatus_to_exitcode(status)
        return Finished(code, self._out.read().decode(), self._err.read().decode())


@contextmanager
def started_command(*arguments: str, typed: str = "") -> Iterator[Started]:
    """``caspen-qbo <arguments>`` in a fork of this process: its own input, output, environment and exit code.

    :param typed: Its standard input.
    """
    if "reconcile" in arguments:
        load_checks()
    files = tempfile.TemporaryFile(), tempfile.TemporaryFile(), tempfile.TemporaryFile()
    with files[0] as given, files[1] as out, files[2] as err:
        given.write(typed.encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            os._exit(_as_child(arguments, given.fileno(), out.fileno(), err.fileno()))
        yield Started(child, out, err)


@cache
def load_checks() -> None:
    """Great Expectations takes seconds to load: once here, instead of in every fork."""
    from caspen_qbo.quality import suites

    suites.import_gx()
    from caspen_qbo.quality import expectations, validate

    assert expectations and validate


def run_command(*arguments: str, typed: str = "") -> Finished:
    """``caspen-qbo <arguments>`` to its end, with its own input, output and exit code.

    In this process, which saves most of what a command takes here: a process of this size is slow to copy.
    What a command sets for its process is put back.
    """
    if threading.current_thread() is not threading.main_thread():  # which alone may take signals
        with started_command(*arguments, typed=typed) as command:
            return command.wait()
    if "reconcile" in arguments:
        load_checks()
    streams = tuple(_stream(typed if number == 0 else "") for number in range(3))
    with _own_process_state():
        sys.stdin, sys.stdout, sys.stderr = streams
        code = _run(arguments)
    _, out, err = (stream.buffer.getvalue().decode() for stream in streams)
    return Finished(code, out, err)


def _stream(text: str) -> Any:
    return io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8", newline="\n", write_through=True)


@contextmanager
def _own_process_state() -> Iterator[None]:
    """Streams, arguments, logging and signals as they were, at the end of the block."""
    root, ours = logging.getLogger(), logging.getLogger("caspen_qbo")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    streams, typed = (sys.stdin, sys.stdout, sys.stderr), sys.argv
    on_signal = signal.getsignal(signal.SIGTERM)
    root.handlers.clear()  # or the command would close them
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = streams
        sys.argv = typed
        signal.signal(signal.SIGTERM, on_signal)
        root.handlers[:] = handlers
        for logger, level in zip((root, ours), levels, strict=True):
            if logger.level != level:  # to set it empties what every logger remembers
                logger.setLevel(level)


def _as_child(arguments: Sequence[str], given: int, out: int, err: int) -> int:
    """The command in this process, which must end with what is returned and run nothing else."""
    gc.freeze()  # collecting what the parent made would copy all of its memory
    # As at a terminal: a shell that started the tests in the background has set them to ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.dup2(given, 0)
    os.dup2(out, 1)
    os.dup2(err, 2)
    # pytest has put its own files in the place of these.
    sys.stdin = open(0, closefd=False)
    sys.stdout = open(1, "w", closefd=False)
    sys.stderr = open(2, "w", closefd=False)
    try:
        code = _run(arguments)
    except BaseException:  # noqa: BLE001 - as the interpreter would: a traceback and 1
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _run(arguments: Sequence[str]) -> int:
    """The exit code; whatever it raises is on its standard error, as at a terminal."""
    from caspen_qbo.cli.app import main

    sys.argv = ["caspen-qbo", *arguments]
    try:
        main()
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception:  # noqa: BLE001 - as the interpreter would: a traceback and 1
        traceback.print_exc()
        return 1
    return 0
