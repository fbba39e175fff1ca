"""Progress on the terminal: one line per step, with the seconds since the start."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Progress:
    """Prints lines such as `  3.2s  PostgreSQL on 127.0.0.1:54329`."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(highlight=False)
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the start, on a clock that is never set back."""
        return time.monotonic() - self._start

    def line(self, text: str, style: str = "") -> None:
        self.console.print(f"[dim]{self.seconds:6.1f}s[/dim]  {text}", style=style or None)

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Print what was done and how long it took, once it is done; nothing when it fails."""
        began = time.monotonic()
        yield
        self.line(f"{text} [dim]({time.monotonic() - began:.1f}s)[/dim]")
