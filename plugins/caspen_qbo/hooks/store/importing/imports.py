"""
What the import of QuickBooks' payments has to remember between runs; read from the other tables, none of its
own.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from caspen_qbo import settings
from caspen_qbo.hooks.database import Database


class ImportStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def fetch_unsettled(self, workspace_id: int, since: datetime) -> set[int]:
        """
        Invoices to look at again whatever the change feed says: listed ones, and those where a run was
        interrupted.

        :param since: From where the feed is read.
        """
        rows = self._db.fetch_all(
            "importing/imports/select_unsettled",
            {
                "workspace_id": workspace_id,
                "since": since,
                "late_seconds": settings.QUICKBOOKS_CURSOR_OVERLAP_SECONDS,
            },
        )
        return {row["invoice_id"] for row in rows}

    def fetch_released(self, workspace_id: int) -> set[int]:
        """Allocations a person released although they look like a receipt that QuickBooks has too."""
        rows = self._db.fetch_all("importing/imports/select_released", {"workspace_id": workspace_id})
        return {row["document_id"] for row in rows}

    def fetch_imported(self, workspace_id: int, realm_id: str) -> dict[str, set[int]]:
        """QuickBooks payment id -> the invoices it was imported to, as far as that still stands."""
        found: dict[str, set[int]] = {}
        for row in self._db.fetch_all(
            "importing/imports/select_imported_ids", {"workspace_id": workspace_id, "realm_id": realm_id}
        ):
            found.setdefault(row["quickbooks_id"], set()).add(row["invoice_id"])
        return found

    def fetch_listed(self, workspace_id: int, invoice_ids: Collection[int]) -> set[tuple[str, int, str]]:
        """(document kind, document id, error key) of the open rows the import wrote about these invoices."""
        rows = self._db.fetch_all(
            "importing/imports/select_listed",
            {"workspace_id": workspace_id, "invoice_ids": list(invoice_ids)},
        )
        return {(row["document_kind"], row["document_id"], row["error_key"]) for row in rows}
