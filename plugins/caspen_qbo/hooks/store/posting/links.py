"""Which QuickBooks transaction or customer a Caspen document or client is, and the history of a document."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.records import Client, DocumentKind
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Link:
    key: DocumentKey
    origin: str
    """caspen: we posted it; quickbooks: imported from there; backfill: found there and linked."""
    facts: DocumentFacts
    total: Decimal
    """Caspen's figures, as are the following; a payment has no subtotal and no tax."""
    subtotal: Decimal | None = None
    tax: Decimal | None = None

    @classmethod
    def of(cls, document: Document, facts: DocumentFacts, *, origin: str) -> Link:
        return cls(document.key, origin, facts, document.total, document.subtotal, document.tax)


@dataclass(frozen=True, slots=True)
class LinkedDocument:
    """The Caspen document that a QuickBooks transaction stands for, in whatever workspace."""

    workspace_id: int
    key: DocumentKey
    quickbooks_id: str
    origin: str
    removed: bool
    """The link no longer stands."""


@dataclass(frozen=True, slots=True)
class UnappliedPayment:
    """A payment of ours that does not pay its invoice with all it is."""

    document_id: int
    quickbooks_id: str
    version: str

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(DocumentKind.PAYMENT, self.document_id)


@dataclass(frozen=True, slots=True)
class CustomerLink:
    client_id: int
    customer_id: str
    matched_by: str
    """name, person or created."""
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    key: DocumentKey
    what: str
    detail: str = ""
    who: str = "sync"


@dataclass(frozen=True, slots=True)
class LinkedClient:
    client_id: int
    customer_id: str
    made_at: datetime | None
    """When Caspen made the client that the link is of; None: it was not kept."""

    def is_another(self, client: Client) -> bool:
        """Whether Caspen has another client under the id now."""
        return None not in (self.made_at, client.created_at) and self.made_at != client.created_at


class LinkStore(Subject):
    folder = "posting/links"

    def record(self, realm_id: str, link: Link) -> None:
        """Insert or replace the link of a document, with QuickBooks' figures as answered."""
        self.record_all(realm_id, [link])

    def record_all(self, realm_id: str, links: Iterable[Link]) -> None:
        self._execute_many(
            "upsert_link",
            [
                {
                    "realm_id": realm_id,
                    "document_kind": link.key.kind,
                    "document_id": link.key.id,
                    "origin": link.origin,
                    "quickbooks_type": link.facts.quickbooks_type,
                    "quickbooks_id": link.facts.quickbooks_id,
                    "doc_number": link.facts.doc_number,
                    "customer_id": link.facts.customer_id,
                    "sync_token": link.facts.sync_token,
                    "caspen_subtotal": link.subtotal,
                    "caspen_tax": link.tax,
                    "caspen_total": link.total,
                    "quickbooks_subtotal": link.facts.subtotal,
                    "quickbooks_tax": link.facts.tax,
                    "quickbooks_total": link.facts.total,
                    "as_posted": jsonb(link.facts),
                }
                for link in links
            ],
        )

    def mark_all_applied(self, applications: Iterable[tuple[DocumentKey, str | None]]) -> None:
        """Which zero payment applies these credit notes; None where there was nothing to apply."""
        self._execute_many(
            "mark_applied", [{"document_id": key.id, "application_id": id_} for key, id_ in applications]
        )

    def mark_removed(self, key: DocumentKey) -> None:
        """It is no longer in QuickBooks; the link is kept for the history."""
        self.mark_all_removed([key])

    def mark_all_removed(self, keys: Iterable[DocumentKey]) -> None:
        self._execute_many(
            "mark_removed",
            [{"document_kind": key.kind, "document_id": key.id} for key in keys],
        )

    def fetch_linked_ids(self, kind: DocumentKind, ids: Collection[int]) -> set[int]:
        rows = self._fetch_all("select_linked_ids", document_kind=kind, ids=list(ids))
        return {row["document_id"] for row in rows}

    def fetch_by_quickbooks_ids(
        self, realm_id: str, quickbooks_type: str, ids: Collection[str]
    ) -> dict[str, list[LinkedDocument]]:
        """By QuickBooks id; an imported payment may stand for several allocations."""
        found: dict[str, list[LinkedDocument]] = {}
        if not ids:
            return found
        for row in self._fetch_all(
            "select_by_quickbooks_ids", realm_id=realm_id, quickbooks_type=quickbooks_type, ids=list(ids)
        ):
            linked = LinkedDocument(
                workspace_id=row["workspace_id"],
                key=DocumentKey(DocumentKind(row["document_kind"]), row["document_id"]),
                quickbooks_id=row["quickbooks_id"],
                origin=row["origin"],
                removed=row["removed_at"] is not None,
            )
            found.setdefault(linked.quickbooks_id, []).append(linked)
        return found

    def mark_all_found(self, realm_id: str, shown: Iterable[DocumentFacts]) -> None:
        """Links of ours whose transaction is in another state than when we last wrote it: a person's edit, or
        ours of a day that this database has lost.
        """
        self._execute_many(
            "mark_found",
            [
                {
                    "realm_id": realm_id,
                    "quickbooks_type": facts.quickbooks_type,
                    "quickbooks_id": facts.quickbooks_id,
                    "sync_token": facts.sync_token,
                }
                for facts in shown
            ],
        )

    def fetch_removed_ids(self, realm_id: str, quickbooks_type: str, numbers: Collection[str]) -> set[str]:
        """QuickBooks ids of what was posted under these numbers, in lower case, and is removed."""
        if not numbers:
            return set()
        rows = self._fetch_all(
            "select_removed_ids", realm_id=realm_id, quickbooks_type=quickbooks_type, numbers=sorted(numbers)
        )
        return {row["quickbooks_id"] for row in rows}

    def fetch_unapplied_payments(self, realm_id: str) -> list[UnappliedPayment]:
        """Payments of ours that stand in QuickBooks without paying their invoice with all they are."""
        return self._fetch_values(UnappliedPayment, "select_unapplied_payments", realm_id=realm_id)

    def fetch_customers(self, realm_id: str, client_ids: Collection[int]) -> dict[int, str]:
        return {id_: one.customer_id for id_, one in self.fetch_clients(realm_id, client_ids).items()}

    def fetch_clients(self, realm_id: str, client_ids: Collection[int]) -> dict[int, LinkedClient]:
        """By the client's id."""
        found = self._fetch_values(
            LinkedClient, "select_links", realm_id=realm_id, client_ids=list(client_ids)
        )
        return {one.client_id: one for one in found}

    def fetch_unnoted(self, realm_id: str) -> list[int]:
        """Linked clients of whom it was not kept when Caspen made them."""
        return self._fetch_column("select_unnoted", realm_id=realm_id)

    def note_clients(self, realm_id: str, clients: Iterable[Client]) -> None:
        """Keep of links that do not have it yet of which client they are."""
        noted = list(clients)
        self._execute_columns(
            "note_client",
            {"client_ids": [one.id for one in noted], "made_at": [one.created_at for one in noted]},
            realm_id=realm_id,
        )

    def fetch_taken_customers(self, realm_id: str, customer_ids: Collection[str]) -> dict[str, int]:
        """Customer id -> the client it is linked to."""
        rows = self._fetch_all("select_taken", realm_id=realm_id, customer_ids=list(customer_ids))
        return {row["customer_id"]: row["client_id"] for row in rows}

    def record_customers(self, realm_id: str, customers: Iterable[CustomerLink]) -> None:
        """:raises psycopg.errors.UniqueViolation: a customer is linked to another client."""
        self._execute_many(
            "insert_link",
            [
                {name: getattr(customer, name) for name in CustomerLink.__slots__} | {"realm_id": realm_id}
                for customer in customers
            ],
        )

    def delete_customers(self, realm_id: str, links: Mapping[int, str]) -> None:
        """Client id -> the customer it is no longer; one that is linked to another by now is left alone."""
        self._execute_many(
            "delete_link",
            [
                {"realm_id": realm_id, "client_id": client_id, "customer_id": customer_id}
                for client_id, customer_id in links.items()
            ],
        )

    def note_event(self, key: DocumentKey, what: str, detail: str = "", who: str = "sync") -> None:
        self.note_all([Event(key, what, detail, who)])

    def note_all(self, events: Iterable[Event]) -> None:
        noted = list(events)
        self._execute_columns(
            "insert_event",
            {
                "document_kinds": [event.key.kind.value for event in noted],
                "document_ids": [event.key.id for event in noted],
                "what": [event.what for event in noted],
                "details": [event.detail for event in noted],
                "who": [event.who for event in noted],
            },
        )
