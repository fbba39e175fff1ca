"""Both sides frozen next to each other, and what differs between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.verdict import COMPARED, DifferingDocument
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class EditedDocument:
    """A document QuickBooks has in another version than it answered when it was posted."""

    document_kind: DocumentKind
    document_id: int
    as_posted: DocumentFacts
    now_facts: DocumentFacts


@dataclass(frozen=True, slots=True)
class MixedPayment:
    """An allocation of an imported payment that uses up something next to money."""

    document_kind: DocumentKind
    document_id: int
    invoice_id: int
    now_facts: DocumentFacts


@dataclass(frozen=True, slots=True)
class FoundDifferences:
    """What one run found to differ."""

    documents: int
    fields: int
    unexplained: int
    """Fields that neither a listed cause nor a person's acceptance explains."""
    unexplained_amount: Decimal
    """The largest unexplained difference of each document, added up without signs."""


class ComparisonStore(Subject):
    folder = "reconciling/comparison"

    # --- the frozen comparison ---

    def freeze(self, realm_id: str, fresh_since: datetime | None, home: str) -> None:
        """Replace the workspace's comparison, before :meth:`fetch_edited`. Inside a transaction that holds
        the frozen run (:meth:`SignOffStore.lock_frozen`), so that nobody signs concurrently.

        :param home: The company's currency.
        """
        keys = {"workspace_id": self.workspace_id, "realm_id": realm_id}
        self._execute("set_memory")
        self._empty()
        self._execute("insert_comparison", **keys, fresh_since=fresh_since, home=home)
        self._execute("insert_imported", **keys, home=home)
        unknown = self._fetch_all("select_unknown", **keys)
        self._execute_many("insert_unknown", [{**keys, **row} for row in unknown])
        self._execute("clear_unedited", **keys)

    def _empty(self) -> None:
        """Take the workspace's rows out. Deleted rows lie in the file and every check reads over them, so
        where no other workspace has any, a new table file is started.
        """
        alone = (
            not self._is("has_other_comparison")
            and self._db.try_table_lock("reconciling/comparison/lock_comparison")
            and not self._is("has_other_comparison")
        )
        self._execute("truncate_comparison" if alone else "delete_comparison")

    def fetch_edited(self) -> Iterator[list[EditedDocument]]:
        """Pages of compared documents that were edited in QuickBooks since they were posted."""
        return self._read_pages(EditedDocument, "select_edited")

    def mark_edited(self, edits: Sequence[tuple[EditedDocument, Sequence[Difference], bool]]) -> None:
        """:param edits: (document, edited fields no other check compares, whether anything was edited)."""
        self._execute_many(
            "mark_edited",
            [
                {
                    "document_kind": edited.document_kind,
                    "document_id": edited.document_id,
                    "drifted": drifted,
                    "changed": jsonb(changes),
                    "changed_fields": len(changes),
                }
                for edited, changes, drifted in edits
            ],
        )

    def fetch_mixed(self, realm_id: str) -> Iterator[list[MixedPayment]]:
        """Pages of imported payments that use up credits too."""
        return self._read_pages(MixedPayment, "select_mixed", realm_id=realm_id)

    def set_share(self, payment: MixedPayment, share: Decimal | None) -> None:
        """:param share: The money of it on its invoice; None: none."""
        self._execute(
            "set_share",
            document_kind=payment.document_kind,
            document_id=payment.document_id,
            share=share or Decimal(0),
        )

    def mark_foreign(self, realm_id: str) -> int:
        """Mark what the sides have in two currencies, after :meth:`mark_edited`; how many."""
        return self._execute("mark_foreign", realm_id=realm_id)

    def mark_accepted(self) -> int:
        return self._execute("mark_accepted")

    def count_compared(self) -> dict[DocumentKind, int]:
        return {
            DocumentKind(row["document_kind"]): row["documents"]
            for row in self._fetch_all("count_comparison")
        }

    # --- what came out ---

    def write_differences(self, run_id: str) -> int:
        """One row per document and field that differs; how many. Replaces what this run wrote before."""
        self._execute("delete_differences", run_id=run_id)
        return self._execute("insert_differences", run_id=run_id)

    def count_failing(self, run_id: str) -> dict[tuple[str, str], int]:
        """(kind, check) -> documents, from the rows written."""
        rows = self._fetch_all("count_failing", run_id=run_id, compared=list(COMPARED))
        return {(row["document_kind"], row["name"]): row["documents"] for row in rows}

    def sum_up(self, run_id: str) -> FoundDifferences:
        return self._fetch_values(FoundDifferences, "sum_up", run_id=run_id)[0]

    def fetch_differing_customers(self) -> list[str]:
        """QuickBooks ids of customers that are on one side of a document only."""
        return self._fetch_column("select_differing_customers")

    def name_values(self, run_id: str, realm_id: str, customers: Mapping[str, str]) -> None:
        """Put names before the ids just written, once per run: what is named is no id any more.
        ``customers``: names by id; those of tax codes, items and accounts are stored.
        """
        names: dict[str, Any] = {"customer_ids": list(customers), "customer_names": list(customers.values())}
        self._execute("name_values", run_id=run_id, realm_id=realm_id, **names)

    def fetch_differing(self, run_id: str, *, open_invoices: bool) -> Iterator[list[DifferingDocument]]:
        """Pages of documents with unexplained differences. ``open_invoices``: only invoices that differ in
        nothing but their balance, or only all others.
        """
        return self._read_pages(
            DifferingDocument, "select_differing", run_id=run_id, open_invoices=open_invoices
        )

    def explain_balances(self, run_id: str) -> int:
        """Mark the balances that follow from something listed or accepted of the same invoice; how many."""
        return sum(
            self._execute(statement, run_id=run_id) for statement in ("explain_balances", "explain_accepted")
        )

    def explain_agreed(self, run_id: str) -> int:
        """Mark what follows from a higher total that a person accepted of an invoice; how many."""
        return self._execute("explain_agreed", run_id=run_id)

    def resolve_equal(self) -> int:
        """Close earlier rows that this comparison did not find again. Inside the transaction that lists."""
        return self._execute("resolve_equal")
