"""Waiting until another session waits for a lock."""

from __future__ import annotations

import time

from psycopg import Connection


def await_lock_waiter(connection: Connection, timeout_seconds: float = 20.0, *, count: int = 1) -> None:
    """Until so many sessions of this database wait for another one's lock.

    :param connection: In autocommit: within one transaction the server shows the same moment again and again.
    """
    deadline = time.monotonic() + timeout_seconds
    while time.monotonic() < deadline:
        (waiting,) = connection.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).fetchone()
        if waiting >= count:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits for a lock")
