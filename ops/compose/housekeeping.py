"""Takes away what Airflow itself kept for longer than it is to be kept: once at the start, then every day.

    python housekeeping.py            until it is stopped: the service `housekeeping` of docker-compose.yaml
    python housekeeping.py --once     one cleaning; exit code 1 where some of it failed
    python housekeeping.py --healthy  exit code 0: the last cleaning went well, and not long ago

Runs, tasks, logged actions and whatever else `airflow db clean` knows, in Airflow's own database; what Celery
noted of each task; files in the log folder. Nothing of `qbo_sync`, which has days of its own.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
from psycopg2.errors import UndefinedTable

DAY_SECONDS = 24 * 3600.0
AGAIN_SECONDS = 3600.0
"""After a cleaning that failed."""
LONGEST_SECONDS = 6 * 3600.0
KEEP_DAYS = 90
SHORTEST_DAYS = 7
"""Less would take away runs that people still look at, and those that wait for an approval."""
DONE = Path(tempfile.gettempdir()) / "caspen-qbo-housekeeping"

CLEAN = ("db", "clean", "--yes", "--skip-archive", "--error-on-cleanup-failure", "--batch-size", "10000")
DELETE_RESULTS = (
    "DELETE FROM celery_taskmeta WHERE date_done < %s",
    "DELETE FROM celery_tasksetmeta WHERE date_done < %s",
)


def keep_days(value: str | None) -> int:
    """The setting in days.

    :raises SystemExit: it is no whole number of at least a week; says so.
    """
    if not value:
        return KEEP_DAYS
    if not value.isascii() or not value.isdigit() or int(value) < SHORTEST_DAYS:
        raise SystemExit(
            f"CASPEN_QBO_AIRFLOW_KEEP_DAYS is {value!r}: give a whole number of days, {SHORTEST_DAYS} or more"
        )
    return int(value)


def clean_metadata(before: datetime) -> None:
    """Airflow's own tables, by Airflow's own command. :raises subprocess.SubprocessError: it failed."""
    command = [sys.executable, "-m", "airflow", *CLEAN, "--clean-before-timestamp", before.isoformat()]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=LONGEST_SECONDS)


def clean_results(before: datetime) -> None:
    """What Celery noted of each task, where Celery is used. :raises psycopg2.Error: its database refused."""
    backend = os.environ.get("AIRFLOW__CELERY__RESULT_BACKEND", "")
    if not backend.startswith("db+postgresql"):
        return
    uri = "postgresql:" + backend.split(":", 1)[1]
    limits = "-c statement_timeout=600000 -c lock_timeout=30000"
    connection = psycopg2.connect(uri, connect_timeout=10, options=limits)
    try:
        for statement in DELETE_RESULTS:
            # The first worker that starts makes the tables; its times are UTC without a zone.
            with suppress(UndefinedTable), connection, connection.cursor() as cursor:
                cursor.execute(statement, (before.replace(tzinfo=None),))
    finally:
        connection.close()


def clean_logs(before: datetime) -> None:
    """Log files that nobody wrote to since, and folders left empty. :raises OSError: a file cannot go."""
    home = Path(os.environ.get("AIRFLOW_HOME", Path.home() / "airflow"))
    top = Path(os.environ.get("AIRFLOW__LOGGING__BASE_LOG_FOLDER", home / "logs"))
    emptied: set[Path] = set()
    for name, _, files in os.walk(top, topdown=False):
        folder = Path(name)
        for path in (folder / file for file in files):
            with suppress(FileNotFoundError):
                if path.lstat().st_mtime < before.timestamp():
                    path.unlink()
                    emptied.add(folder)
        if folder in emptied and folder != top:
            with suppress(OSError):  # it holds newer files, or a task has just written into it
                folder.rmdir()
                emptied.add(folder.parent)


PARTS: dict[str, Callable[[datetime], None]] = {
    "Airflow's database": clean_metadata,
    "Celery's results": clean_results,
    "log files": clean_logs,
}


def clean(days: int, now: datetime) -> bool:
    """One cleaning; a part that fails leaves the others alone. Safe to repeat, at once and after a kill.

    :return: Whether all of it went well.
    """
    before = now - timedelta(days=days)
    print(f"housekeeping: what is older than {before:%Y-%m-%d %H:%M} UTC ({days} days) goes", flush=True)
    went_well = True
    for name, part in PARTS.items():
        try:
            part(before)
        except (subprocess.SubprocessError, psycopg2.Error, OSError) as error:
            # A database's message may quote its address; the kind of fault and the log above are enough.
            print(f"housekeeping: {name}: FAILED: {type(error).__name__}", flush=True)
            went_well = False
    return went_well


def is_healthy(now: float) -> bool:
    return DONE.exists() and now - DONE.stat().st_mtime < DAY_SECONDS + 3 * AGAIN_SECONDS


def main() -> int:
    if "--healthy" in sys.argv:
        return int(not is_healthy(time.time()))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # the first process of a container has no default
    days = keep_days(os.environ.get("CASPEN_QBO_AIRFLOW_KEEP_DAYS"))
    while True:
        went_well = clean(days, datetime.now(UTC))
        if went_well:
            DONE.touch()
        if "--once" in sys.argv:
            return int(not went_well)
        time.sleep(DAY_SECONDS if went_well else AGAIN_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
