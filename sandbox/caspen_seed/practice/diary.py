"""Time passes in the sample practice: stories wait in a diary and go on when their moment comes."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo

Story = Iterator[dt.timedelta]
"""A generator: it acts, then yields how long it waits before it acts again."""

ZONE = ZoneInfo("Australia/Sydney")
OPENS, CLOSES = 8, 18


class Diary:
    """Runs many stories side by side, in the order of their moments.

    What would happen after `end` does not happen: that is how invoices come to be drafts or unpaid today.
    """

    def __init__(self, end: dt.datetime, on_time: Callable[[dt.datetime], None]) -> None:
        """:param on_time: Called with each moment before a story acts in it."""
        self.end = end
        self.now = end
        self._on_time = on_time
        self._queue: list[tuple[dt.datetime, int, Story]] = []
        self._ties = itertools.count()

    def add(self, at: dt.datetime, story: Story) -> None:
        """Let a story begin at `at`, or when the practice next opens."""
        heapq.heappush(self._queue, (in_opening_hours(at), next(self._ties), story))

    def run(self) -> None:
        """Let everything happen that happens until `end`."""
        while self._queue:
            at, _, story = heapq.heappop(self._queue)
            if at > self.end:
                continue
            self.now = at
            self._on_time(at)
            wait = next(story, None)
            if wait is not None:
                self.add(at + wait, story)


def in_opening_hours(moment: dt.datetime) -> dt.datetime:
    """The moment itself, or the same minute of the next hour the practice is open (not on Sundays)."""
    local = moment.astimezone(ZONE)
    if local.hour >= CLOSES:
        local = local.replace(hour=OPENS) + dt.timedelta(days=1)
    elif local.hour < OPENS:
        local = local.replace(hour=OPENS)
    if local.weekday() == 6:
        local = local.replace(hour=OPENS) + dt.timedelta(days=1)
    return local.astimezone(dt.UTC)
