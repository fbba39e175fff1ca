"""Calls as Intuit meters them, counted in memory and stored once a visit."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping

from caspen_qbo.core.monitoring.metering import WRITE
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.call import Call

log = logging.getLogger(__name__)

STORE_EVERY = 200
"""Calls: a killed process leaves at most so many uncounted."""


class Meter:
    """:param store: Adds calls by kind to what is stored; in no transaction of the caller's."""

    def __init__(self, store: Callable[[Mapping[str, int]], None]) -> None:
        self._store = store
        self._new: Counter[str] = Counter()

    def count(self, call: Call) -> None:
        """A call that was answered, or may have been: Intuit does not count what it turned away."""
        self._new[WRITE if call.is_write else call.kind] += call.items
        if self._new.total() >= STORE_EVERY:
            self.flush()

    def flush(self) -> None:
        """Store what is new. What cannot be stored now is kept, and the run goes on. Safe to repeat."""
        if not self._new:
            return
        try:
            self._store(dict(self._new))
        except SyncError as error:
            log.warning("calls not counted: %s", error.message)
        else:
            self._new.clear()
