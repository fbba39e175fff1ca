"""The check that something ran at all: a schedule that stopped makes no error of its own."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from caspen_qbo.hooks.store import Store

log = logging.getLogger(__name__)

JOB = "heartbeat"

QUIET_AT_MOST: Mapping[str, timedelta] = {
    "post": timedelta(hours=4),
    "import": timedelta(hours=4),
    "reconcile": timedelta(hours=50),
}
"""Runs are due every quarter of an hour (post: at least hourly) and nightly; some may fail now and then."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A job that should have ended well in a practice by now."""

    workspace_id: int
    job: str
    quiet_since: datetime
    """The last good end, or when the practice was connected."""
    needs_reconnect: bool
    last_message: str | None
    """Why the last run failed; None: none was even started."""

    def __str__(self) -> str:
        if self.needs_reconnect:
            why = "The connection to QuickBooks waits for a person to reconnect it."
        elif self.last_message:
            why = f"The last run failed: {self.last_message}"
        else:
            why = "No run was started: is the DAG switched on, and does the scheduler run?"
        since = self.quiet_since.strftime("%Y-%m-%d %H:%M UTC")
        return f"workspace {self.workspace_id}: {self.job} has not ended well since {since}. {why}"


def find_silences(store: Store, *, now: datetime | None = None) -> list[Silence]:
    """
    Every connected practice and job that was quiet for too long. Reads only; safe to repeat.

    :param now: For another moment than this one.
    """
    now = now or datetime.now(UTC)
    return [
        Silence(
            row["workspace_id"], row["job"], row["quiet_since"], row["status"] == "needs_reconnect",
            row["last_message"] if row["last_failure_at"] else None,
        )
        for row in store.practices.fetch_last_success(tuple(QUIET_AT_MOST))
        if now - row["quiet_since"] > QUIET_AT_MOST[row["job"]]
    ]  # fmt: skip


def check_heartbeat(store: Store, run_id: str, *, now: datetime | None = None) -> list[Silence]:
    """
    Look for silences and record, practice by practice, whether there were any: the page shows runs from the
    record.

    :return: The silences, which are also logged as warnings. Safe to repeat for a run.
    """
    silences = find_silences(store, now=now)
    for workspace_id in store.practices.fetch_expected():
        told = [str(silence) for silence in silences if silence.workspace_id == workspace_id]
        runs = store.for_workspace(workspace_id).runs
        runs.start(run_id, JOB)
        runs.finish(
            run_id, JOB, counts={"silent_jobs": len(told)}, calls={}, ledger=None,
            success=not told, message="\n".join(told))  # fmt: skip
        for line in told:
            log.warning("heartbeat %s", line)
    return silences
