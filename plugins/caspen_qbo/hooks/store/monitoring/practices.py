"""Questions about all practices at once; everything else belongs to one workspace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from caspen_qbo.core.importing.rhythm import Asked
from caspen_qbo.core.monitoring.watch import MovedRow, Watched
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.subject import workspace_lock_key

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


@dataclass(frozen=True, slots=True)
class _AskedRow:
    workspace_id: int
    connected_at: datetime
    asked_at: datetime | None
    found_at: datetime | None
    wrote_at: datetime | None
    heard_at: datetime | None
    reported_at: datetime | None
    waiting: bool


COUNTED_MOST = 1000
"""Documents of one practice; a large backlog need not be counted to its end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one practice stands with a job; see the statement for each."""

    workspace_id: int
    connected: bool
    """False: it waits for a person to reconnect QuickBooks."""
    position: datetime | None
    documents: int
    seconds: float | None
    failed: bool
    must_run: bool


@dataclass(frozen=True, slots=True)
class DoneJob:
    """What one run did in one practice."""

    workspace_id: int
    counts: Mapping[str, int]
    calls: Mapping[str, int]
    message: str


@dataclass(frozen=True, slots=True)
class LastProof:
    """What the last reconciliation of one practice shows."""

    workspace_id: int
    connected: bool
    """False: it waits for a person to reconnect QuickBooks."""
    fresh: bool
    success: bool | None
    """Every check ran and nothing unexplained was found; None: it has not ended."""
    documents: int
    differences: int

    @property
    def equal(self) -> bool:
        return self.connected and self.fresh and self.success is True

    @property
    def why(self) -> str:
        """Why it is not."""
        if not self.connected:
            return "waits to be reconnected"
        return "has unexplained differences" if self.fresh else "was not reconciled lately"


class ReportedPayment(NamedTuple):
    """What a webhook says of a payment."""

    realm_id: str
    quickbooks_id: str
    made: bool = True
    """Created; otherwise changed, voided, deleted or merged."""


class PracticeStore:
    """Reads only, but for what a webhook reports."""

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

    def count_expected(self) -> int:
        """Those of :meth:`fetch_expected`."""
        (row,) = self._db.fetch_all(f"{_FOLDER}/count_expected")
        return int(row["practices"])

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

    def fetch_asked(self) -> dict[int, Asked]:
        """What decides when the import of each connected workspace asks QuickBooks next."""
        rows = self._db.fetch_values(_AskedRow, f"{_FOLDER}/select_asked")
        return {
            row.workspace_id: Asked(
                row.connected_at,
                row.asked_at,
                row.found_at,
                row.wrote_at,
                row.heard_at,
                row.reported_at,
                row.waiting,
            )
            for row in rows
        }

    def record_heard(self, payments: Iterable[ReportedPayment]) -> dict[int, bool]:
        """Payments that a webhook reported: whether one is among them that is not ours, or that a person did
        something to, by workspace.
        """
        reported = sorted(set(payments))
        params = {
            "realm_ids": [one.realm_id for one in reported],
            "quickbooks_ids": [one.quickbooks_id for one in reported],
            "made": [one.made for one in reported],
        }
        rows = self._db.fetch_all(f"{_FOLDER}/upsert_heard", params) if reported else []
        return {row["workspace_id"]: row["foreign_payment"] for row in rows}

    def forget_numbers(self, sales: Collection[tuple[str, str, str]]) -> None:
        """Company, type and id of invoices and credit memos that QuickBooks reported: where one is not ours,
        its number is not known, so that none counts as free without asking.
        """
        reported = sorted(sales)
        params = {
            "realm_ids": [realm_id for realm_id, _, _ in reported],
            "quickbooks_types": [type_ for _, type_, _ in reported],
            "quickbooks_ids": [id_ for _, _, id_ in reported],
        }
        if reported:
            self._db.execute(f"{_FOLDER}/delete_reported_numbers", params)

    def forget_list(self, realm_id: str, name: str) -> None:
        """A list of QuickBooks' moved: it is read again when it is next wanted."""
        params = {"realm_id": realm_id, "names": [name], "older_than": timedelta(0)}
        self._db.execute("connection/setup/delete_cached", params)

    def fetch_standing(self, job: str, *, max_age: timedelta, only: int | None = None) -> list[Standing]:
        """Of every practice that is not disconnected, or of ``only`` one, in one statement.

        :param max_age: Without a success of the job within this, it must run.
        """
        params = {"job": job, "max_age": max_age, "only": only, "most": COUNTED_MOST}
        return self._db.fetch_values(Standing, f"{_FOLDER}/select_standing", params)

    def fetch_watched(self) -> list[Watched]:
        """What the watcher compares, of every connected practice, in one statement."""
        return self._db.fetch_values(Watched, f"{_FOLDER}/select_watched")

    def fetch_busy(self, workspace_ids: Iterable[int]) -> set[int]:
        """Those of these that a run is at work on."""
        held = {row["key"] for row in self._db.fetch_all(f"{_FOLDER}/select_held")}
        return {id_ for id_ in workspace_ids if workspace_lock_key(id_) in held} if held else set()

    def fetch_taken_in(self, rows: Sequence[MovedRow]) -> set[MovedRow]:
        """Those of these that were staged as they are, or moved by nothing but our own status since, and
        about whose document nothing is due.
        """
        params = {
            "workspace_ids": [row.workspace_id for row in rows],
            "kinds": [row.kind for row in rows],
            "ids": [row.id for row in rows],
            "times": [row.updated_at for row in rows],
        }
        return set(self._db.fetch_values(MovedRow, f"{_FOLDER}/select_taken_in", params))

    def record_touched(self, others: Collection[tuple[str, str, str, bool]]) -> None:
        """QuickBooks reported something else than a payment: of which company, what in lower case, its id,
        and whether it was made. Posting looks again, but where no more is reported than that ours were made.
        """
        reported = sorted(others)
        params = {
            "realm_ids": [realm_id for realm_id, _, _, _ in reported],
            "entities": [entity for _, entity, _, _ in reported],
            "quickbooks_ids": [id_ for _, _, id_, _ in reported],
            "made": [made for _, _, _, made in reported],
        }
        if reported:
            self._db.execute(f"{_FOLDER}/upsert_touched", params)

    def fetch_proofs(self, within: timedelta) -> list[LastProof]:
        """Of every practice that is not disconnected.

        :param within: An older reconciliation proves nothing.
        """
        return self._db.fetch_values(LastProof, f"{_FOLDER}/select_proofs", {"within": within})

    def fetch_done(self, run_id: str, job: str) -> dict[int, DoneJob]:
        """Where a run has succeeded so far, by workspace."""
        params = {"run_id": run_id, "job": job}
        done = self._db.fetch_values(DoneJob, f"{_FOLDER}/select_done", params)
        return {one.workspace_id: one for one in done}

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
