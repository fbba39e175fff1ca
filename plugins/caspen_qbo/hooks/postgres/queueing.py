"""Waiting for an advisory lock in order of arrival, without a statement that waits."""

import time
from typing import Any

from psycopg import Connection

_OFTEN_SECONDS, _SELDOM_SECONDS = 0.1, 0.5
_OFTEN_FOR_SECONDS = 5.0

_TAKE_TICKET = """
SELECT ticket, pg_advisory_lock_shared(%(queue)s::int, ticket)
FROM (SELECT ((extract(epoch FROM clock_timestamp()) * 10)::bigint %% 2147483647)::int AS ticket) now
"""
"""A tenth of a second since 1970: two of the same are served in any order."""

_TRY = """
SELECT CASE WHEN NOT EXISTS (
    SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = %(queue)s AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND (%(ticket)s::bigint IS NULL
           OR objid::bigint < %(ticket)s AND objid::bigint > %(ticket)s - 9000)
) THEN pg_try_advisory_lock(%(key)s) ELSE false END
"""
"""Not while there is an earlier ticket; a process stopped while it waited is passed over after a
quarter of an hour.
"""


class Queue:
    """Those who wait for one lock, each with a ticket: a shared lock named by its moment, which goes with its
    session. A statement that waits for a lock keeps a snapshot, and VACUUM removes no row that a
    snapshot may see: so none of these waits.
    """

    def __init__(self, connection: Connection[Any], key: int) -> None:
        self._connection = connection
        self._key = key
        self._queue = (key ^ (key >> 32)) & 0x7FFFFFFF

    def wait(self, seconds: float) -> bool:
        """Whether the lock was taken within these seconds."""
        if self._try(ticket=None):
            return True
        started = time.monotonic()
        row = self._connection.execute(_TAKE_TICKET, {"queue": self._queue}).fetchone()
        ticket = int(row[0]) if row else 0
        try:
            while (waited := time.monotonic() - started) < seconds:
                pause = _OFTEN_SECONDS if waited < _OFTEN_FOR_SECONDS else _SELDOM_SECONDS
                time.sleep(min(pause, seconds - waited))
                if self._try(ticket):
                    return True
            return False
        finally:
            if not self._connection.closed:
                self._connection.execute("SELECT pg_advisory_unlock_shared(%s, %s)", [self._queue, ticket])

    def _try(self, ticket: int | None) -> bool:
        params = {"queue": self._queue, "ticket": ticket, "key": self._key}
        row = self._connection.execute(_TRY, params).fetchone()
        return bool(row and row[0])
