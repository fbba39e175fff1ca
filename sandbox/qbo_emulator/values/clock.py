"""The sandbox's own time: it can be set, moved, sped up or stopped, and everything that waits obeys it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

DATA_CENTRE = ZoneInfo("America/Los_Angeles")
"""QuickBooks stamps documents in its data centre's time, whatever the company's country."""


class Clock:
    """A clock with an anchor and a speed.

    ``speed`` is sandbox seconds per real second; 0 stops the clock. Not monotonic when a test sets it back.
    """

    def __init__(self, real_seconds: Callable[[], float] = time.time) -> None:
        self._real_seconds = real_seconds
        self.reset()

    def reset(self) -> None:
        """Follow real time again, at its own speed."""
        self._anchor_real = self._anchor_here = self._real_seconds()
        self.speed = 1.0

    def seconds(self) -> float:
        """Sandbox time as seconds since the epoch."""
        return self._anchor_here + (self._real_seconds() - self._anchor_real) * self.speed

    def now(self) -> datetime:
        """Sandbox time, aware, in UTC."""
        return datetime.fromtimestamp(self.seconds(), tz=UTC)

    def set(self, moment: datetime) -> None:
        """Jump to ``moment`` (aware), keeping the speed."""
        self._anchor_real, self._anchor_here = self._real_seconds(), moment.timestamp()

    def advance(self, seconds: float) -> None:
        """Jump forward by ``seconds`` of sandbox time."""
        self.set(self.now() + timedelta(seconds=seconds))

    def set_speed(self, speed: float) -> None:
        """Run at ``speed`` sandbox seconds per real second from here on."""
        self.set(self.now())
        self.speed = speed

    def data_centre_today(self) -> date:
        """Today where QuickBooks runs: the day before, for much of an Australian working day."""
        return self.now().astimezone(DATA_CENTRE).date()


def document_stamp(moment: datetime) -> str:
    """``MetaData`` time: data-centre offset, no fraction (``2014-09-18T14:43:23-07:00``)."""
    return moment.astimezone(DATA_CENTRE).replace(microsecond=0).isoformat()


def envelope_stamp(moment: datetime) -> str:
    """``time`` of an answer: data-centre offset, milliseconds."""
    return moment.astimezone(DATA_CENTRE).isoformat(timespec="milliseconds")
