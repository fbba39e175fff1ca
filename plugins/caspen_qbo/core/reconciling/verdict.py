"""What is compared, how each check is named, and what a difference means for the list a person clears."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind

COMPARED = ("subtotal", "tax", "total", "balance", "customer", "date", "number")
"""
Fields with a check of their own, in the order shown. Everything else a person can edit is checked as
``edited``.
"""

COMPARED_OF = {
    DocumentKind.INVOICE: COMPARED,
    DocumentKind.CREDIT_NOTE: COMPARED,
    DocumentKind.PAYMENT: ("total", "balance", "customer", "date", "number"),
}

PRESENCE = "presence"

CUSTOMER_STATUS = "customer status"
"""Active on Caspen's side, inactive in QuickBooks; counted with the edited fields."""


class Severity(StrEnum):
    """How much a failing check matters. It never changes whether the check succeeded."""

    CRITICAL = "critical"
    """Money, or a document that is not there."""
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The verdict of one check over all documents of one kind."""

    kind: DocumentKind
    name: str
    """rows, unique, in_quickbooks, in_caspen, one of :data:`COMPARED`, or edited."""
    description: str
    severity: Severity
    success: bool
    checked: int
    """Documents the check applied to."""
    failing: int
    """Documents that failed it."""


DRIFT_FIELDS_COMPARED = frozenset({"number", "customer", "date", "subtotal", "tax", "total"})
"""
Named by a check of their own when they still differ; an edit that made both sides equal is no difference.
"""


def uncompared(changes: Sequence[Difference]) -> tuple[Difference, ...]:
    """Of the fields edited since posting, those no other check looks at."""
    return tuple(change for change in changes if change.field not in DRIFT_FIELDS_COMPARED)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a document is listed."""

    error_key: str
    blocks: bool
    lead: str


def decide_cause(
    *,
    in_caspen: bool,
    in_quickbooks: bool,
    gone: str | None,
    drifted: bool,
    quickbooks_type: str | None,
    quickbooks_id: str | None,
    quickbooks_total: Decimal | None,
    unused: bool = False,
) -> Cause:
    """
    What the differences of one synced document come from.

    :param gone: voided or deleted, as last read; None when QuickBooks has it, or when it was never found.
    :param drifted: Someone edited it in QuickBooks since it was posted.
    :param unused: It is a credit note or payment of which nothing differs but what is left to be applied.
    """
    name = f"QuickBooks {quickbooks_type} {quickbooks_id}" if quickbooks_id else "The QuickBooks document"
    if not in_caspen:
        lead = (
            f"{name}, total {quickbooks_total or Decimal(0):.2f}, carries this document's mark but is not "
            "the one that was posted: a copy, or a duplicate. Delete it there if it should not be."
        )
        return Cause("changed_in_quickbooks", False, lead)
    if not in_quickbooks:
        return Cause("missing_in_quickbooks", True, f"{name} was {gone or 'deleted'} there.")
    if drifted:
        return Cause("changed_in_quickbooks", False, f"{name} was edited there:")
    return Cause("totals_mismatch", False, f"{name} is not used up on its invoice:" if unused else "")
