"""Taking data out: what is older than it is kept, of practices that left, and of people who ask for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from caspen_qbo.core.monitoring.keeping import TABLES, Kept, Table
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.codec import jsonb

_FOLDER = "monitoring/keeping"

BATCH = 5_000
"""Rows deleted by one statement: tens of milliseconds, so that no run waits for it."""

AGED: Mapping[str, str] = {
    "request": "prune_request",
    "document_event": "prune_document_event",
    "unsynced_invoice": "prune_unsynced_invoice",
    "metered_call": "prune_metered_call",
    "oauth_state": "prune_oauth_state",
    "check_result": "prune_check_result",
    "run_note": "prune_run_note",
    "mail": "prune_mail",
    "sync_run": "prune_sync_run",
    "backfill_plan": "prune_backfill_plan",
    "reconciliation_run": "prune_reconciliation_run",
    "month_close": "prune_month_close",
    "read_record": "prune_read_record",
    "forgotten": "prune_forgotten",
}
"""Tables whose rows end with their age, and the statement. A reconciliation's differences go with it."""

HISTORY = ("request", "document_event", "unsynced_invoice")
"""What a reconciliation prunes of its own practice, also where no schedule runs."""

BLANKING = {
    "connection": "blank_connection",
    "customer_link": "blank_customer_links",
    "customer_link_event": "blank_customer_events",
    "document": "blank_documents",
    "document_link": "blank_links",
    "reconciliation_difference": "blank_differences",
    "reconciliation_run": "blank_runs",
    "backfill_plan": "blank_plans",
    "month_close": "blank_months",
}
"""What takes the words out of the rows that stay when a practice is forgotten."""


@dataclass(frozen=True, slots=True)
class Practice:
    realm_id: str
    connected: bool
    alone: bool
    """No other workspace was ever connected to the company."""


@dataclass(frozen=True, slots=True)
class LeftPractice:
    workspace_id: int
    realm_id: str
    alone: bool


class KeepingStore:
    """Each statement commits for itself unless inside a transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def prune(self, table: str, days: int, workspace_id: int | None = None) -> int:
        """Delete what is older, some rows at a time; how many. What is open or unconfirmed stays.

        :param workspace_id: Of one practice alone, where the table is one of ``HISTORY``.
        """
        params, deleted = {"days": days, "batch": BATCH, "workspace_id": workspace_id}, 0
        while rows := self._db.execute(f"{_FOLDER}/{AGED[table]}", params):
            deleted += rows
            if rows < BATCH:
                break
        return deleted

    def strip_requests(self) -> int:
        """Take names and words out of what earlier versions kept of answered requests; how many."""
        stripped = 0
        while rows := self._db.execute(f"{_FOLDER}/strip_requests", {"batch": BATCH}):
            stripped += rows
        return stripped

    def fetch_left(self, days: int) -> list[LeftPractice]:
        """Practices disconnected for longer."""
        return self._db.fetch_values(LeftPractice, f"{_FOLDER}/select_left", {"days": days})

    def fetch_practice(self, workspace_id: int) -> Practice | None:
        return self._db.fetch_value(Practice, f"{_FOLDER}/select_connection", {"workspace_id": workspace_id})

    def delete(self, tables: Iterable[Table], workspace_id: int, realm_id: str | None) -> dict[str, int]:
        """Delete a practice's rows of these tables, some at a time; how many, by table.

        :param realm_id: The company, whose rows go too; None: they are another practice's as well.
        """
        deleted: dict[str, int] = {}
        for table in tables:
            value = str(workspace_id) if table.key == "workspace_id" else realm_id
            if value is None:
                continue
            params = {"table": table.name, "key": table.key, "value": value, "batch": BATCH}
            while rows := self._number("delete_some", params):
                deleted[table.name] = deleted.get(table.name, 0) + rows
        return deleted

    def blank(self, workspace_id: int) -> dict[str, int]:
        """Take the words out of what stays of a practice; how many rows had some, by table."""
        params = {"workspace_id": workspace_id}
        changed = {
            table: self._db.execute(f"{_FOLDER}/{statement}", params) for table, statement in BLANKING.items()
        }
        return {table: rows for table, rows in changed.items() if rows}

    def blank_client(self, workspace_id: int, client_id: int) -> dict[str, int]:
        """The same of one client's documents, on both sides."""
        params = {"workspace_id": workspace_id, "client_id": client_id}
        changed = {  # the snapshot first: it is found through the links
            "snapshot": self._db.execute(f"{_FOLDER}/blank_client_snapshot", params),
            "document_link": self._db.execute(f"{_FOLDER}/blank_client_links", params),
        }
        return {table: rows for table, rows in changed.items() if rows}

    def replace(self, workspace_id: int, realm_id: str | None, pattern: str, words: str) -> dict[str, int]:
        """Put other words in the place of a person's, wherever a practice's rows may quote them.

        :param pattern: PostgreSQL's regular expression; letter case does not matter.
        """
        changed: dict[str, int] = {}
        for table in TABLES:
            value = str(workspace_id) if table.key == "workspace_id" else realm_id
            if value is None or table.name == "connection":  # a company's name is no client's
                continue
            for column in table.quotes:
                params = {"table": table.name, "column": column, "key": table.key, "value": value}
                rows = self._number("replace_words", {**params, "pattern": pattern, "words": words})
                if rows:
                    changed[table.name] = changed.get(table.name, 0) + rows
        return changed

    def delete_run_notes(self) -> int:
        """Of all practices: a note is about many of them."""
        return self._db.execute(f"{_FOLDER}/delete_run_notes")

    def record(self, workspace_id: int, client_id: int | None, who: str, counts: Mapping[str, int]) -> None:
        params = {"workspace_id": workspace_id, "client_id": client_id, "who": who}
        self._db.execute(f"{_FOLDER}/insert_forgotten", {**params, "counts": jsonb(dict(counts))})

    def _number(self, statement: str, params: Mapping[str, object]) -> int:
        (row,) = self._db.fetch_all(f"{_FOLDER}/{statement}", params)
        number: int = row["rows"]
        return number


def tables_kept(*kinds: Kept) -> list[Table]:
    return [table for table in TABLES if table.kept in kinds]
