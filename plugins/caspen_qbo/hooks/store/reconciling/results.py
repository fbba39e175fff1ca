"""What reconciliation runs came to, as their pages show it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.hooks.store.monitoring.pages import EXPORT_CHUNK
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class ReconciliationEntry:
    """A reconciliation run, whether or not it ended."""

    run_id: str
    started_at: datetime
    finished_at: datetime | None
    full_compare: bool
    documents_checked: int | None
    differences: int | None
    """Fields; None where the comparison could not be carried out."""
    unexplained: int | None
    """Of the differences."""
    finalised: int | None
    synced: int | None
    waiting: int | None
    listed: int | None
    excluded: int | None
    success: bool | None
    checks: list[dict[str, Any]] | None
    signed_at: datetime | None
    signed_by: str | None
    signed_through: date | None

    @property
    def compared(self) -> bool:
        """Whether it says anything about figures: it ended, and found a document or missed one."""
        return self.differences is not None and bool(self.documents_checked or self.differences)


@dataclass(frozen=True, slots=True)
class FieldDifference:
    id: int
    kind: str
    number: str
    field: str
    caspen_value: str | None
    quickbooks_value: str | None
    delta: Decimal | None
    """QuickBooks minus Caspen; None where the field is not money."""
    explained: bool
    invoice_id: int | None


class ResultStore(Subject):
    """Reads only."""

    folder = "reconciling/results"

    def fetch_reconciliations(self, *, page_size: int, skip: int = 0) -> list[ReconciliationEntry]:
        """Newest first."""
        return self._fetch_values(
            ReconciliationEntry, "select_reconciliations", run_id=None, page_size=page_size, skip=skip
        )

    def fetch_reconciliation(self, run_id: str) -> ReconciliationEntry | None:
        return self._fetch_value(
            ReconciliationEntry, "select_reconciliations", run_id=run_id, page_size=1, skip=0
        )

    def fetch_differences(
        self, run_id: str, *, page_size: int, after: int | None = None
    ) -> list[FieldDifference]:
        """Unexplained ones first, then by document. ``after``: the id of the last one before these."""
        asked = {"run_id": run_id, "page_size": page_size, "after": after}
        return self._fetch_values(FieldDifference, "select_differences", **asked)

    def iterate_differences(self, run_id: str) -> Iterator[FieldDifference]:
        """All of them in that order, some thousands at a time."""
        after = None
        while rows := self.fetch_differences(run_id, page_size=EXPORT_CHUNK, after=after):
            yield from rows
            after = rows[-1].id
