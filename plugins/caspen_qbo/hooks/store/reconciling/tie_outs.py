"""Sums over the frozen comparison, and the documents behind a difference of sums."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject


class TieOutStore(Subject):
    folder = "reconciling/tie_outs"

    def sum_compared(self) -> list[Row]:
        return self._fetch_all("sum_compared")

    def sum_receivables(self, realm_id: str) -> list[Row]:
        """What QuickBooks holds open, by what it is to the comparison and whose it is."""
        keys = {"workspace_id": self.workspace_id, "realm_id": realm_id}
        return self._fetch_all("sum_receivables", **keys)

    def sum_customers(self, realm_id: str, balances: Mapping[str, Decimal]) -> Decimal:
        """:param balances: By customer id, of all of a company. :return: Of the workspace's clients."""
        row = self._fetch_one(
            "sum_customers", realm_id=realm_id, customer_ids=list(balances), balances=list(balances.values())
        )
        return row["amount"] if row else Decimal("0.00")

    def sum_unsynced(self) -> Row:
        """Finalised invoices that are not compared: documents, and what is due on them in Caspen."""
        row = self._fetch_one("sum_unsynced")
        return row or {"documents": 0, "amount": Decimal("0.00"), "foreign_documents": 0}

    def sum_account(self, realm_id: str, account_id: str) -> dict[str, Row]:
        """By name: what is on the payment account in QuickBooks, and what of ours is on another."""
        rows = self._fetch_all("sum_account", realm_id=realm_id, account_id=account_id)
        return {row["name"]: row for row in rows}

    def sum_other_tax(self, realm_id: str, since: date) -> dict[str, Row]:
        """By name: net and tax that QuickBooks has in the span beside the compared documents."""
        rows = self._fetch_all("sum_other_tax", realm_id=realm_id, since=since)
        return {row["name"]: row for row in rows}

    def fetch_items(self, kind: str, figure: str, most: int, *, imported: bool = False) -> list[Row]:
        """:param figure: total or balance. :param imported: Payments from QuickBooks, or all others."""
        return self._fetch_all(
            "select_tie_out_items", document_kind=kind, figure=figure, imported=imported, most=most
        )

    def fetch_reasons(self, kind: str, document_ids: Sequence[int]) -> dict[int, Row]:
        """Why documents differ, as far as something is known, by document id."""
        rows = self._fetch_all("select_reasons", document_kind=kind, document_ids=list(document_ids))
        return {row["document_id"]: row for row in rows}

    def fetch_taxed(self, realm_id: str, since: date) -> Iterator[list[Row]]:
        """Pages of compared invoices and credit notes dated in the span on either side."""
        return self._pages("select_taxed", realm_id=realm_id, since=since)
