"""Payments recorded in QuickBooks: which are imported, which changes are followed, what prevents an import.

All follows from one snapshot of both sides, so that a run that starts again reaches the same end. A payment
is imported whole or not at all, as far as its invoices can take it: what blocks it on one is listed on each.
Those we posted never get here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.importing.receipts import may_be_same_receipt
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.matching import differ_in_currency
from caspen_qbo.core.records import Allocation


class LinkState(StrEnum):
    """Whether one of our links ties an allocation to a QuickBooks payment."""

    NONE = "none"
    LINKED = "linked"
    REMOVED = "removed"
    """It did once: the payment left QuickBooks, or the allocation was replaced."""


@dataclass(frozen=True, slots=True)
class BooksPayment:
    """A payment that someone else recorded in QuickBooks, reduced to our invoices."""

    quickbooks_id: str
    paid_on: date | None
    shares: Mapping[int, Decimal]
    """Caspen invoice id -> the money this payment puts on it, less the credits it uses up."""
    unapplied: Decimal = ZERO
    """Money on it that pays nothing."""
    unclear: str = ""
    """Why the shares are unknown; then it is not imported."""
    currency: str = ""
    """ISO code, as of an invoice; empty: not known, and not compared."""
    gone: bool = False
    """Deleted or voided."""
    total: Decimal = ZERO
    """All its money."""

    def share(self, invoice_id: int) -> Decimal:
        return ZERO if self.gone else self.shares.get(invoice_id, ZERO)


@dataclass(frozen=True, slots=True)
class UnreadPayment:
    """A payment that one of the two sides names and QuickBooks did not show: it is left as it is."""

    quickbooks_id: str
    why: str
    invoice_ids: frozenset[int]
    """Ours, on which it is named."""

    def also_on(self, invoice_ids: Collection[int]) -> UnreadPayment:
        return replace(self, invoice_ids=self.invoice_ids | set(invoice_ids))


@dataclass(frozen=True, slots=True)
class ClinicInvoice:
    id: int
    number: str
    status: str
    balance: Decimal
    gone: bool = False
    """Voided or deleted in QuickBooks."""
    unread: str = ""
    """Why QuickBooks did not show it: nothing is imported onto it then."""
    currency: str = ""
    agreed_more: Decimal = ZERO
    """QuickBooks' total less Caspen's, as accepted; zero where nothing is, or not any more."""
    total: Decimal = ZERO
    client_id: int = 0
    """Whose it is in Caspen; of merged clients the survivor."""

    @property
    def agreed_total(self) -> Decimal:
        return self.total + self.agreed_more

    @property
    def due(self) -> Decimal:
        """What an import may put on it: only an open invoice takes money."""
        return max(ZERO, self.balance) if self.status == "open" else ZERO


@dataclass(frozen=True, slots=True)
class AllocationView:
    """One allocation in Caspen on an invoice of the snapshot, unlinked ones included."""

    allocation: Allocation
    payment_id: str = ""
    """The QuickBooks payment it was imported from; empty when staff recorded it."""
    link: LinkState = LinkState.NONE
    share_then: Decimal | None = None
    """What the QuickBooks payment put on this invoice when the link was last written."""
    date_then: date | None = None
    accepted: bool = False
    """A person accepted both sides just as they are now."""
    taken_back: bool = False
    """An import took it off the invoice, not the staff."""

    @property
    def live(self) -> bool:
        return self.allocation.deleted_at is None and self.allocation.payment_status != "void"

    @property
    def linked(self) -> bool:
        return self.link is LinkState.LINKED

    @property
    def invoice_id(self) -> int:
        return self.allocation.invoice_id


@dataclass(frozen=True, slots=True)
class ImportSnapshot:
    """Some invoices and all payments on them. Complete: its payments pay no invoice of ours outside it."""

    payments: Mapping[str, BooksPayment]
    invoices: Mapping[int, ClinicInvoice]
    allocations: tuple[AllocationView, ...]
    unread: Mapping[str, UnreadPayment] = field(default_factory=dict)

    def unread_on(self, invoice_id: int) -> list[UnreadPayment]:
        return [one for _, one in sorted(self.unread.items()) if invoice_id in one.invoice_ids]

    def in_order(self) -> list[BooksPayment]:
        """As QuickBooks numbered them."""
        return sorted(self.payments.values(), key=lambda one: (len(one.quickbooks_id), one.quickbooks_id))

    def payments_on(self, invoice_id: int) -> list[BooksPayment]:
        """Those that put money on it, oldest id first."""
        return [payment for payment in self.in_order() if payment.share(invoice_id) > 0]

    def is_foreign(self, payment: BooksPayment, invoice_id: int) -> bool:
        """Whether it is money of another currency than the invoice's in Caspen."""
        return differ_in_currency(self.invoices[invoice_id].currency, payment.currency)

    def is_agreed(self, invoice_id: int) -> bool:
        """Whether what is paid there beyond what Caspen could take is within the agreed total."""
        invoice = self.invoices[invoice_id]
        beyond = sum(
            (
                payment.share(invoice_id) - self.allocated(payment.quickbooks_id, invoice_id)
                for payment in self.payments_on(invoice_id)
            ),
            ZERO,
        )
        clear = not any(payment.unclear for payment in self.payments_on(invoice_id))
        settled = clear and invoice.status in ("open", "paid") and not invoice.balance
        return settled and 0 < beyond <= invoice.agreed_more

    def imported(self, payment_id: str) -> bool:
        """Whether Caspen has it, in whole or in part, live or taken off again by the staff."""
        return any(view.payment_id == payment_id for view in self.allocations)

    def imported_to(self, payment_id: str, invoice_id: int, *, live: bool) -> list[AllocationView]:
        return [
            view
            for view in self.allocations
            if view.payment_id == payment_id and view.invoice_id == invoice_id and view.live is live
        ]

    def allocated(self, payment_id: str, invoice_id: int) -> Decimal:
        live = self.imported_to(payment_id, invoice_id, live=True)
        return sum((view.allocation.amount for view in live), ZERO)


class BlockerKind(StrEnum):
    SPLIT = "split"
    LIKELY_DUPLICATE = "likely duplicate"
    UNCLEAR = "unclear"
    UNREAD = "unread"
    """QuickBooks does not show the invoice, or a payment on it: it could be a split."""
    CURRENCY = "currency"
    CLIENTS = "clients"
    """It pays invoices of several clients; a payment in Caspen is one client's."""


@dataclass(frozen=True, slots=True)
class ImportBlocker:
    """Why a payment is not imported, and the invoice on which it fails."""

    kind: BlockerKind
    invoice_id: int
    duplicate: AllocationView | None = None
    """The staff's own record of what looks like the same receipt."""


@dataclass(frozen=True, slots=True)
class Import:
    payment: BooksPayment
    expected: Mapping[int, Decimal]
    """Invoice id -> what fits as far as is known now; Caspen decides again with the rows locked."""


@dataclass(frozen=True, slots=True)
class AmountChange:
    """An imported allocation to bring to what QuickBooks shows now."""

    view: AllocationView
    amount: Decimal
    """Zero takes it back."""


def find_blocker(snapshot: ImportSnapshot, payment: BooksPayment) -> ImportBlocker | None:
    """What prevents the import of a payment that is not in Caspen yet, if anything."""
    for invoice_id in sorted(payment.shares):
        if snapshot.is_foreign(payment, invoice_id):
            return ImportBlocker(BlockerKind.CURRENCY, invoice_id)
        if payment.unclear:
            return ImportBlocker(BlockerKind.UNCLEAR, invoice_id)
        if snapshot.invoices[invoice_id].unread or snapshot.unread_on(invoice_id):
            return ImportBlocker(BlockerKind.UNREAD, invoice_id)
        if len(snapshot.payments_on(invoice_id)) > 1:
            return ImportBlocker(BlockerKind.SPLIT, invoice_id)
    if len({snapshot.invoices[invoice_id].client_id for invoice_id in payment.shares}) > 1:
        return ImportBlocker(BlockerKind.CLIENTS, min(payment.shares))
    for invoice_id in sorted(payment.shares):
        if duplicate := find_likely_duplicate(snapshot, payment, invoice_id):
            return ImportBlocker(BlockerKind.LIKELY_DUPLICATE, invoice_id, duplicate)
    return None


def find_likely_duplicate(
    snapshot: ImportSnapshot, payment: BooksPayment, invoice_id: int
) -> AllocationView | None:
    for view in snapshot.allocations:
        if (
            view.invoice_id == invoice_id
            and view.live
            and not view.payment_id
            and view.link is LinkState.NONE
            and view.allocation.amount == payment.share(invoice_id)
            and payment.paid_on is not None
            and may_be_same_receipt(view.allocation.payment_date, payment.paid_on)
        ):
            return view
    return None


def plan_imports(snapshot: ImportSnapshot) -> tuple[Import, ...]:
    """The payments to record in Caspen now, in the order QuickBooks numbered them."""
    found = []
    for payment in snapshot.in_order():
        importable = not payment.gone and payment.shares and payment.paid_on is not None
        if not importable or snapshot.imported(payment.quickbooks_id) or find_blocker(snapshot, payment):
            continue
        expected = {
            invoice_id: fitting
            for invoice_id, share in sorted(payment.shares.items())
            if (fitting := min(share, snapshot.invoices[invoice_id].due)) > 0
        }
        if expected:
            found.append(Import(payment, expected))
    return tuple(found)


def plan_amount_changes(snapshot: ImportSnapshot) -> tuple[AmountChange, ...]:
    """Imported allocations that follow an edit, a void or a deletion in QuickBooks.

    Left alone, and listed by :func:`caspen_qbo.core.importing.problems.find_problems`: what the practice has
    refunded in Caspen, what lost its invoice in QuickBooks, what several allocations share, and what is in
    another currency.
    """
    found = []
    for view in snapshot.allocations:
        payment = snapshot.payments.get(view.payment_id)
        if payment is None or not view.live or not view.linked:
            continue
        amount, share = view.allocation.amount, payment.share(view.invoice_id)
        if amount == share or not _may_follow(snapshot, view, payment):
            continue
        if share < amount or view.share_then not in (None, share):
            found.append(AmountChange(view, share))
    return tuple(found)


def _may_follow(snapshot: ImportSnapshot, view: AllocationView, payment: BooksPayment) -> bool:
    return (
        not payment.unclear
        and (payment.gone or not snapshot.is_foreign(payment, view.invoice_id))
        and view.allocation.payment_status == "paid"
        and (payment.gone or not snapshot.invoices[view.invoice_id].gone)
        and len(snapshot.imported_to(payment.quickbooks_id, view.invoice_id, live=True)) == 1
    )


def plan_links(snapshot: ImportSnapshot) -> tuple[tuple[AllocationView, ...], tuple[AllocationView, ...]]:
    """(allocations to link to their QuickBooks payment, allocations whose link has ended).

    Completes a run that was stopped after Caspen's commit and before ours.
    """
    link, unlink = [], []
    for view in snapshot.allocations:
        payment = snapshot.payments.get(view.payment_id)
        if payment is None:
            continue
        share = payment.share(view.invoice_id)
        if view.live and not view.linked and share > 0:
            link.append(view)
        elif not view.live and view.linked:
            if share == 0 or snapshot.imported_to(view.payment_id, view.invoice_id, live=True):
                unlink.append(view)
    return tuple(link), tuple(unlink)
