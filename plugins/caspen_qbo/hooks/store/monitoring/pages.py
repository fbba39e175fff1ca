"""Reads of the pages: lists filtered, sorted and cut into pages by the database."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from caspen_qbo.hooks.database import Database, Row

SORTS = ("since", "number", "title", "client", "date", "total")
EXPORT_CHUNK = 5000


@dataclass(frozen=True, slots=True)
class UnsyncedFilter:
    """Which open rows; empty fields leave nothing out."""

    error_keys: tuple[str, ...] | None = None
    cause_ref: str | None = None
    document_kind: str | None = None
    search: str | None = None
    """Part of a number, or a whole client id."""

    def params(self, workspace_id: int) -> dict[str, Any]:
        literal = (self.search or "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return {
            "workspace_id": workspace_id,
            "error_keys": None if self.error_keys is None else list(self.error_keys),
            "cause_ref": self.cause_ref,
            "document_kind": self.document_kind,
            "search": self.search or None,
            "search_like": f"%{literal}%",
        }


class PageStore:
    """Read-only."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def fetch_causes(self, workspace_id: int) -> list[Row]:
        """error_key, cause_ref, waiting, since; the largest first."""
        return self._db.fetch_all("monitoring/pages/count_causes", {"workspace_id": workspace_id})

    def has_open(self, workspace_id: int, error_key: str) -> bool:
        """Whether anything is listed under this kind of error."""
        row = self._db.fetch_one(
            "monitoring/pages/has_open", {"workspace_id": workspace_id, "error_key": error_key}
        )
        return bool(row and row["found"])

    def count_unsynced(self, workspace_id: int, wanted: UnsyncedFilter) -> int:
        row = self._db.fetch_one("monitoring/pages/count_unsynced", wanted.params(workspace_id))
        return row["rows"] if row else 0

    def fetch_unsynced(
        self,
        workspace_id: int,
        wanted: UnsyncedFilter,
        *,
        sort: str,
        descending: bool,
        page_size: int,
        skip: int,
    ) -> list[Row]:
        """A page of the list, in order. ``sort``: one of SORTS."""
        shape = {"sort": sort, "descending": descending, "page_size": page_size, "skip": skip}
        return self._db.fetch_all(
            "monitoring/pages/select_unsynced", {**wanted.params(workspace_id), **shape}
        )

    def iterate_unsynced(
        self, workspace_id: int, wanted: UnsyncedFilter, sort: str, descending: bool
    ) -> Iterator[Row]:
        """Every row of a filter, some thousands at a time."""
        skip = 0
        while rows := self.fetch_unsynced(
            workspace_id, wanted, sort=sort, descending=descending, page_size=EXPORT_CHUNK, skip=skip
        ):
            yield from rows
            skip += EXPORT_CHUNK

    def fetch_listed_numbers(self, workspace_id: int, error_key: str, *, limit: int) -> list[str]:
        """Invoice numbers with something listed under this kind of error."""
        rows = self._db.fetch_all(
            "monitoring/pages/select_listed_numbers",
            {"workspace_id": workspace_id, "error_key": error_key, "page_size": limit},
        )
        return [row["number"] for row in rows]

    def fetch_latest_ledger(self, workspace_id: int) -> Row | None:
        return self._db.fetch_one("monitoring/pages/select_latest_ledger", {"workspace_id": workspace_id})

    def fetch_runs(self, workspace_id: int, *, page_size: int, skip: int = 0) -> list[Row]:
        return self._db.fetch_all(
            "monitoring/pages/select_runs",
            {"workspace_id": workspace_id, "page_size": page_size, "skip": skip},
        )

    def find_invoice(self, workspace_id: int, number: str) -> int | None:
        row = self._db.fetch_one(
            "monitoring/pages/find_invoice", {"workspace_id": workspace_id, "number": number}
        )
        return row["invoice_id"] if row else None

    def fetch_family(self, workspace_id: int, invoice_id: int) -> list[Row]:
        """The invoice first, then its credit notes and payments, each with its link."""
        return self._db.fetch_all("monitoring/pages/select_family", _of_invoice(workspace_id, invoice_id))

    def fetch_listings(self, workspace_id: int, invoice_id: int) -> list[Row]:
        return self._db.fetch_all(
            "monitoring/pages/select_invoice_listings", _of_invoice(workspace_id, invoice_id)
        )

    def fetch_history(self, workspace_id: int, invoice_id: int) -> list[Row]:
        return self._db.fetch_all("monitoring/pages/select_history", _of_invoice(workspace_id, invoice_id))

    def fetch_reconciliations(self, workspace_id: int, *, page_size: int, skip: int = 0) -> list[Row]:
        return self._db.fetch_all(
            "monitoring/pages/select_reconciliations",
            {"workspace_id": workspace_id, "page_size": page_size, "skip": skip},
        )

    def fetch_reconciliation(self, workspace_id: int, run_id: str) -> Row | None:
        return self._db.fetch_one(
            "monitoring/pages/select_reconciliation", {"workspace_id": workspace_id, "run_id": run_id}
        )

    def fetch_differences(
        self, workspace_id: int, run_id: str, *, page_size: int | None = None, skip: int = 0
    ) -> list[Row]:
        return self._db.fetch_all(
            "monitoring/pages/select_differences",
            {"workspace_id": workspace_id, "run_id": run_id, "page_size": page_size, "skip": skip},
        )

    def fetch_workspaces_of_realms(self, realm_ids: Collection[str]) -> list[int]:
        rows = self._db.fetch_all(
            "monitoring/pages/select_workspaces_of_realms", {"realm_ids": list(realm_ids)}
        )
        return [row["workspace_id"] for row in rows]


def _of_invoice(workspace_id: int, invoice_id: int) -> dict[str, int]:
    return {"workspace_id": workspace_id, "invoice_id": invoice_id}
