"""Tables and JSON on the terminal."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table

PIPE_WIDTH = 220
"""Characters of a line when nobody sits at a terminal, so that a log keeps each row on one."""


def console() -> Console:
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, title: str = "") -> None:
    """Texts as they are; amounts right-aligned."""
    table = Table(title=title or None, title_justify="left", show_lines=False)
    rows = [list(row) for row in rows]
    for index, column in enumerate(columns):
        money = all(isinstance(row[index], (int, Decimal)) for row in rows) and bool(rows)
        table.add_column(column, justify="right" if money else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if value is None else str(value) for value in row))
    console().print(table)


def print_json(value: Any) -> None:
    """Amounts as texts, so that no reader turns them into floats; times with their offset."""
    print(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"cannot print a {type(value).__name__}")
