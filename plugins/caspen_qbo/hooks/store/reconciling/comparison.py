"""Both sides frozen beside each other, and what differs between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.verdict import COMPARED
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Edited:
    """A document QuickBooks has in another version than it answered when it was posted."""

    kind: str
    document_id: int
    posted: DocumentFacts
    now: DocumentFacts


class ComparisonStore(Subject):
    folder = "reconciling/comparison"

    # --- the frozen comparison ---

    def freeze(self, realm_id: str, fresh_since: datetime | None) -> None:
        """
        Replace the workspace's comparison. Call inside a transaction, before :meth:`fetch_edited`; one that
        holds the workspace's frozen run (:meth:`SignOffStore.lock_frozen`), so that nobody signs meanwhile.
        """
        keys = {"workspace_id": self.workspace_id, "realm_id": realm_id}
        self._execute("set_memory")
        self._empty(keys)
        self._execute("insert_comparison", **keys, fresh_since=fresh_since)
        self._execute("insert_imported", **keys)
        strangers = self._fetch_all("select_strangers", **keys)
        self._execute_many("insert_stranger", [{**keys, **row} for row in strangers])
        self._execute("clear_unedited", **keys)

    def _empty(self, keys: Mapping[str, Any]) -> None:
        """
        Take the workspace's rows out; where no other workspace has any, by starting a new table file.

        Deleted rows lie in the file until the server has cleaned up, and every check reads over them.
        """
        alone = (
            not self._has_others(keys)
            and self._db.try_table_lock("reconciling/comparison/lock_comparison")
            and not self._has_others(keys)
        )
        self._execute("truncate_comparison" if alone else "delete_comparison", **keys)

    def _has_others(self, keys: Mapping[str, Any]) -> bool:
        row = self._fetch_one("has_other_comparison", **keys)
        return bool(row and row["found"])

    def fetch_edited(self) -> Iterator[list[Edited]]:
        """Pages of compared documents that were edited in QuickBooks since they were posted."""
        for page in self._pages("select_edited"):
            yield [
                Edited(
                    row["document_kind"],
                    row["document_id"],
                    decode(DocumentFacts, row["as_posted"]),
                    decode(DocumentFacts, row["now_facts"]),
                )
                for row in page
            ]

    def mark_edited(self, edits: Sequence[tuple[Edited, Sequence[Difference], bool]]) -> None:
        """:param edits: (document, edited fields no other check looks at, whether anything was edited)."""
        self._execute_many(
            "mark_edited",
            [
                {
                    "workspace_id": self.workspace_id,
                    "document_kind": edited.kind,
                    "document_id": edited.document_id,
                    "drifted": drifted,
                    "changed": Jsonb([_plain(change) for change in changes]),
                    "changed_fields": len(changes),
                }
                for edited, changes, drifted in edits
            ],
        )

    def mark_accepted(self) -> int:
        return self._execute("mark_accepted")

    def count_compared(self) -> dict[str, int]:
        rows = self._fetch_all("count_comparison")
        return {row["document_kind"]: row["documents"] for row in rows}

    # --- what came out ---

    def write_differences(self, run_id: str) -> int:
        """One row per document and field that differs; how many. Replaces what this run wrote before."""
        keys = {"run_id": run_id, "workspace_id": self.workspace_id}
        self._execute("delete_differences", **keys)
        return self._execute("insert_differences", **keys)

    def count_failing(self, run_id: str) -> dict[tuple[str, str], int]:
        """(kind, check) -> documents, from the rows written."""
        rows = self._fetch_all("count_failing", run_id=run_id, compared=list(COMPARED))
        return {(row["document_kind"], row["name"]): row["documents"] for row in rows}

    def fetch_differing_customers(self) -> list[str]:
        """QuickBooks ids of customers that are on one side of a document only."""
        rows = self._fetch_all("select_differing_customers")
        return [row["customer_id"] for row in rows]

    def name_values(self, run_id: str, realm_id: str, customers: Mapping[str, str]) -> None:
        """
        Put names before the ids in the rows just written. Once per run: what is named is no id any more.

        :param customers: Names by id; those of tax codes, items and accounts are stored.
        """
        self._execute(
            "name_values",
            run_id=run_id,
            realm_id=realm_id,
            customer_ids=list(customers),
            customer_names=list(customers.values()),
        )

    def fetch_differing(self, run_id: str, *, open_invoices: bool) -> Iterator[list[Row]]:
        """
        Pages of documents with unexplained differences.

        :param open_invoices: Only invoices that differ in nothing but their balance, or only all others.
        """
        return self._pages("select_differing", run_id=run_id, open_invoices=open_invoices)

    def explain_balances(self, run_id: str) -> int:
        """Mark the balances that follow from something listed or accepted of the same invoice; how many."""
        keys = {"run_id": run_id, "workspace_id": self.workspace_id}
        return sum(self._execute(name, **keys) for name in ("explain_balances", "explain_accepted"))

    def resolve_equal(self) -> int:
        """Close earlier rows that this comparison did not find again. Inside the transaction that lists."""
        return self._execute("resolve_equal")


def _plain(change: Difference) -> dict[str, Any]:
    delta = None if change.delta is None else format(change.delta, "f")
    return {
        "field": change.field,
        "caspen_value": change.caspen_value,
        "quickbooks_value": change.quickbooks_value,
        "delta": delta,
    }
