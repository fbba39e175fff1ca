"""Links of clients to QuickBooks customers: who is linked to whom, what changed, and what waits on a link."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field

from caspen_qbo.core.decisions.successors import StandingDocument
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class LinkChange:
    client_id: int
    to_customer: str
    why: str
    """merged: its customer was merged in QuickBooks; relinked: by a person."""
    who: str = "sync"
    shared_with: int | None = None
    """The client who has that customer already, where a person said that two share it."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """One line of the history of a client's link."""

    at: datetime
    who: str
    from_customer: str | None
    to_customer: str
    why: str
    """name, person, created, merged or relinked."""
    detail: str


@dataclass(frozen=True, slots=True)
class ClientLink:
    client_id: int
    customer_id: str
    matched_by: str
    linked_at: datetime
    shared_with: int | None
    note: str | None
    inactive: bool
    """When QuickBooks was last read."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as the list shows it."""

    client_id: int
    customer_id: str
    matched_by: str
    linked_at: datetime
    shared_with: int | None
    inactive: bool
    waiting: int
    """Documents held because the customer is inactive."""
    found: int
    """Links in all that the search found."""
    posted: int
    """Documents of the client in QuickBooks, on whatever customer."""


@dataclass(frozen=True, slots=True)
class PostedCount:
    customer_id: str
    kind: DocumentKind
    documents: int


class LinkQuery(BaseModel):
    """Which links, and which page of them; an address of the page has these parameters."""

    find: str = Field(default="", max_length=100)
    """A client id, a customer id, or part of a client's name."""
    page: int = Field(default=1, ge=1, le=1_000_000)


class CustomerStore(Subject):
    folder = "posting/customers"

    def change(self, realm_id: str, change: LinkChange) -> None:
        """Link a client to another customer, or to its first, with a line of its history.

        :raises psycopg.errors.UniqueViolation: the customer is another client's and the change shares it not.
        """
        self._execute(
            "change_link",
            realm_id=realm_id,
            client_id=change.client_id,
            customer_id=change.to_customer,
            why=change.why,
            who=change.who,
            shared_with=change.shared_with,
            detail=change.detail,
        )

    def confirm(self, realm_id: str, client_id: int) -> None:
        """The link is right for the client that has this id in Caspen now."""
        self._execute("confirm_link", realm_id=realm_id, client_id=client_id)

    def follow_documents(self, keys: Iterable[DocumentKey], from_customer: str, to_customer: str) -> None:
        """These were moved by a merge of customers; what was held by that may be tried again."""
        self._execute_many(
            "follow_document",
            [
                {
                    "document_kind": key.kind,
                    "document_id": key.id,
                    "from_customer": from_customer,
                    "to_customer": to_customer,
                }
                for key in keys
            ],
        )

    def fetch_owners(self, realm_id: str, customer_ids: Collection[str]) -> dict[str, list[int]]:
        """Customer -> the clients linked to it, the first owner first."""
        owners: dict[str, list[int]] = {}
        for row in self._fetch_all("select_owners", realm_id=realm_id, customer_ids=list(customer_ids)):
            owners.setdefault(row["customer_id"], []).append(row["client_id"])
        return owners

    def fetch_ever_linked(self, realm_id: str, customer_ids: Collection[str]) -> dict[str, list[int]]:
        """Customer -> every client that is or was linked to it."""
        found: dict[str, list[int]] = {}
        for row in self._fetch_all("select_ever_linked", realm_id=realm_id, customer_ids=list(customer_ids)):
            found.setdefault(row["customer_id"], []).append(row["client_id"])
        return found

    def fetch_suspect(self, realm_id: str, customer_ids: Collection[str]) -> list[str]:
        """Which were inactive when last read, or made QuickBooks refuse something since."""
        if not customer_ids:
            return []
        return self._fetch_column("select_suspect", realm_id=realm_id, customer_ids=list(customer_ids))

    def fetch_inactive_linked(self, realm_id: str, absent: Collection[str]) -> list[str]:
        """Customers of clients that were inactive when last read, or are among those not found at all."""
        return self._fetch_column("select_inactive_linked", realm_id=realm_id, absent=list(absent))

    def fetch_linked_customers(self, realm_id: str) -> list[str]:
        return self._fetch_column("select_linked_customers", realm_id=realm_id)

    def fetch_standing(self, realm_id: str, customer_ids: Collection[str]) -> list[StandingDocument]:
        """Documents recorded on these customers, each with the customer it was last read on."""
        return self._read_values(
            StandingDocument, "select_standing", realm_id=realm_id, customer_ids=list(customer_ids)
        )

    def fetch_posted(self, realm_id: str, client_ids: Collection[int]) -> list[PostedCount]:
        return self._read_values(PostedCount, "select_posted", realm_id=realm_id, client_ids=list(client_ids))

    def fetch_waiting_count(self, client_ids: Collection[int]) -> int:
        """Documents of these clients that are held because of their customer."""
        return int(next(iter(self._fetch_column("count_waiting", client_ids=list(client_ids))), 0))

    def release_client(self, client_ids: Collection[int]) -> int:
        """What waits on the customer of these clients may be tried again; how many documents."""
        return self._execute("release_client", client_ids=list(client_ids))

    def release_refused(self, realm_id: str, since: datetime) -> int:
        """Invoices refused since then because of the customer their client is linked to; how many."""
        return self._execute("release_refused", realm_id=realm_id, since=since)

    def fetch_link(self, realm_id: str, client_id: int) -> ClientLink | None:
        return self._fetch_value(ClientLink, "select_client_link", realm_id=realm_id, client_id=client_id)

    def fetch_history(self, realm_id: str, client_id: int) -> list[LinkEvent]:
        """Newest first."""
        return self._fetch_values(LinkEvent, "select_link_history", realm_id=realm_id, client_id=client_id)

    def fetch_page(
        self, realm_id: str, search: str, named: Collection[int], *, page_size: int, skip: int
    ) -> list[LinkRow]:
        """:param named: Clients whose name was found to be meant."""
        return self._fetch_values(
            LinkRow,
            "select_link_page",
            realm_id=realm_id,
            search=search or None,
            client_ids=list(named),
            page_size=page_size,
            skip=skip,
        )
