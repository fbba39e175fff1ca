"""What the import of QuickBooks' payments needs to know between runs; read from the other tables."""

from collections.abc import Collection
from datetime import datetime

from caspen_qbo import settings
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject

CURSOR = "quickbooks_payments"
"""Up to when QuickBooks' payments are imported."""

TAKEN_BACK = "taken back: voided or deleted in QuickBooks"
"""An event of an allocation. Written before Caspen is: a run that dies in between is not forgotten."""


class ImportStore(Subject):
    folder = "importing/imports"

    def fetch_unsettled(self, since: datetime) -> set[int]:
        """Invoices to read whatever the feed from ``since`` says: listed, or a run was interrupted there."""
        late_seconds = settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS
        return set(self._fetch_column("select_unsettled", since=since, late_seconds=late_seconds))

    def fetch_missed(self, realm_id: str, since: datetime) -> set[int]:
        """Invoices about whose payments a reconciliation since then read what no import has seen."""
        return set(self._fetch_column("select_missed", realm_id=realm_id, since=since))

    def fetch_taken_back(self, allocation_ids: Collection[int]) -> set[int]:
        """Which of these allocations an import took back, as their history says; not the staff."""
        return set(self._fetch_column("select_taken_back", ids=list(allocation_ids), what=TAKEN_BACK))

    def fetch_released(self) -> set[int]:
        """Allocations a person released although they look like a receipt that QuickBooks has too."""
        return set(self._fetch_column("select_released"))

    def fetch_unlinked_ids(self) -> list[int]:
        """Allocations imported before a run died, or before our database was set back, and not linked."""
        return self._fetch_column("select_unlinked_ids")

    def fetch_imported(self, realm_id: str) -> dict[str, set[int]]:
        """QuickBooks payment id -> the invoices it was imported to, as far as that still stands."""
        found: dict[str, set[int]] = {}
        for row in self._fetch_all("select_imported_ids", realm_id=realm_id):
            found.setdefault(row["quickbooks_id"], set()).add(row["invoice_id"])
        return found

    def fetch_listed(self, invoice_ids: Collection[int]) -> set[tuple[DocumentKey, str]]:
        """Document and error key of the open rows the import wrote about these invoices."""
        return {
            (DocumentKey(DocumentKind(row["document_kind"]), row["document_id"]), row["error_key"])
            for row in self._fetch_all("select_listed", invoice_ids=list(invoice_ids))
        }
