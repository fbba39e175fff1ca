"""Reconciliation: QuickBooks' side as last read, the frozen comparison, its differences, and the runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.facts_json import from_json, to_json
from caspen_qbo.core.matching import Difference
from caspen_qbo.core.reconcile import COMPARED, CheckResult
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.store.documents import LedgerRow

PAGE_SIZE = 500


@dataclass(frozen=True, slots=True)
class Edited:
    """A document QuickBooks has in another version than it answered when it was posted."""

    kind: str
    document_id: int
    posted: DocumentFacts
    now: DocumentFacts


class ReconciliationStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    # --- QuickBooks' side ---

    def fetch_extent(self, workspace_id: int, realm_id: str) -> tuple[int, datetime | None]:
        """(linked documents, when a reconciliation last read all of them)."""
        row = self._db.fetch_one(
            "store/reconcile/count_linked", {"workspace_id": workspace_id, "realm_id": realm_id}
        ) or {"linked": 0, "full_read_at": None}
        return row["linked"], row["full_read_at"]

    def keep(self, realm_id: str, facts: Sequence[DocumentFacts], seen_at: datetime) -> None:
        """Store transactions as read; stubs of deleted ones leave the figures they last had."""
        gone: dict[str, list[str]] = {}
        for item in facts:
            if item.deleted:
                gone.setdefault(item.quickbooks_type, []).append(item.quickbooks_id)
        for quickbooks_type, ids in gone.items():
            self.mark_deleted(realm_id, quickbooks_type, ids, seen_at)
        self._db.execute_many(
            "store/reconcile/upsert_snapshot",
            [_snapshot(realm_id, item, seen_at) for item in facts if not item.deleted],
        )

    def mark_deleted(
        self, realm_id: str, quickbooks_type: str, ids: Sequence[str], seen_at: datetime
    ) -> None:
        if ids:
            self._db.execute(
                "store/reconcile/mark_deleted",
                {
                    "realm_id": realm_id,
                    "quickbooks_type": quickbooks_type,
                    "ids": list(ids),
                    "seen_at": seen_at,
                },
            )

    def forget_unseen(self, realm_id: str, quickbooks_type: str, since: datetime) -> None:
        """After a full read: other people's transactions that are no longer there."""
        self._db.execute(
            "store/reconcile/delete_unseen",
            {"realm_id": realm_id, "quickbooks_type": quickbooks_type, "since": since},
        )

    def fetch_unmet(self, workspace_id: int, realm_id: str, since: datetime | None) -> dict[str, list[str]]:
        """Ids by type of linked transactions not read since then, or never when ``since`` is None."""
        found: dict[str, list[str]] = {}
        for row in self._db.fetch_all(
            "store/reconcile/select_unmet",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        ):
            found.setdefault(row["quickbooks_type"], []).append(row["quickbooks_id"])
        return found

    def mark_verified(self, workspace_id: int, realm_id: str, since: datetime) -> int:
        """Date the links of what was read since then, with QuickBooks' figures; how many."""
        return self._db.execute(
            "store/reconcile/mark_verified",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        )

    def fetch_held_apart(self, workspace_id: int) -> Iterator[list[Row]]:
        """
        Pages of posted invoices that are listed because both sides differed: document_id, customer_id, facts.
        """
        after_id = 0
        while rows := self._db.fetch_all(
            "store/reconcile/select_held_apart",
            {"workspace_id": workspace_id, "after_id": after_id, "page_size": PAGE_SIZE},
        ):
            yield rows
            after_id = rows[-1]["document_id"]

    # --- the frozen comparison ---

    def freeze(self, workspace_id: int, realm_id: str, fresh_since: datetime | None) -> None:
        """Replace the workspace's comparison. Call inside a transaction, before :meth:`fetch_edited`."""
        keys = {"workspace_id": workspace_id, "realm_id": realm_id}
        self._db.execute("store/reconcile/set_memory")
        self._db.execute("store/reconcile/delete_comparison", keys)
        self._db.execute("store/reconcile/insert_comparison", {**keys, "fresh_since": fresh_since})
        self._db.execute("store/reconcile/insert_imported", keys)
        strangers = self._db.fetch_all("store/reconcile/select_strangers", keys)
        self._db.execute_many("store/reconcile/insert_stranger", [{**keys, **row} for row in strangers])
        self._db.execute("store/reconcile/clear_unedited", keys)

    def fetch_edited(self, workspace_id: int) -> Iterator[list[Edited]]:
        """Pages of compared documents that were edited in QuickBooks since they were posted."""
        for page in self._pages("store/reconcile/select_edited", {"workspace_id": workspace_id}):
            yield [
                Edited(
                    row["document_kind"],
                    row["document_id"],
                    from_json(row["as_posted"]),
                    from_json(row["now_facts"]),
                )
                for row in page
            ]

    def mark_edited(
        self, workspace_id: int, edits: Sequence[tuple[Edited, Sequence[Difference], bool]]
    ) -> None:
        """:param edits: (document, edited fields no other check looks at, whether anything was edited)."""
        self._db.execute_many(
            "store/reconcile/mark_edited",
            [
                {
                    "workspace_id": workspace_id,
                    "document_kind": edited.kind,
                    "document_id": edited.document_id,
                    "drifted": drifted,
                    "changed": Jsonb([_plain(change) for change in changes]),
                    "changed_fields": len(changes),
                }
                for edited, changes, drifted in edits
            ],
        )

    def mark_accepted(self, workspace_id: int) -> int:
        return self._db.execute("store/reconcile/mark_accepted", {"workspace_id": workspace_id})

    def count_compared(self, workspace_id: int) -> dict[str, int]:
        rows = self._db.fetch_all("store/reconcile/count_comparison", {"workspace_id": workspace_id})
        return {row["document_kind"]: row["documents"] for row in rows}

    # --- what came out ---

    def write_differences(self, run_id: str, workspace_id: int) -> int:
        """One row per document and field that differs; how many. Replaces what this run wrote before."""
        keys = {"run_id": run_id, "workspace_id": workspace_id}
        self._db.execute("store/reconcile/delete_differences", keys)
        return self._db.execute("store/reconcile/insert_differences", keys)

    def count_failing(self, run_id: str, workspace_id: int) -> dict[tuple[str, str], int]:
        """(kind, check) -> documents, from the rows written."""
        rows = self._db.fetch_all(
            "checks/count_failing",
            {"run_id": run_id, "workspace_id": workspace_id, "compared": list(COMPARED)},
        )
        return {(row["document_kind"], row["name"]): row["documents"] for row in rows}

    def fetch_differing(self, run_id: str, workspace_id: int, *, open_invoices: bool) -> Iterator[list[Row]]:
        """
        Pages of documents with unexplained differences.

        :param open_invoices: Only invoices that differ in nothing but their balance, or only all others.
        """
        return self._pages(
            "store/reconcile/select_differing",
            {"run_id": run_id, "workspace_id": workspace_id, "open_invoices": open_invoices},
        )

    def explain_balances(self, run_id: str, workspace_id: int) -> int:
        """Mark the balances that follow from something listed or accepted of the same invoice; how many."""
        keys = {"run_id": run_id, "workspace_id": workspace_id}
        return sum(
            self._db.execute(f"store/reconcile/{name}", keys)
            for name in ("explain_balances", "explain_accepted")
        )

    def resolve_equal(self, workspace_id: int) -> int:
        """Close earlier rows that this comparison did not find again. Inside the transaction that lists."""
        return self._db.execute("store/reconcile/resolve_equal", {"workspace_id": workspace_id})

    # --- runs ---

    def start(self, run_id: str, workspace_id: int, *, full: bool) -> None:
        self._db.execute(
            "store/reconcile/start_run",
            {"run_id": run_id, "workspace_id": workspace_id, "full_compare": full},
        )

    def finish(
        self,
        run_id: str,
        workspace_id: int,
        *,
        documents_checked: int | None,
        differences: int | None,
        ledger: LedgerRow | None,
        success: bool,
        checks: Sequence[CheckResult],
        calls: Mapping[str, int],
        report: Mapping[str, Any],
    ) -> None:
        """:param success: Every check ran and no unexplained difference was found."""
        columns = ("finalised", "synced", "waiting", "listed", "excluded")
        self._db.execute(
            "store/reconcile/finish_run",
            {
                "run_id": run_id,
                "workspace_id": workspace_id,
                "documents_checked": documents_checked,
                "differences": differences,
                **{name: getattr(ledger, name) if ledger else None for name in columns},
                "success": success,
                "checks": Jsonb([asdict(check) for check in checks]),
                "calls": Jsonb(dict(calls)),
                "report": Jsonb(dict(report)),
            },
        )

    def fetch_run(self, workspace_id: int, run_id: str | None = None) -> Row | None:
        """A finished reconciliation with its report; the latest when no id is given."""
        return self._db.fetch_one(
            "store/reconcile/select_run", {"workspace_id": workspace_id, "run_id": run_id}
        )

    def fetch_differences(self, workspace_id: int, run_id: str) -> list[Row]:
        return self._db.fetch_all(
            "store/reconcile/select_differences", {"workspace_id": workspace_id, "run_id": run_id}
        )

    # --- what the report shows beside the differences ---

    def fetch_trend(self, run_id: str, workspace_id: int, runs: int) -> list[Row]:
        """Earlier finished reconciliations, oldest first."""
        return self._db.fetch_all(
            "store/reconcile/select_trend", {"run_id": run_id, "workspace_id": workspace_id, "runs": runs}
        )

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
        return self._pages(
            "store/reconcile/select_taxed",
            {"workspace_id": workspace_id, "realm_id": realm_id, "since": since},
        )

    def fetch_compared_ids(self, workspace_id: int, kind: str, since: date) -> list[int]:
        rows = self._db.fetch_all(
            "store/reconcile/select_compared_ids",
            {"workspace_id": workspace_id, "document_kind": kind, "since": since},
        )
        return [row["document_id"] for row in rows]

    def _pages(self, name: str, params: Mapping[str, Any]) -> Iterator[list[Row]]:
        after: Mapping[str, Any] = {"after_kind": "", "after_id": 0}
        while True:
            rows = self._db.fetch_all(name, {**params, **after, "page_size": PAGE_SIZE})
            if not rows:
                return
            yield rows
            after = {"after_kind": rows[-1]["document_kind"], "after_id": rows[-1]["document_id"]}


def _snapshot(realm_id: str, facts: DocumentFacts, seen_at: datetime) -> dict[str, Any]:
    return {
        "realm_id": realm_id,
        "quickbooks_type": facts.quickbooks_type,
        "quickbooks_id": facts.quickbooks_id,
        "sync_token": facts.sync_token,
        "doc_number": facts.doc_number,
        "customer_id": facts.customer_id,
        "txn_date": facts.txn_date,
        "due_date": facts.due_date,
        "subtotal": facts.subtotal,
        "tax": facts.tax,
        "total": facts.total,
        "balance": facts.balance,
        "facts": Jsonb(to_json(facts)),
        "gone": "voided" if facts.voided else None,
        "changed_at": facts.updated_at,
        "seen_at": seen_at,
    }


def _plain(change: Difference) -> dict[str, Any]:
    delta = None if change.delta is None else format(change.delta, "f")
    return {
        "field": change.field,
        "caspen_value": change.caspen_value,
        "quickbooks_value": change.quickbooks_value,
        "delta": delta,
    }
