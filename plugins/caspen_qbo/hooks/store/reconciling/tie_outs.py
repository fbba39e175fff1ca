"""Sums over the frozen comparison, and the documents behind a difference of sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.store.paging import document_pages


class TieOutStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def sum_compared(self, workspace_id: int) -> list[Row]:
        return self._db.fetch_all("reconciling/tie_outs/sum_compared", {"workspace_id": workspace_id})

    def sum_receivables(self, workspace_id: int, realm_id: str) -> list[Row]:
        """What QuickBooks holds open, by what it is to the comparison and whose it is."""
        keys = {"workspace_id": workspace_id, "realm_id": realm_id}
        return self._db.fetch_all("reconciling/tie_outs/sum_receivables", keys)

    def sum_customers(self, workspace_id: int, realm_id: str, balances: Mapping[str, Decimal]) -> Decimal:
        """:param balances: By customer id, of all of a company. :return: Of the workspace's clients."""
        row = self._db.fetch_one(
            "reconciling/tie_outs/sum_customers",
            {
                "workspace_id": workspace_id, "realm_id": realm_id, "customer_ids": list(balances),
                "balances": list(balances.values()),
            },
        )  # fmt: skip
        return row["amount"] if row else Decimal("0.00")

    def sum_unsynced(self, workspace_id: int) -> Row:
        """Finalised invoices that are not compared: documents, and what is due on them in Caspen."""
        row = self._db.fetch_one("reconciling/tie_outs/sum_unsynced", {"workspace_id": workspace_id})
        return row or {"documents": 0, "amount": Decimal("0.00"), "foreign_documents": 0}

    def sum_account(self, workspace_id: int, realm_id: str, account_id: str) -> dict[str, Row]:
        """By name: what is on the payment account in QuickBooks, and what of ours is on another."""
        rows = self._db.fetch_all(
            "reconciling/tie_outs/sum_account",
            {"workspace_id": workspace_id, "realm_id": realm_id, "account_id": account_id},
        )
        return {row["name"]: row for row in rows}

    def sum_other_tax(self, workspace_id: int, realm_id: str, since: date) -> dict[str, Row]:
        """By name: net and tax that QuickBooks has in the span beside the compared documents."""
        rows = self._db.fetch_all(
            "reconciling/tie_outs/sum_other_tax",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        )
        return {row["name"]: row for row in rows}

    def fetch_items(
        self, workspace_id: int, kind: str, figure: str, most: int, *, imported: bool = False
    ) -> list[Row]:
        """:param figure: total or balance. :param imported: Payments from QuickBooks, or all others."""
        return self._db.fetch_all(
            "reconciling/tie_outs/select_tie_out_items",
            {
                "workspace_id": workspace_id, "document_kind": kind, "figure": figure, "imported": imported,
                "most": most,
            },
        )  # fmt: skip

    def fetch_reasons(self, workspace_id: int, kind: str, document_ids: Sequence[int]) -> dict[int, Row]:
        """Why documents differ, as far as something is known, by document id."""
        rows = self._db.fetch_all(
            "reconciling/tie_outs/select_reasons",
            {"workspace_id": workspace_id, "document_kind": kind, "document_ids": list(document_ids)},
        )
        return {row["document_id"]: row for row in rows}

    def fetch_taxed(self, workspace_id: int, realm_id: str, since: date) -> Iterator[list[Row]]:
        """Pages of compared invoices and credit notes dated in the span on either side."""
        return document_pages(
            self._db,
            "reconciling/tie_outs/select_taxed",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        )
