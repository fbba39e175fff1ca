"""Which QuickBooks transaction or customer a Caspen document or client is, and the history of a document."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Link:
    """A QuickBooks transaction and the Caspen document it stands for."""

    realm_id: str
    document_kind: str
    document_id: int
    origin: str
    """caspen: we posted it; quickbooks: imported from there; backfill: found there and linked."""
    facts: DocumentFacts
    caspen_subtotal: Decimal | None
    caspen_tax: Decimal | None
    caspen_total: Decimal


class LinkStore(Subject):
    folder = "posting/links"

    def record(self, link: Link) -> None:
        """Insert or replace the link of a document, with QuickBooks' figures as answered."""
        facts = link.facts
        self._execute(
            "upsert_link",
            realm_id=link.realm_id,
            document_kind=link.document_kind,
            document_id=link.document_id,
            origin=link.origin,
            quickbooks_type=facts.quickbooks_type,
            quickbooks_id=facts.quickbooks_id,
            doc_number=facts.doc_number,
            customer_id=facts.customer_id,
            sync_token=facts.sync_token,
            caspen_subtotal=link.caspen_subtotal,
            caspen_tax=link.caspen_tax,
            caspen_total=link.caspen_total,
            quickbooks_subtotal=facts.subtotal,
            quickbooks_tax=facts.tax,
            quickbooks_total=facts.total,
            as_posted=jsonb(facts),
        )

    def mark_applied(self, credit_note_id: int, application_id: str | None) -> None:
        self._execute("mark_applied", document_id=credit_note_id, application_id=application_id)

    def mark_removed(self, kind: str, document_id: int) -> None:
        """We took it out of QuickBooks; the link is kept for the history."""
        self._execute("decisions/choices/mark_removed", document_kind=kind, document_id=document_id)

    def fetch_linked_ids(self, kind: str, ids: Collection[int]) -> set[int]:
        rows = self._fetch_all("select_linked_ids", document_kind=kind, ids=list(ids))
        return {row["document_id"] for row in rows}

    def fetch_by_quickbooks_ids(
        self, realm_id: str, quickbooks_type: str, ids: Collection[str]
    ) -> dict[str, list[Row]]:
        """By QuickBooks id; an imported payment may stand for several allocations."""
        found: dict[str, list[Row]] = {}
        for row in self._fetch_all(
            "select_by_quickbooks_ids", realm_id=realm_id, quickbooks_type=quickbooks_type, ids=list(ids)
        ):
            found.setdefault(row["quickbooks_id"], []).append(row)
        return found

    def fetch_misfit_payments(self, realm_id: str) -> list[Row]:
        """
        Payments of ours that stand in QuickBooks without paying their invoice: document_id, quickbooks_id,
        version.
        """
        return self._fetch_all("select_misfit_payments", realm_id=realm_id)

    def fetch_customers(self, realm_id: str, client_ids: Collection[int]) -> dict[int, str]:
        rows = self._fetch_all("select_links", realm_id=realm_id, client_ids=list(client_ids))
        return {row["client_id"]: row["customer_id"] for row in rows}

    def fetch_taken_customers(self, realm_id: str, customer_ids: Collection[str]) -> dict[str, int]:
        """Customer id -> the client it is linked to."""
        rows = self._fetch_all("select_taken", realm_id=realm_id, customer_ids=list(customer_ids))
        return {row["customer_id"]: row["client_id"] for row in rows}

    def record_customer(
        self, realm_id: str, client_id: int, customer_id: str, matched_by: str, note: str | None
    ) -> None:
        """
        :param matched_by: name, person or created.
        :raises psycopg.errors.UniqueViolation: the customer is linked to another client.
        """
        self._execute(
            "insert_link",
            realm_id=realm_id,
            client_id=client_id,
            customer_id=customer_id,
            matched_by=matched_by,
            note=note,
        )

    def note_event(self, kind: str, document_id: int, what: str, detail: str = "", who: str = "sync") -> None:
        """Add a line to a document's history."""
        self._execute(
            "insert_event", document_kind=kind, document_id=document_id, what=what, detail=detail, who=who
        )
