"""
What the use cases need from outside, in domain words. Hooks implement these; tests run against the real ones.

Accounting is QuickBooks of one realm, BillingSource is Caspen's database. The store of our own bookkeeping is
split by subject in :mod:`caspen_qbo.hooks.store`; it is ours alone, so it has no second implementation and no
protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from caspen_qbo.core.documents import Body
from caspen_qbo.core.posting.cursor import Horizon
from caspen_qbo.core.records import (
    Allocation,
    Client,
    CreditNote,
    DocumentKind,
    Invoice,
    TaxRate,
    Workspace,
)


@dataclass(frozen=True, slots=True)
class WriteItem:
    """One write inside a batch."""

    bid: str
    """Identifies the item inside its batch; at most 10 characters."""
    entity: str
    """Customer, Invoice, CreditMemo or Payment."""
    operation: str
    """create, update (``sparse`` is in the body) or delete. A void goes alone: batches have no such verb."""
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """QuickBooks' answer to one write: an entity or a fault."""

    body: Body | None
    """The entity as stored, when it was carried out."""
    code: str = ""
    """Fault code; empty when carried out."""
    text: str = ""
    detail: str = ""
    element: str = ""
    intuit_tid: str = ""

    @property
    def ok(self) -> bool:
        return self.body is not None


class Accounting(Protocol):
    """
    QuickBooks Online, one company.

    Every method may raise StopError (connection dead, subscription ended), QboThrottledError,
    QuotaExhaustedError. Reads are retried inside and end in QboUnavailableError. Writes are repeated inside
    only after a refusal at the gate (429, 401, 403/3100), with the same request id; any other trouble is
    OutcomeUnknownError. Whatever ends a write, only an error that says ``not_carried_out`` proves it.
    """

    realm_id: str

    def query(self, entity: str, where: str = "", *, order_by: str = "Id") -> Iterator[Body]:
        """
        All rows, page by page of 1,000. ``where`` is QuickBooks' query text, values quoted by :func:`quote`.
        """

    def fetch_changes(
        self, entities: Sequence[str], since: datetime
    ) -> tuple[dict[str, list[Body]], datetime]:
        """
        The change feed: entities by type, deleted ones as stubs with ``status`` ``Deleted``; and QuickBooks'
        own time of the answer. Falls back to queries where the feed was cut at 1,000 objects or ``since`` is
        too old; then deletions are not reported for that type.
        """

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> tuple[dict[str, list[Body]], datetime]:
        """
        One call of the change feed as it is, for whoever reads everything besides: at most 1,000 objects,
        silently cut there; and QuickBooks' own time of the answer.
        """

    def read_company(self) -> Body: ...

    def read_preferences(self) -> Body: ...

    def send_batch(
        self, request_id: str, items: Sequence[WriteItem], *, before_repeat: Callable[[], None] | None = None
    ) -> dict[str, Answer]:
        """
        Send up to 30 writes.

        :param request_id: At most 36 characters; with the same items QuickBooks repeats its stored answers.
        :param before_repeat: Called before the batch is sent again after a refusal at the gate. What it
            raises ends the call: there the caller looks whether the batch was carried out all the same.
        :return: An answer for each ``bid`` that QuickBooks answered; a missing one is in doubt.
        """

    def send_void(
        self,
        entity: str,
        quickbooks_id: str,
        sync_token: str,
        request_id: str,
        *,
        before_repeat: Callable[[], None] | None = None,
    ) -> Answer:
        """Void one invoice or payment. ``request_id`` is at most 50 characters."""

    def wait_until_shown(self) -> bool:
        """
        Wait as long as QuickBooks may take to show what it has just carried out.

        :return: False when nothing is to be waited for here; then another look shows nothing new.
        """

    def calls(self) -> Mapping[str, int]:
        """Calls made by this object so far, by kind: query, cdc, batch, read, void, token."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What moved in Caspen since a time: ids only."""

    invoice_ids: tuple[int, ...]
    credit_note_ids: tuple[int, ...]
    allocation_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What Caspen's screen shows for one document."""

    kind: DocumentKind
    document_id: int
    status: str
    """``Synced`` or ``Not synced``."""
    detail: str | None = None
    """The error's title, or None. Credit notes have no detail."""


@dataclass(frozen=True, slots=True)
class StatusesWritten:
    """What became of a number of status updates."""

    changed: int
    """Rows that show something else now."""
    busy: frozenset[tuple[DocumentKind, int]]
    """Documents held by a transaction of Caspen's staff: not shown yet."""


@dataclass(frozen=True, slots=True)
class ImportedAllocation:
    invoice_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ImportedPayment:
    """A payment recorded in QuickBooks, as it will be recorded in Caspen."""

    workspace_id: int
    source_ref: str
    """``<realm id>:<QuickBooks payment id>``."""
    number: str
    payment_date: date
    allocations: tuple[ImportedAllocation, ...]


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What Caspen recorded. Empty allocations: nothing was due any more."""

    payment_id: int | None
    allocations: tuple[tuple[int, int, Decimal], ...] = ()
    """(allocation id, invoice id, amount) as recorded, never above the invoice's balance."""
    already_there: bool = False
    refused: Mapping[int, Decimal] = field(default_factory=dict)
    """Invoice id -> amount that exceeded its balance and was not recorded."""


class BillingSource(Protocol):
    """Caspen's database. Reads are plain; the three writes are all that Caspen allows."""

    def fetch_workspaces(self, workspace_ids: Collection[int] | None = None) -> dict[int, Workspace]: ...

    def fetch_horizon(self) -> Horizon: ...

    def fetch_changes(self, workspace_id: int, since: datetime) -> Changes:
        """
        Ids of rows whose ``updated_at`` is at or after ``since``; reads by index, never the whole history.
        """

    def fetch_void_allocations(self, workspace_id: int, since: datetime) -> tuple[int, ...]:
        """
        Allocations still linked of payments voided at or after ``since``; reads the workspace's payments,
        0.2 s for a million.
        """

    def fetch_invoices(self, workspace_id: int, ids: Collection[int]) -> dict[int, Invoice]:
        """With their lines. Another workspace's ids are absent from the answer."""

    def fetch_invoice_ids(self, workspace_id: int, numbers: Collection[str]) -> dict[str, int]: ...

    def fetch_credit_notes(self, workspace_id: int, ids: Collection[int]) -> dict[int, CreditNote]: ...

    def fetch_allocations(self, workspace_id: int, ids: Collection[int]) -> dict[int, Allocation]: ...

    def fetch_related(self, workspace_id: int, invoice_ids: Collection[int]) -> tuple[list[int], list[int]]:
        """(credit note ids, allocation ids) of these invoices, deleted and void ones included."""

    def fetch_clients(self, workspace_id: int, ids: Collection[int]) -> dict[int, Client]:
        """By the id asked for; a merged client is answered with its survivor."""

    def fetch_tax_rates(self, workspace_id: int) -> dict[int, TaxRate]: ...

    def count_finalised(self, workspace_id: int, line_at: datetime) -> tuple[int, int]:
        """(finalised invoices in all, of those historical): status open or paid, not deleted."""

    def write_statuses(self, workspace_id: int, updates: Sequence[StatusUpdate]) -> StatusesWritten:
        """
        Show these statuses; the last one counts where a document is named twice.

        Equal ones are left alone so that ``updated_at`` does not move, and payments have none in Caspen.
        Documents that somebody holds in a transaction are left out after a short wait, and named. Safe to
        repeat.
        """

    def write_tax_rate_status(self, workspace_id: int, tax_rate_id: int, status: str) -> None: ...

    def record_payment(self, payment: ImportedPayment) -> ImportResult:
        """
        One transaction: payment, allocations, balances, statuses; the invoice rows locked. Safe to repeat.
        """

    def unlink_allocation(self, workspace_id: int, allocation_id: int) -> Decimal | None:
        """Take back an imported allocation; the amount, or None when it was not live. One transaction."""

    def change_allocation(self, workspace_id: int, allocation_id: int, amount: Decimal) -> Decimal:
        """
        Follow an imported payment that was edited in QuickBooks.

        Caspen lets no amount be changed: the live allocation is taken back and a new row is written on the
        same payment. :meth:`record_payment` of the same payment answers with the new row's id.

        :param allocation_id: Of the imported payment on the invoice; an id replaced since will do.
        :param amount: What should be allocated now; zero only takes back.
        :return: What is allocated: never above what is due on the invoice, nor above what is left of the
            payment as it was recorded; zero when the allocation is not live any more or was not imported.

        One transaction. Safe to repeat.
        """
