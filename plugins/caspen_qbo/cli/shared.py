"""What the commands share: options, sessions, tables and JSON on the terminal."""

from __future__ import annotations

import getpass
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from caspen_qbo.plain_text import plain

if TYPE_CHECKING:
    from caspen_qbo.hooks.store import WorkspaceStore
    from caspen_qbo.usecases.shared.session import Session

WORKSPACE = typer.Option(..., "--workspace", help="Caspen's workspace id.")
JSON = typer.Option(False, "--json", help="Machine-readable.")
TRY_AGAIN_LATER = 75
"""Exit code: EX_TEMPFAIL of sysexits.h."""
PIPE_WIDTH = 220
"""Characters of a line when the output is not a terminal, so that a log keeps each row on one."""


def who() -> str:
    return f"cli:{getpass.getuser()}"


@contextmanager
def open_session(workspace: int, job: str, *, offline: bool = False) -> Iterator[Session]:
    from caspen_qbo import wiring  # takes time that `--help` need not take

    with wiring.open_session(workspace, wiring.new_run_id(job), offline=offline) as session:
        yield session


@contextmanager
def open_store(workspace: int) -> Iterator[WorkspaceStore]:
    """Our own tables alone, for commands that work without a connection to QuickBooks."""
    from caspen_qbo import wiring

    with wiring.open_store() as store:
        yield store.for_workspace(workspace)


class _Terminal(Console):
    """Shows texts as they are: brackets in them mean nothing, and what steers a terminal is gone."""

    def __init__(self, width: int | None = None) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, width=width)

    def print(self, *objects: Any, **how: Any) -> None:
        super().print(
            *(plain(each, lines=True) if isinstance(each, str) else each for each in objects), **how
        )


def console() -> Console:
    terminal = _Terminal()
    return terminal if terminal.is_terminal else _Terminal(PIPE_WIDTH)


def say_error(text: str) -> None:
    """On standard error, on one line."""
    print(plain(text), file=sys.stderr)


class PlainFormatter(logging.Formatter):
    """One line a message, whatever it quotes; a traceback may have several."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - as the library calls it
        record.message = plain(record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802
        return plain(super().formatException(ei), lines=True)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Texts as they are; amounts right-aligned."""
    table = Table(title=plain(title) or None, title_justify="left", show_lines=False)
    rows = list(rows)
    for index, column in enumerate(columns):
        money = bool(rows) and all(isinstance(row[index], (int, Decimal)) for row in rows)
        table.add_column(column, justify="right" if money else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else plain(str(value), lines=True) for value in row))
    console().print(table)


def print_json(value: object) -> None:
    """Amounts as texts, so that no reader turns them into floats; times with their offset."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"cannot print a {type(value).__name__}")
