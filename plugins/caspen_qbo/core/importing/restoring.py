"""Putting back what was taken off an invoice because QuickBooks no longer had the payment, and now has."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.importing.plan import AllocationView, BooksPayment, ImportSnapshot, find_likely_duplicate


@dataclass(frozen=True, slots=True)
class Restore:
    """An imported payment to put on its invoice again: a new allocation of the payment Caspen has already."""

    view: AllocationView
    """What was taken back last."""
    amount: Decimal
    """What fits as far as is known now; Caspen decides again with the rows locked."""


def plan_restores(snapshot: ImportSnapshot) -> tuple[Restore, ...]:
    """Only what an import took back. What the staff took off is their choice, and stays so."""
    return tuple(
        restore
        for payment in snapshot.in_order()
        for invoice_id in sorted(payment.shares)
        if (restore := _plan_restore(snapshot, payment, invoice_id)) is not None
    )


def _plan_restore(snapshot: ImportSnapshot, payment: BooksPayment, invoice_id: int) -> Restore | None:
    invoice = snapshot.invoices[invoice_id]
    amount = min(payment.share(invoice_id), invoice.due)
    unsure = payment.unclear or invoice.gone or invoice.unread or snapshot.unread_on(invoice_id)
    if amount <= 0 or unsure or snapshot.imported_to(payment.quickbooks_id, invoice_id, live=True):
        return None
    last = max(_taken_off(snapshot, payment, invoice_id), key=lambda view: view.allocation.id, default=None)
    if last is None or not last.taken_back or last.allocation.payment_status != "paid":
        return None
    if find_likely_duplicate(snapshot, payment, invoice_id) is not None:
        return None  # the staff recorded the receipt themselves in the meantime
    return Restore(last, amount)


def _taken_off(snapshot: ImportSnapshot, payment: BooksPayment, invoice_id: int) -> Iterator[AllocationView]:
    yield from snapshot.imported_to(payment.quickbooks_id, invoice_id, live=False)
