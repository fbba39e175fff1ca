"""Throttles, counted in sandbox time over sliding windows."""

from __future__ import annotations

from collections import deque

from qbo_emulator.values.clock import Clock

PER_MINUTE, PER_SECOND, BATCHES_PER_APP, BATCHES_PER_REALM = 500, 10, 40, 120


class Window:
    """How many events the last ``seconds`` held."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._moments: deque[float] = deque()
        self.peak = 0

    def count(self, now: float) -> int:
        """Events still inside the window. A clock set back empties it."""
        while self._moments and not now - self._seconds < self._moments[0] <= now:
            self._moments.popleft()
        return len(self._moments)

    def add(self, now: float, events: int = 1) -> None:
        """Count events at ``now``."""
        self._moments.extend([now] * events)
        self.peak = max(self.peak, self.count(now))


class Limits:
    """The windows of one company: all apps together, and our app alone."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.minute, self.second = Window(60), Window(1)
        self.our_batches, self.all_batches = Window(60), Window(60)
        self.quota_month, self.quota_used = "", 0

    def admits(self, is_batch: bool) -> bool:
        """Whether one more request fits; counts it if so. A refused request is not counted."""
        now = self._clock.seconds()
        if self.minute.count(now) >= PER_MINUTE or self.second.count(now) >= PER_SECOND:
            return False
        if is_batch and (
            self.our_batches.count(now) >= BATCHES_PER_APP or self.all_batches.count(now) >= BATCHES_PER_REALM
        ):
            return False
        self.count(is_batch)
        return True

    def count(self, is_batch: bool) -> None:
        """Count one request of our app."""
        now = self._clock.seconds()
        self.minute.add(now)
        self.second.add(now)
        if is_batch:
            self.our_batches.add(now)
            self.all_batches.add(now)

    def other_apps(self, requests: int, batches: int) -> None:
        """Traffic of the company's other apps: it uses up the company's limits, not our app's own."""
        now = self._clock.seconds()
        self.minute.add(now, requests)
        self.all_batches.add(now, batches)

    def spend_quota(self, reads: int, quota: int) -> bool:
        """Meter ``reads`` CorePlus calls; False once the month's quota is spent."""
        month = self._clock.now().strftime("%Y-%m")
        if month != self.quota_month:
            self.quota_month, self.quota_used = month, 0
        if self.quota_used + reads > quota:
            return False
        self.quota_used += reads
        return True
