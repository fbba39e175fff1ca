"""Sums over the frozen comparison, and the documents behind a difference of sums."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.store.paging import document_pages


class TieOutStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def sum_compared(self, workspace_id: int) -> list[Row]:
        return self._db.fetch_all("store/reconcile/sum_compared", {"workspace_id": workspace_id})

    def sum_others(self, workspace_id: int, realm_id: str, account_id: str) -> dict[str, Row]:
        """By name: documents and amount of what QuickBooks holds beside Caspen's."""
        rows = self._db.fetch_all(
            "store/reconcile/sum_others",
            {"workspace_id": workspace_id, "realm_id": realm_id, "account_id": account_id},
        )
        return {row["name"]: row for row in rows}

    def fetch_tie_out_items(
        self, workspace_id: int, kind: str, figure: str, most: int, since: date | None = None
    ) -> list[Row]:
        """:param figure: total, tax or balance. :param since: Only documents dated from then on."""
        return self._db.fetch_all(
            "store/reconcile/select_tie_out_items",
            {
                "workspace_id": workspace_id,
                "document_kind": kind,
                "figure": figure,
                "since": since,
                "most": most,
            },
        )

    def sum_tax(self, workspace_id: int, since: date) -> list[Row]:
        return self._db.fetch_all("store/reconcile/sum_tax", {"workspace_id": workspace_id, "since": since})

    def fetch_taxed(self, workspace_id: int, realm_id: str, since: date) -> Iterator[list[Row]]:
        """Pages of compared invoices and credit notes: document_kind and QuickBooks' facts."""
        return document_pages(
            self._db,
            "store/reconcile/select_taxed",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        )

    def fetch_compared_ids(self, workspace_id: int, kind: str, since: date) -> list[int]:
        rows = self._db.fetch_all(
            "store/reconcile/select_compared_ids",
            {"workspace_id": workspace_id, "document_kind": kind, "since": since},
        )
        return [row["document_id"] for row in rows]
