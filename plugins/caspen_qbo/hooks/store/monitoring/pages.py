"""Reads of the pages: lists filtered, sorted and cut into pages by the database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject

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

    def params(self) -> dict[str, Any]:
        literal = (self.search or "").replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return {
            "error_keys": None if self.error_keys is None else list(self.error_keys),
            "cause_ref": self.cause_ref,
            "document_kind": self.document_kind,
            "search": self.search or None,
            "search_like": f"%{literal}%",
        }


class PageStore(Subject):
    """Read-only."""

    folder = "monitoring/pages"

    def fetch_causes(self) -> list[Row]:
        """error_key, cause_ref, waiting, since; the largest first."""
        return self._fetch_all("count_causes")

    def has_open(self, error_key: str) -> bool:
        """Whether anything is listed under this kind of error."""
        row = self._fetch_one("has_open", error_key=error_key)
        return bool(row and row["found"])

    def count_unsynced(self, wanted: UnsyncedFilter) -> int:
        row = self._fetch_one("count_unsynced", **wanted.params())
        return row["rows"] if row else 0

    def fetch_unsynced(
        self,
        wanted: UnsyncedFilter,
        *,
        sort: str,
        descending: bool,
        page_size: int,
        skip: int,
    ) -> list[Row]:
        """A page of the list, in order. ``sort``: one of SORTS."""
        shape: dict[str, Any] = {"sort": sort, "descending": descending, "page_size": page_size, "skip": skip}
        return self._fetch_all("select_unsynced", **wanted.params(), **shape)

    def iterate_unsynced(self, wanted: UnsyncedFilter, sort: str, descending: bool) -> Iterator[Row]:
        """Every row of a filter, some thousands at a time."""
        skip = 0
        while rows := self.fetch_unsynced(
            wanted, sort=sort, descending=descending, page_size=EXPORT_CHUNK, skip=skip
        ):
            yield from rows
            skip += EXPORT_CHUNK

    def fetch_listed_numbers(self, error_key: str, *, limit: int) -> list[str]:
        """Invoice numbers with something listed under this kind of error."""
        rows = self._fetch_all("select_listed_numbers", error_key=error_key, page_size=limit)
        return [row["number"] for row in rows]

    def fetch_latest_ledger(self) -> Row | None:
        return self._fetch_one("select_latest_ledger")

    def fetch_runs(self, *, page_size: int, skip: int = 0) -> list[Row]:
        return self._fetch_all("select_runs", page_size=page_size, skip=skip)

    def find_invoice(self, number: str) -> int | None:
        row = self._fetch_one("find_invoice", number=number)
        return row["invoice_id"] if row else None

    def fetch_family(self, invoice_id: int) -> list[Row]:
        """The invoice first, then its credit notes and payments, each with its link."""
        return self._fetch_all("select_family", invoice_id=invoice_id)

    def fetch_listings(self, invoice_id: int) -> list[Row]:
        return self._fetch_all("select_invoice_listings", invoice_id=invoice_id)

    def fetch_history(self, invoice_id: int) -> list[Row]:
        return self._fetch_all("select_history", invoice_id=invoice_id)

    def fetch_reconciliations(self, *, page_size: int, skip: int = 0) -> list[Row]:
        return self._fetch_all("select_reconciliations", page_size=page_size, skip=skip)

    def fetch_reconciliation(self, run_id: str) -> Row | None:
        return self._fetch_one("select_reconciliation", run_id=run_id)

    def fetch_differences(self, run_id: str, *, page_size: int | None = None, skip: int = 0) -> list[Row]:
        return self._fetch_all("select_differences", run_id=run_id, page_size=page_size, skip=skip)
