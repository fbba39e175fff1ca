"""QuickBooks' side as last read back."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from caspen_qbo.core.documents import DocumentFacts, in_home_currency
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.subject import PAGE_SIZE, Subject

COLUMNS = (
    "quickbooks_type",
    "quickbooks_id",
    "sync_token",
    "doc_number",
    "customer_id",
    "txn_date",
    "due_date",
    "subtotal",
    "tax",
    "total",
    "balance",
)
"""Facts that have a column of their own."""


@dataclass(frozen=True, slots=True)
class HeldInvoice:
    """A posted invoice listed because both sides differed: customer as posted, facts as of now."""

    document_id: int
    customer_id: str
    facts: DocumentFacts


@dataclass(frozen=True, slots=True)
class SeenTransaction:
    quickbooks_id: str
    facts: DocumentFacts


class SnapshotStore(Subject):
    folder = "reconciling/snapshot"

    def fetch_extent(self, realm_id: str) -> tuple[int, datetime | None]:
        """(linked documents, when a reconciliation last read all of them)."""
        row = self._fetch_one("count_linked", realm_id=realm_id) or {"linked": 0, "full_read_at": None}
        return row["linked"], row["full_read_at"]

    def save(self, realm_id: str, facts: Sequence[DocumentFacts], seen_at: datetime, home: str) -> None:
        """Store transactions as read; stubs of deleted ones leave the figures they last had.

        :param home: The company's currency.
        """
        gone: dict[str, list[str]] = {}
        for item in facts:
            if item.deleted:
                gone.setdefault(item.quickbooks_type, []).append(item.quickbooks_id)
        for quickbooks_type, ids in gone.items():
            self.mark_deleted(realm_id, quickbooks_type, ids, seen_at)
        self._execute_many(
            "upsert_snapshot", [_columns(realm_id, item, seen_at, home) for item in facts if not item.deleted]
        )

    def save_unless_known(self, realm_id: str, facts: Sequence[DocumentFacts], seen_at: datetime) -> None:
        """Store transactions that were never read, as they were answered when they were posted."""
        self._execute_many("insert_unread", [_columns(realm_id, item, seen_at, "") for item in facts])

    def mark_deleted(
        self, realm_id: str, quickbooks_type: str, ids: Sequence[str], seen_at: datetime
    ) -> None:
        if ids:
            keys = {"realm_id": realm_id, "quickbooks_type": quickbooks_type}
            self._execute("mark_deleted", **keys, ids=list(ids), seen_at=seen_at)

    def delete_unseen(self, realm_id: str, quickbooks_type: str, since: datetime) -> None:
        """After a full read: other people's transactions that are no longer there."""
        self._execute("delete_unseen", realm_id=realm_id, quickbooks_type=quickbooks_type, since=since)

    def fetch_facts(
        self, realm_id: str, quickbooks_type: str, ids: Collection[str]
    ) -> dict[str, DocumentFacts]:
        """Transactions as last read, by id; without those that are gone or were not read."""
        keys = {"realm_id": realm_id, "quickbooks_type": quickbooks_type, "ids": list(ids)}
        rows = self._read_values(SeenTransaction, "select_facts", **keys) if ids else []
        return {row.quickbooks_id: row.facts for row in rows}

    def fetch_unread(self, realm_id: str, since: datetime | None) -> dict[str, list[str]]:
        """Ids by type of linked transactions not read since then, or never when ``since`` is None."""
        found: dict[str, list[str]] = {}
        for row in self._fetch_all("select_unread", realm_id=realm_id, since=since):
            found.setdefault(row["quickbooks_type"], []).append(row["quickbooks_id"])
        return found

    def mark_verified(self, realm_id: str, since: datetime) -> int:
        """Date the links of what was read since then, with QuickBooks' figures; how many."""
        return self._execute("mark_verified", realm_id=realm_id, since=since)

    def fetch_held(self) -> Iterator[list[HeldInvoice]]:
        """Pages of posted invoices that are listed because both sides differed."""
        after_id = 0
        while rows := self._read_values(HeldInvoice, "select_held", after_id=after_id, page_size=PAGE_SIZE):
            yield rows
            after_id = rows[-1].document_id


def _columns(realm_id: str, facts: DocumentFacts, seen_at: datetime, home: str) -> dict[str, Any]:
    foreign = in_home_currency(facts, home) if facts.is_foreign(home) else None
    return {
        **{name: getattr(facts, name) for name in COLUMNS},
        "realm_id": realm_id,
        "facts": jsonb(facts),
        "gone": "voided" if facts.voided else None,
        "changed_at": facts.updated_at,
        "seen_at": seen_at,
        "foreign_currency": facts.currency if foreign else None,
        "home_total": foreign.total if foreign else None,
        "home_tax": foreign.tax if foreign else None,
        "home_balance": foreign.balance if foreign else None,
    }
