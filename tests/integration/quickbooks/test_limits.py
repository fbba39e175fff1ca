"""The shared limiter: never above the rate whoever calls, nobody starved, cheap when there is room."""

from __future__ import annotations

import logging
import multiprocessing
import time
from collections import Counter
from dataclasses import replace

import pytest

from caspen_qbo.errors import QboThrottledError
from caspen_qbo.hooks.quickbooks import rate_limit as qbo_limits
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig
from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter
from ops.local.postgres import Database

PROCESSES = 10
in_processes = multiprocessing.get_context("fork")


@pytest.fixture
def config(hook, qbo_db: Database) -> QuickBooksConfig:
    """Nothing counted yet."""
    with qbo_db.connect(autocommit=True) as connection:
        for (table,) in connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'qbo_sync' AND tablename LIKE 'ratelimit%'"
        ).fetchall():
            connection.execute(f"TRUNCATE qbo_sync.{table}")
    return hook.config


def fits(moments: list[float], limit: int, seconds: float) -> bool:
    """Whether no window of that length holds more than the limit."""
    ordered = sorted(moments)
    return all(later - earlier >= seconds for earlier, later in zip(ordered, ordered[limit:], strict=False))


def turns(database: Database, realm: str) -> list[float]:
    """When each turn was given, in seconds, by the one clock that decides.

    A process notes its turn later than it got it, and the later the busier the machine is.
    """
    with database.connect() as connection:
        table = f"qbo_sync.ratelimit___requests_{realm}"
        rows = connection.execute(
            f"SELECT extract(epoch FROM item_timestamp)::float8 FROM {table}"
        ).fetchall()
    return [row[0] for row in rows]


def test_the_tables_lie_in_our_schema(config: QuickBooksConfig, qbo_db: Database):
    limiter = RealmLimiter("4242", config)
    limiter.acquire("batch")
    limiter.close()

    with qbo_db.connect() as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE tablename LIKE '%4242' ORDER BY 2"
        ).fetchall()
    assert tables == [("qbo_sync", "ratelimit___batches_4242"), ("qbo_sync", "ratelimit___requests_4242")]


def test_one_process_keeps_the_pace(config: QuickBooksConfig, qbo_db: Database):
    limiter = RealmLimiter("1", replace(config, requests_per_second=20, requests_per_minute=1000))
    started = time.monotonic()
    for _ in range(45):
        limiter.acquire("read")
    assert time.monotonic() - started < 4.5  # two whole windows, and what the machine adds
    limiter.close()

    assert len(turns(qbo_db, "1")) == 45
    assert fits(turns(qbo_db, "1"), 20, 0.999)


def test_ten_processes_share_one_pace_and_none_starves(config: QuickBooksConfig, qbo_db: Database):
    tight = replace(config, requests_per_second=20, requests_per_minute=1000)
    queue, barrier = in_processes.Queue(), in_processes.Barrier(PROCESSES)

    def child(number: int) -> None:
        limiter = RealmLimiter("2", tight)
        barrier.wait()
        until, taken = time.monotonic() + 4, 0
        while time.monotonic() < until:
            limiter.acquire("read")
            taken += 1
        queue.put((number, taken))
        limiter.close()

    processes = [in_processes.Process(target=child, args=(number,)) for number in range(PROCESSES)]
    for process in processes:
        process.start()
    taken = dict(queue.get(timeout=60) for _ in processes)
    for process in processes:
        process.join(10)

    given = turns(qbo_db, "2")
    assert len(given) == sum(taken.values())
    assert fits(given, 20, 0.999)
    assert len(given) >= 4 * 20 * 0.6  # the pace is used, not lost to quarrels
    assert min(taken.values()) >= 2


def test_a_batch_takes_from_both_and_batches_bite_first(config: QuickBooksConfig):
    waits: list[float] = []

    class WaitedError(Exception):
        pass

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        raise WaitedError

    limiter = RealmLimiter("3", replace(config, batches_per_minute=3), sleep=sleep)
    for _ in range(3):
        limiter.acquire("batch")
    limiter.acquire("read")
    with pytest.raises(WaitedError):
        limiter.acquire("batch")
    limiter.acquire("read")
    assert 2 < waits[0] <= 7.2  # it looks again long before the minute is over, so that nobody is passed by
    assert limiter._buckets["requests"].count() == 5
    limiter.close()


def test_waiting_is_told_as_waiting_and_never_as_an_error(
    config: QuickBooksConfig, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    tight = replace(config, batches_per_minute=1)
    limiter = RealmLimiter("4", tight, wait_max=0.05, sleep=lambda _: time.sleep(0.03))
    limiter.acquire("batch")

    with pytest.raises(QboThrottledError, match="nothing was sent") as caught:
        limiter.acquire("batch")
    limiter.close()
    assert caught.value.retry_after_seconds == 60
    said = Counter(record.levelname for record in caplog.records if record.name == qbo_limits.__name__)
    assert said == {"INFO": 1}
    assert "reason=batches_limit" in caplog.text


def test_what_no_longer_counts_is_swept(config: QuickBooksConfig, qbo_db: Database):
    limiter = RealmLimiter("5", config)
    limiter.acquire("read")
    with qbo_db.connect() as connection:
        connection.execute(
            "INSERT INTO qbo_sync.ratelimit___requests_5 "
            "SELECT 'read', 1, now() AT TIME ZONE 'UTC' - interval '2 minutes' FROM generate_series(1, 500)"
        )
    for _ in range(qbo_limits.SWEEP_EVERY):
        limiter.acquire("read")

    assert limiter._buckets["requests"].count() == qbo_limits.SWEEP_EVERY + 1
    limiter.close()


def test_a_turn_costs_little_when_there_is_room(config: QuickBooksConfig):
    limiter = RealmLimiter("6", config)
    limiter.acquire("read")
    took = []
    for _ in range(60):
        started = time.perf_counter()
        limiter.acquire("read")
        took.append(time.perf_counter() - started)
    limiter.close()

    # A median, because other work shares the machine; some 2 ms alone.
    assert sorted(took)[len(took) // 2] < 0.015


@pytest.mark.parametrize(("a_second", "a_minute"), [(50, 40), (5, 450), (1, 60), (8, 450), (1, 1)])
def test_any_pair_of_numbers_is_a_limit(config: QuickBooksConfig, a_second: int, a_minute: int):
    limiter = RealmLimiter("7", replace(config, requests_per_second=a_second, requests_per_minute=a_minute))
    limiter.acquire("read")
    assert limiter._buckets["requests"].count() == 1
    limiter.close()
    limiter.close()
