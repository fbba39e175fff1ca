"""Doing something at a chosen instant of a run: just before or just after one of its calls to QuickBooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from caspen_qbo.core.accounting import Accounting
from caspen_qbo.usecases.shared.session import Session


@dataclass(frozen=True, slots=True)
class Instant:
    """Before or after the n-th call of a method of ``Accounting``, from 1."""

    method: str
    """query, send_batch, send_void, fetch_changes."""
    number: int = 1
    after: bool = False

    def __str__(self) -> str:
        return f"{'after' if self.after else 'before'} {self.method} {self.number}"


class Watched:
    """The real accounting, passing every call on; the action is done once, when its instant comes."""

    def __init__(self, accounting: Accounting, instant: Instant, action: Callable[[], None]) -> None:
        self._accounting, self._instant, self._action = accounting, instant, action
        self._seen: Counter[str] = Counter()
        self.acted = False

    def __getattr__(self, name: str) -> Any:
        wanted = getattr(self._accounting, name)
        if name != self._instant.method:
            return wanted

        def call(*args: Any, **kwargs: Any) -> Any:
            self._seen[name] += 1
            now = self._seen[name] == self._instant.number
            if now and not self._instant.after:
                self._act()
            answer = wanted(*args, **kwargs)
            if now and self._instant.after:
                self._act()
            return answer

        return call

    def _act(self) -> None:
        self.acted = True
        self._action()


def interrupt(session: Session, instant: Instant, action: Callable[[], None]) -> Watched:
    """Have the action done when this session's run comes to that instant."""
    watched = Watched(session.accounting, instant, action)
    session.accounting = watched  # it passes everything on
    return watched
