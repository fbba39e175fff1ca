"""What Caspen's staff hand in, and what they see on their screens. Frozen; money in dollars."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from caspen_seed.arithmetic import DiscountType, LineAmounts, Number, TaxMode, compute_line, exact

LINE_KINDS = ("service", "class", "activity", "product", "package", "custom")


@dataclass(frozen=True, slots=True)
class NewLine:
    """One line as staff type it. Numbers may be given as text or int; they are kept as exact Decimals."""

    kind: str
    """One of `LINE_KINDS`."""

    name: str
    """The service's or product's name, or what was typed for a custom item."""

    unit_price: Number
    """In the invoice's tax mode; at most 4 decimals."""

    quantity: Number = 1
    """A count, or hours; above 0, at most 4 decimals."""

    tax_rate_id: int | None = None
    """Required unless the invoice's tax mode is none, where it is dropped."""

    discount_type: DiscountType = "none"
    discount_value: Number = 0
    """Money off the line (`fixed`) or percent (`percentage`)."""

    item_code: str | None = None
    service_date: dt.date | None = None
    description: str | None = None
    """Free text. In a clinic it is health information and must never leave Caspen."""

    def __post_init__(self) -> None:
        if self.kind not in LINE_KINDS:
            raise ValueError(
                f"line {self.name!r}: kind is {self.kind!r}, expected one of {', '.join(LINE_KINDS)}"
            )
        for field, above_zero in (("unit_price", False), ("quantity", True), ("discount_value", False)):
            object.__setattr__(self, field, exact(getattr(self, field), field, above_zero=above_zero))

    def amounts(self, tax_mode: TaxMode, tax_percent: Number) -> LineAmounts:
        """The line's money in that mode, at that rate."""
        return compute_line(
            self.quantity,
            self.unit_price,
            discount_type=self.discount_type,
            discount_value=self.discount_value,
            tax_mode=tax_mode,
            tax_percent=tax_percent,
        )


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One stored line of an invoice."""

    id: int
    position: int
    kind: str
    name: str
    quantity: Decimal
    unit_price: Decimal
    discount_amount: Decimal
    tax_rate_id: int | None
    tax_percent: Decimal
    amount: Decimal
    tax_amount: Decimal


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as Caspen's screen shows it."""

    id: int
    number: str
    client_id: int
    status: str
    """draft, open, paid or void."""

    tax_mode: TaxMode
    currency: str
    issue_date: dt.date
    due_date: dt.date
    subtotal: Decimal
    discount_total: Decimal
    tax_total: Decimal
    total: Decimal
    balance: Decimal
    """Total less live allocations and issued credit notes."""

    created_at: dt.datetime
    finalised_at: dt.datetime | None
    reverted_at: dt.datetime | None
    voided_at: dt.datetime | None
    deleted_at: dt.datetime | None
    revision: int
    updated_at: dt.datetime
    quickbooks_status: str
    quickbooks_status_detail: str | None
    lines: tuple[InvoiceLine, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that was just recorded."""

    id: int
    number: str
    allocation_ids: tuple[int, ...]
    """In the order in which the invoices were given."""

    unallocated: Decimal
    """What is left on the client and pays no invoice."""


@dataclass(frozen=True, slots=True)
class CreditNote:
    """A credit note that was just issued."""

    id: int
    number: str
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    """Positive: the amount by which the invoice's balance went down."""
