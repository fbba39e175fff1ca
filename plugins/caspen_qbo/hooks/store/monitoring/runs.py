"""Runs of the use cases: when, what they did, their ledger and their calls to QuickBooks."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from psycopg.types.json import Jsonb

from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.posting.ledger import LedgerRow
from caspen_qbo.hooks.store.subject import Subject

LEDGER = ("finalised", "synced", "waiting", "listed", "excluded")


class RunStore(Subject):
    folder = "monitoring/runs"

    def start(self, run_id: str, job: str) -> None:
        """:param job: post, import, reconcile or backfill. Safe to repeat for a retried task."""
        self._execute("start_run", run_id=run_id, job=job)

    def close_died(self, run_id: str, message: str) -> int:
        """End the records of earlier runs that have no end; how many. Only under the workspace's lock: a run
        that holds no lock any more is dead.

        :param run_id: The caller's own, left open; empty for none.
        """
        return self._execute("close_died", run_id=run_id, message=message)

    def finish(
        self,
        run_id: str,
        job: str,
        *,
        success: bool,
        message: str = "",
        counts: Mapping[str, int],
        calls: Mapping[str, int],
        ledger: LedgerRow | None,
        paused_seconds: float = 0.0,
    ) -> None:
        """:param ledger: The invoices'; None for a run that could not count them.
        :param paused_seconds: How long it waited for others that are checked together with it.
        """
        self._execute(
            "finish_run",
            run_id=run_id,
            job=job,
            success=success,
            message=message,
            counts=Jsonb(dict(counts)),
            calls=Jsonb(dict(calls)),
            paused_seconds=paused_seconds,
            **{name: getattr(ledger, name) if ledger else None for name in LEDGER},
        )


@dataclass(frozen=True, slots=True)
class TaskKey:
    """A task of a DAG run, as Airflow names it."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int


class NoteStore:
    """What the tasks of each DAG run left for its note; of all practices."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def write(self, task: TaskKey, words: str) -> None:
        """In place of what an earlier try left."""
        self._db.execute("monitoring/runs/upsert_note", {**asdict(task), "words": words.replace("\x00", " ")})

    def clear(self, task: TaskKey) -> None:
        self._db.execute("monitoring/runs/delete_note", asdict(task))

    def fetch(self, dag_id: str, run_id: str) -> list[str]:
        """Oldest first."""
        rows = self._db.fetch_all("monitoring/runs/select_notes", {"dag_id": dag_id, "run_id": run_id})
        return [row["words"] for row in rows]
