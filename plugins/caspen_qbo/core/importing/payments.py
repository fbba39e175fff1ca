"""Payments made in QuickBooks, as they are recorded in Caspen. Amounts in the home currency."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ImportedAllocation:
    invoice_id: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class ImportedPayment:
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
