"""One limiter per realm for every process, as QuickBooks counts: pyrate-limiter on PostgreSQL (``sync_db``).
The library counts under a table lock it does not wait for; this module waits, with jitter.
"""

from __future__ import annotations

import logging
import random
import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, cast

from pyrate_limiter import Decision, Duration, Rate, RateItem
from pyrate_limiter.buckets.postgres import PostgresBucket

from caspen_qbo import settings
from caspen_qbo.errors import QboThrottledError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

log = logging.getLogger(__name__)

CONTENTION_SECONDS = (0.002, 0.02)
"""Another process holds the table for about a millisecond; each waits another bit before it tries again."""
ANNOUNCE_SECONDS = 1.0
"""Shorter waits are the normal pace and not worth a line."""
SWEEP_EVERY = 100
"""After so many calls the rows that no longer count are deleted."""


def limiter_session(conn_id: str, limits: Limits | None = None) -> Database:
    """The library names its tables without a schema, and stores times without a zone."""
    return Database(conn_id, limits, own_settings={"search_path": "qbo_sync"})


class RealmLimiter:
    """Waits until this realm may be called. Connects on first use; close it when done."""

    def __init__(
        self,
        realm_id: str,
        config: QuickBooksConfig,
        conn_id: str = settings.SYNC_CONN_ID,
        *,
        database: Database | None = None,
        wait_max: float = settings.TURN_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """:param database: A session of this thread that is in no transaction whenever a turn is taken."""
        self._realm = re.sub(r"\W", "_", realm_id)
        self._config = config
        self._database = database or limiter_session(conn_id)
        self._sleep = sleep
        self._buckets: dict[str, PostgresBucket] = {}
        self._acquired = 0
        self._wait_max = wait_max

    def acquire(self, kind: str) -> float:
        """Wait for a turn and take it; seconds waited. A batch takes one of the batches and one of the
        requests. QboThrottledError: no turn in all that time; nothing was sent.
        """
        waited = self._take("batches", kind, 0.0) if kind == "batch" else 0.0
        waited = self._take("requests", kind, waited)
        self._acquired += 1
        if self._acquired % SWEEP_EVERY == 1:
            for bucket in self._buckets.values():
                bucket.leak(_now(bucket))
        return waited

    def close(self) -> None:
        """Safe to repeat."""
        self._database.close()

    def _take(self, name: str, kind: str, waited: float) -> float:
        bucket = self._bucket(name)
        started, announced = time.monotonic() - waited, False
        while True:
            decision = cast("Decision", bucket.put_decision(RateItem(kind, _now(bucket))))
            waited = time.monotonic() - started
            if decision.allowed:
                return waited
            if waited > self._wait_max:
                raise QboThrottledError(
                    f"QuickBooks realm {self._realm}: no turn among this project's own calls within "
                    f"{waited:.0f} s; nothing was sent. The next run will resume.",
                    retry_after_seconds=60.0,
                )
            if decision.retry_after_ms is None:
                self._sleep(random.uniform(*CONTENTION_SECONDS))
                continue
            seconds = decision.retry_after_ms / 1000
            if seconds >= ANNOUNCE_SECONDS and not announced:
                announced = True
                log.info("quickbooks waiting kind=%s seconds=%.1f reason=%s_limit", kind, seconds, name)
            self._sleep(_pause(seconds, decision.failing_rate))

    def _bucket(self, name: str) -> PostgresBucket:
        if name not in self._buckets:
            table, rates = f"{name}_{self._realm}", self._rates(name)
            pool = cast("ConnectionPool", _SessionAsPool(self._database))
            self._buckets[name] = PostgresBucket(pool, table, rates)
        return self._buckets[name]

    def _rates(self, name: str) -> list[Rate]:
        if name == "batches":
            return [Rate(self._config.batches_per_minute, Duration.MINUTE)]
        # The library refuses a limit that could never bite because the other is always the tighter one.
        second = self._config.requests_per_second
        minute = min(self._config.requests_per_minute, 60 * second)
        rates = [Rate(second, Duration.SECOND)] if second < minute else []
        return [*rates, Rate(minute, Duration.MINUTE)]


class _SessionAsPool:
    """What the library asks a pool for, of the one session."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def connection(self) -> AbstractContextManager[Connection[Any]]:
        """A transaction, as a pool's connection is one."""
        return self._database.transaction()


def _now(bucket: PostgresBucket) -> int:
    return int(bucket.now())  # type: ignore[no-untyped-call]


def _pause(stated: float, rate: Rate | None) -> float:
    """Seconds until there may be room, but short against the rate's window: a process that sleeps to the very
    moment loses each time against those that came later and try just then.
    """
    pause = stated + random.uniform(0.001, 0.01)
    return min(pause, random.uniform(0.04, 0.12) * rate.interval / 1000) if rate else pause
