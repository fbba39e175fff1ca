"""Which Caspen documents belong in QuickBooks: every case, reason and test are in docs/eligibility.md."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from caspen_qbo.core.records import Allocation, CreditNote, Invoice


class DesiredState(StrEnum):
    PRESENT = "present"
    """The document as Caspen shows it."""
    ABSENT = "absent"
    """Nothing that counts: void or removed, if it was ever posted."""
    LEAVE = "as_is"
    """Whatever is there; nothing is sent."""


@dataclass(frozen=True, slots=True)
class Eligibility:
    wanted: DesiredState
    finalised: bool
    """Counts in the run's ledger."""
    excluded_reason: str | None = None
    """Set when it never goes: stored, shown and counted as excluded."""


HISTORICAL = "historical"
IMPORTED = "imported"
NEVER_SYNCED = "never_synced"
PAYMENT_VOID = "payment_void"
NOT_POSTED = "invoice_not_posted"
LEFT_OUT = "left_out"
"""A person left it out; see :mod:`caspen_qbo.core.decisions.leave`."""


def is_historical(invoice: Invoice, line_at: datetime) -> bool:
    """Created and (last) finalised before QuickBooks was first connected."""
    finalised_before = invoice.finalised_at is None or invoice.finalised_at < line_at
    return invoice.created_at < line_at and finalised_before


def was_historical(invoice: Invoice, line_at: datetime, at: datetime) -> bool:
    """Whether it counted as a finalised historical invoice at a time after the connection, by what it shows
    now: it still does, or was voided or reverted to draft since. For one that was not staged in between.
    """
    if invoice.created_at >= line_at or invoice.finalised_at is None:
        return False
    if invoice.status == "void":
        return is_historical(invoice, line_at) and invoice.voided_at is not None and invoice.voided_at >= at
    if invoice.status == "draft" or not is_historical(invoice, line_at):
        return invoice.reverted_at is not None and invoice.reverted_at >= at
    return True


def classify_invoice(invoice: Invoice, *, line_at: datetime, linked: bool) -> Eligibility:
    """``line_at``: when the workspace was first connected; never moves. ``linked``: history is no bar."""
    if invoice.deleted_at is not None or invoice.status == "void":
        if linked:
            return Eligibility(DesiredState.ABSENT, finalised=False)
        return Eligibility(DesiredState.LEAVE, finalised=False, excluded_reason=NEVER_SYNCED)
    if invoice.status == "draft":
        # A draft never posts. One posted and reverted stays in QuickBooks as it is, and is shown as stale.
        return Eligibility(
            DesiredState.LEAVE, finalised=False, excluded_reason=None if linked else NEVER_SYNCED
        )
    if not linked and is_historical(invoice, line_at):
        return Eligibility(DesiredState.LEAVE, finalised=True, excluded_reason=HISTORICAL)
    return Eligibility(DesiredState.PRESENT, finalised=True)


def classify_credit_note(credit_note: CreditNote, invoice: Eligibility, *, linked: bool) -> Eligibility:
    if credit_note.status == "void":
        if linked:
            return Eligibility(DesiredState.ABSENT, finalised=False)
        return Eligibility(DesiredState.LEAVE, finalised=False, excluded_reason=NEVER_SYNCED)
    if invoice.wanted is not DesiredState.PRESENT and not linked:
        return Eligibility(
            DesiredState.LEAVE, finalised=True, excluded_reason=invoice.excluded_reason or NOT_POSTED
        )
    return Eligibility(DesiredState.PRESENT, finalised=True)


def classify_allocation(allocation: Allocation, invoice: Eligibility, *, linked: bool) -> Eligibility:
    """:param linked: A QuickBooks payment stands for it, posted by us or imported from there."""
    if allocation.payment_source == "quickbooks":
        return Eligibility(
            DesiredState.LEAVE, finalised=allocation.deleted_at is None, excluded_reason=IMPORTED
        )
    if allocation.deleted_at is not None or allocation.payment_status == "void":
        if linked:
            return Eligibility(DesiredState.ABSENT, finalised=False)
        return Eligibility(DesiredState.LEAVE, finalised=False, excluded_reason=NEVER_SYNCED)
    if invoice.wanted is not DesiredState.PRESENT and not linked:
        return Eligibility(
            DesiredState.LEAVE, finalised=True, excluded_reason=invoice.excluded_reason or NOT_POSTED
        )
    return Eligibility(DesiredState.PRESENT, finalised=True)
