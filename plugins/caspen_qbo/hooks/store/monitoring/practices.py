"""Questions about all practices at once; everything else belongs to one workspace."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from caspen_qbo.hooks.database import Database, Row

_FOLDER = "monitoring/practices"


class PracticeStore:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def _ids(self, statement: str, **params: object) -> list[int]:
        return [row["workspace_id"] for row in self._db.fetch_all(f"{_FOLDER}/{statement}", params)]

    def fetch_connected(self) -> list[int]:
        """Workspaces that are connected now."""
        return self._ids("select_connected_workspaces")

    def fetch_awaiting_reconnection(self) -> list[int]:
        """Workspaces whose connection died and waits for a person."""
        return self._ids("select_awaiting_reconnection")

    def fetch_expected(self) -> list[int]:
        """Workspaces where runs should end well: all that are not disconnected."""
        return self._ids("select_expected_workspaces")

    def fetch_of_realms(self, realm_ids: Collection[str]) -> list[int]:
        """Workspaces connected to one of these companies."""
        return self._ids("select_workspaces_of_realms", realm_ids=list(realm_ids))

    def fetch_run(self, run_id: str, job: str) -> dict[int, Row]:
        """What a run did, by workspace; one that never got as far as its workspace is absent."""
        rows = self._db.fetch_all(f"{_FOLDER}/select_run", {"run_id": run_id, "job": job})
        return {row["workspace_id"]: row for row in rows}

    def fetch_last_success(self, jobs: Collection[str]) -> list[Row]:
        """For each connected workspace and job: when it last ended well and what it last failed of."""
        return self._db.fetch_all(f"{_FOLDER}/select_last_success", {"jobs": list(jobs)})

    def read_clock(self) -> datetime:
        """Our database's time, which is what ``posted_at`` and the like are compared with."""
        (row,) = self._db.fetch_all(f"{_FOLDER}/select_now")
        clock: datetime = row["now"]
        return clock
