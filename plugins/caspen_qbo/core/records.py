"""What Caspen says, as frozen values. Money is a Decimal with two decimals in the workspace's currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class DocumentKind(StrEnum):
    """The documents that are kept equal. A payment's document is one allocation of it."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"


class TaxMode(StrEnum):
    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NONE = "none"


PRODUCT_KINDS = frozenset({"product"})
"""Line kinds that go to the default Product item; every other kind goes to the default Service item."""


@dataclass(frozen=True, slots=True)
class Workspace:
    id: int
    name: str
    country_code: str
    currency: str
    time_zone: str
    tax_mode: TaxMode


@dataclass(frozen=True, slots=True)
class Client:
    """Who is invoiced. Only what may leave Caspen is read: names and e-mail address."""

    id: int
    workspace_id: int
    first_name: str
    last_name: str | None
    email: str | None
    merged_into_client_id: int | None = None
    """The surviving profile, when two were merged; follow it to the end of the chain."""
    created_at: datetime | None = None
    """Tells it from an earlier client of the same id."""


@dataclass(frozen=True, slots=True)
class TaxRate:
    id: int
    workspace_id: int
    name: str
    rate: Decimal
    """Percent, four decimals."""
    quickbooks_status: str = "Not synced"
    archived: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    id: int
    position: int
    kind: str
    """service, class, activity, product, package or custom."""
    name: str
    item_code: str | None
    service_date: date | None
    quantity: Decimal
    """Count or hours, above zero, four decimals."""
    unit_price: Decimal
    """Per unit, not negative, four decimals, in the invoice's tax mode."""
    discount_type: str
    """none, fixed or percentage."""
    discount_value: Decimal
    discount_amount: Decimal
    """Money taken off this line, never negative."""
    tax_rate_id: int | None
    tax_percent: Decimal
    amount: Decimal
    """After discount, in the invoice's tax mode: with inclusive, tax is inside."""
    tax_amount: Decimal
    """On ``amount`` (exclusive) or inside it (inclusive)."""


@dataclass(frozen=True, slots=True)
class Invoice:
    id: int
    workspace_id: int
    number: str
    client_id: int
    issue_date: date
    due_date: date
    status: str
    """draft, open, paid or void."""
    tax_mode: TaxMode
    currency: str
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    balance: Decimal
    """``total`` less live allocations and issued credit notes."""
    created_at: datetime
    finalised_at: datetime | None
    """The latest finalise."""
    reverted_at: datetime | None
    voided_at: datetime | None
    deleted_at: datetime | None
    revision: int
    """Counts finalises."""
    updated_at: datetime
    quickbooks_status: str
    quickbooks_status_detail: str | None
    lines: tuple[InvoiceLine, ...] = ()
    """By position."""

    @property
    def carries_tax(self) -> bool:
        return self.tax_total != 0 or any(line.tax_amount != 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class CreditNoteLine:
    id: int
    invoice_line_id: int
    quantity: Decimal
    amount: Decimal
    """Positive, in the credit note's tax mode."""
    tax_rate_id: int | None
    tax_percent: Decimal
    tax_amount: Decimal
    kind: str
    """Of the invoice line credited, as are ``name``, ``item_code`` and ``service_date``."""
    name: str
    item_code: str | None
    service_date: date | None


@dataclass(frozen=True, slots=True)
class CreditNote:
    """Lowers one invoice. The reason typed for it is health information and is not read."""

    id: int
    workspace_id: int
    number: str
    invoice_id: int
    status: str
    """issued or void."""
    issue_date: date
    tax_mode: TaxMode
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    created_at: datetime
    voided_at: datetime | None
    updated_at: datetime
    lines: tuple[CreditNoteLine, ...] = ()

    @property
    def carries_tax(self) -> bool:
        return self.tax_total != 0 or any(line.tax_amount != 0 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of one payment that pays one invoice. The payment's free-text description is not read."""

    id: int
    workspace_id: int
    payment_id: int
    invoice_id: int
    amount: Decimal
    allocated_at: datetime
    deleted_at: datetime | None
    updated_at: datetime
    payment_number: str
    payment_method: str
    payment_date: date
    """In the workspace's time zone."""
    payment_amount: Decimal
    payment_status: str
    """paid, partially_refunded, refunded or void."""
    payment_source: str
    """manual, stripe or quickbooks."""
    payment_source_ref: str | None
    """For ``quickbooks``: ``<realm id>:<QuickBooks payment id>``."""


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


class OwnWrite(NamedTuple):
    """A row's ``updated_at`` around a write of ours."""

    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class StatusesWritten:
    writes: Mapping[tuple[DocumentKind, int], OwnWrite]
    """Of the documents that show something else now."""
    busy: frozenset[tuple[DocumentKind, int]]
    """Documents held by a transaction of Caspen's staff: not shown yet."""

    @property
    def changed(self) -> int:
        return len(self.writes)
