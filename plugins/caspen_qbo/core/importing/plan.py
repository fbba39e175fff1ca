"""
Payments that somebody recorded in QuickBooks: which come to Caspen, which are followed, which a person must
look at.

A scene is everything known about some invoices and the payments on them, both sides at one moment. The plan
follows from the scene alone, so that a run that was interrupted, or one that starts again, comes to the same
end.

A payment is imported whole or not at all, as long as its invoices can take it: what holds it on one invoice
holds it on the others, and is told on each. Our own payments never get here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.importing.allocations import NOTHING
from caspen_qbo.core.records import Allocation

SAME_RECEIPT_DAYS = 5
"""A receipt typed in on both sides seldom carries dates further apart than a long weekend."""


class Standing(StrEnum):
    """Whether one of our links ties an allocation to a QuickBooks payment."""

    NONE = "none"
    LINKED = "linked"
    REMOVED = "removed"
    """It did once: the payment left QuickBooks, or the allocation was replaced."""


@dataclass(frozen=True, slots=True)
class BooksPayment:
    """A payment made in QuickBooks by somebody else, reduced to our invoices."""

    quickbooks_id: str
    paid_on: date | None
    shares: Mapping[int, Decimal]
    """
    Caspen invoice id -> the money this payment puts on it; credits used in the same breath are taken off.
    """
    unapplied: Decimal = NOTHING
    """Money on it that pays nothing."""
    unclear: str = ""
    """Why the shares cannot be told; then it is not imported."""
    gone: bool = False
    """Deleted or voided."""

    def share(self, invoice_id: int) -> Decimal:
        return NOTHING if self.gone else self.shares.get(invoice_id, NOTHING)


@dataclass(frozen=True, slots=True)
class ClinicInvoice:
    """An invoice of ours, as Caspen shows it now."""

    id: int
    number: str
    status: str
    balance: Decimal
    quickbooks_id: str
    gone: bool = False
    """Voided or deleted in QuickBooks."""

    @property
    def due(self) -> Decimal:
        """What an import may put on it: only an open invoice takes money."""
        return max(NOTHING, self.balance) if self.status == "open" else NOTHING


@dataclass(frozen=True, slots=True)
class Paid:
    """One allocation in Caspen on an invoice of the scene, unlinked ones included."""

    allocation: Allocation
    payment_id: str = ""
    """The QuickBooks payment it was imported from; empty when staff recorded it."""
    standing: Standing = Standing.NONE
    share_then: Decimal | None = None
    """What the QuickBooks payment put on this invoice when the link was last written."""
    date_then: date | None = None
    accepted: bool = False
    """A person accepted both sides just as they stand now."""

    @property
    def live(self) -> bool:
        return self.allocation.deleted_at is None and self.allocation.payment_status != "void"

    @property
    def invoice_id(self) -> int:
        return self.allocation.invoice_id


@dataclass(frozen=True, slots=True)
class Scene:
    """
    Some invoices and all the payments on them. Complete: no payment of it pays an invoice of ours outside it.
    """

    payments: Mapping[str, BooksPayment]
    invoices: Mapping[int, ClinicInvoice]
    paid: tuple[Paid, ...]

    def payments_on(self, invoice_id: int) -> list[BooksPayment]:
        """Those that put money on it, oldest id first."""
        found = [payment for payment in self.payments.values() if payment.share(invoice_id) > 0]
        return sorted(found, key=lambda payment: (len(payment.quickbooks_id), payment.quickbooks_id))

    def imported(self, payment_id: str) -> bool:
        """Whether Caspen has it, in whole or in part, live or taken off again by the staff."""
        return any(paid.payment_id == payment_id for paid in self.paid)

    def paid_by(self, payment_id: str, invoice_id: int, *, live: bool) -> list[Paid]:
        return [
            paid
            for paid in self.paid
            if paid.payment_id == payment_id and paid.invoice_id == invoice_id and paid.live is live
        ]

    def allocated(self, payment_id: str, invoice_id: int) -> Decimal:
        live = self.paid_by(payment_id, invoice_id, live=True)
        return sum((paid.allocation.amount for paid in live), NOTHING)


class HoldKind(StrEnum):
    SPLIT = "split"
    TWIN = "twin"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a payment is not imported, and the invoice at which it fails."""

    kind: HoldKind
    invoice_id: int
    twin: Paid | None = None
    """The staff's own record of the same receipt."""


@dataclass(frozen=True, slots=True)
class Import:
    """One payment to record in Caspen."""

    payment: BooksPayment
    expected: Mapping[int, Decimal]
    """Invoice id -> what fits as far as is known now; Caspen decides again with the rows locked."""


@dataclass(frozen=True, slots=True)
class Mirror:
    """An imported allocation to bring to what QuickBooks shows now."""

    paid: Paid
    amount: Decimal
    """Zero takes it back."""


def find_hold(scene: Scene, payment: BooksPayment) -> Hold | None:
    """What keeps a payment that is not in Caspen yet from being imported, if anything."""
    for invoice_id in sorted(payment.shares):
        if payment.unclear:
            return Hold(HoldKind.UNCLEAR, invoice_id)
        if len(scene.payments_on(invoice_id)) > 1:
            return Hold(HoldKind.SPLIT, invoice_id)
    for invoice_id in sorted(payment.shares):
        if twin := _twin(scene, payment, invoice_id):
            return Hold(HoldKind.TWIN, invoice_id, twin)
    return None


def _twin(scene: Scene, payment: BooksPayment, invoice_id: int) -> Paid | None:
    """The same receipt as the staff recorded it, not posted yet."""
    for paid in scene.paid:
        if (
            paid.invoice_id == invoice_id
            and paid.live
            and not paid.payment_id
            and paid.standing is Standing.NONE
            and paid.allocation.amount == payment.share(invoice_id)
            and payment.paid_on is not None
            and abs((paid.allocation.payment_date - payment.paid_on).days) <= SAME_RECEIPT_DAYS
        ):
            return paid
    return None


def plan_imports(scene: Scene) -> tuple[Import, ...]:
    """The payments to record in Caspen now, in the order QuickBooks numbered them."""
    found = []
    for payment in sorted(
        scene.payments.values(), key=lambda one: (len(one.quickbooks_id), one.quickbooks_id)
    ):
        if (
            payment.gone
            or not payment.shares
            or payment.paid_on is None
            or scene.imported(payment.quickbooks_id)
        ):
            continue
        if find_hold(scene, payment) is not None:
            continue
        expected = {
            invoice_id: fitting
            for invoice_id, share in sorted(payment.shares.items())
            if (fitting := min(share, scene.invoices[invoice_id].due)) > 0
        }
        if expected:
            found.append(Import(payment, expected))
    return tuple(found)


def plan_mirrors(scene: Scene) -> tuple[Mirror, ...]:
    """
    Imported allocations that follow an edit, a void or a deletion in QuickBooks.

    Left alone, and told by :func:`caspen_qbo.core.importing.findings.find_problems`: what the practice has
    refunded in Caspen, what lost its invoice in QuickBooks, and what several allocations share.
    """
    found = []
    for paid in scene.paid:
        payment = scene.payments.get(paid.payment_id)
        if payment is None or not paid.live or paid.standing is not Standing.LINKED:
            continue
        amount, share = paid.allocation.amount, payment.share(paid.invoice_id)
        if amount == share or not may_follow(scene, paid, payment):
            continue
        if share < amount or paid.share_then not in (None, share):
            found.append(Mirror(paid, share))
    return tuple(found)


def may_follow(scene: Scene, paid: Paid, payment: BooksPayment) -> bool:
    """Whether nothing else depends on an imported allocation."""
    invoice = scene.invoices[paid.invoice_id]
    return (
        not payment.unclear
        and paid.allocation.payment_status == "paid"
        and (payment.gone or not invoice.gone)
        and len(scene.paid_by(payment.quickbooks_id, paid.invoice_id, live=True)) == 1
    )


def plan_links(scene: Scene) -> tuple[tuple[Paid, ...], tuple[Paid, ...]]:
    """
    (allocations to tie to their QuickBooks payment, allocations whose tie has ended).

    Heals a run that was stopped after Caspen's commit and before ours.
    """
    tie, untie = [], []
    for paid in scene.paid:
        payment = scene.payments.get(paid.payment_id)
        if payment is None:
            continue
        share = payment.share(paid.invoice_id)
        if paid.live and paid.standing is not Standing.LINKED and share > 0:
            tie.append(paid)
        elif not paid.live and paid.standing is Standing.LINKED:
            if share == 0 or scene.paid_by(paid.payment_id, paid.invoice_id, live=True):
                untie.append(paid)
    return tuple(tie), tuple(untie)
