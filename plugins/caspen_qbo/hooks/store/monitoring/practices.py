"""Questions about all practices at once; everything else belongs to one workspace."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from caspen_qbo.hooks.database import Database

_FOLDER = "monitoring/practices"


@dataclass(frozen=True, slots=True)
class OverdueJob:
    """A job that should have succeeded in a practice by now."""

    workspace_id: int
    job: str
    since: datetime
    """The last successful end, or when the practice was connected."""
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
        return (
            f"workspace {self.workspace_id}: no successful {self.job} run since {self.since:%F %R} UTC. {why}"
        )


class PracticeStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def _workspaces(self, *statuses: str, realm_ids: list[str] | None = None) -> list[int]:
        params = {"statuses": list(statuses), "realm_ids": realm_ids}
        return [row["workspace_id"] for row in self._db.fetch_all(f"{_FOLDER}/select_workspaces", params)]

    def fetch_connected(self) -> list[int]:
        return self._workspaces("connected")

    def fetch_awaiting_reconnection(self) -> list[int]:
        """Workspaces whose connection died and waits for a person."""
        return self._workspaces("needs_reconnect")

    def fetch_expected(self) -> list[int]:
        """Workspaces where runs should succeed: all that are not disconnected."""
        return self._workspaces("connected", "needs_reconnect")

    def fetch_with_open_runs(self) -> list[int]:
        """Workspaces with a run that has no end: it is under way, or died."""
        return [row["workspace_id"] for row in self._db.fetch_all(f"{_FOLDER}/select_open_runs")]

    def fetch_of_realms(self, realm_ids: Collection[str]) -> list[int]:
        """Workspaces connected to one of these companies."""
        return self._workspaces("connected", realm_ids=list(realm_ids))

    def fetch_planned(self, plan_run_id: str) -> int | None:
        """The workspace for which this run planned a backfill."""
        rows = self._db.fetch_all(f"{_FOLDER}/select_planned", {"plan_run_id": plan_run_id})
        return next((row["workspace_id"] for row in rows), None)

    def fetch_failures(self, run_id: str, job: str) -> dict[int, str]:
        """Why a run failed, by workspace; one that never got as far as its workspace is absent."""
        rows = self._db.fetch_all(f"{_FOLDER}/select_failures", {"run_id": run_id, "job": job})
        return {row["workspace_id"]: row["message"] for row in rows}

    def fetch_overdue(self, quiet_at_most: Mapping[str, timedelta], now: datetime) -> list[OverdueJob]:
        """Jobs without success for longer than ``quiet_at_most`` allows each, where not disconnected."""
        params = {"jobs": list(quiet_at_most), "limits": list(quiet_at_most.values()), "now": now}
        return self._db.fetch_values(OverdueJob, f"{_FOLDER}/select_overdue", params)

    def read_clock(self) -> datetime:
        """Our database's time, which is what ``posted_at`` and the like are compared with."""
        (row,) = self._db.fetch_all(f"{_FOLDER}/select_now")
        clock: datetime = row["now"]
        return clock
