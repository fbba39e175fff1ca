"""What a person must decide about payments made in QuickBooks: which document, why, which amounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from caspen_qbo.core.importing.plan import (
    AllocationView,
    BlockerKind,
    BooksPayment,
    ClinicInvoice,
    ImportBlocker,
    ImportSnapshot,
    LinkState,
    find_blocker,
)
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the list."""

    document: DocumentRef
    error_key: str
    detail: str
    payment_id: str
    """The QuickBooks payment it is about: what one fix repairs."""
    difference: Difference
    blocks: bool = False


def find_problems(snapshot: ImportSnapshot) -> tuple[Finding, ...]:
    """All of a snapshot, one per document and error key; not what a person accepted. Empty: both agree."""
    accepted = {
        (view.payment_id, view.invoice_id)
        for view in snapshot.allocations
        if view.accepted and view.payment_id
    }
    found: dict[tuple[DocumentKey, str], Finding] = {}
    for invoice in snapshot.invoices.values():
        for finding in _problems_on(snapshot, invoice):
            if (finding.payment_id, finding.document.invoice_id) not in accepted:
                found.setdefault((finding.document.key, finding.error_key), finding)
    return tuple(found.values())


def _problems_on(snapshot: ImportSnapshot, invoice: ClinicInvoice) -> Iterator[Finding]:
    payments = snapshot.payments_on(invoice.id)
    missing = [payment for payment in payments if not snapshot.imported(payment.quickbooks_id)]
    if missing and len(payments) > 1:
        yield _split(snapshot, invoice, payments, missing)
    elif missing:
        yield from _not_imported(snapshot, invoice, missing[0])
    for payment in snapshot.payments.values():
        if snapshot.imported(payment.quickbooks_id):
            yield from _compare(snapshot, invoice, payment)
            yield from _left_over(snapshot, invoice, payment)


def _name(payment: BooksPayment, invoice_id: int) -> str:
    when = payment.paid_on.isoformat() if payment.paid_on else "no date"
    return f"{payment.quickbooks_id} ({when}, {payment.share(invoice_id):.2f})"


def _amounts(field: str, caspen: Decimal, quickbooks: Decimal) -> Difference:
    return Difference(field, f"{caspen:.2f}", f"{quickbooks:.2f}", quickbooks - caspen)


def _on_invoice(
    invoice: ClinicInvoice, key: str, detail: str, payment_id: str, caspen: Decimal, quickbooks: Decimal
) -> Finding:
    document = DocumentRef(DocumentKind.INVOICE, invoice.id, invoice.number, invoice.id)
    return Finding(document, key, detail, payment_id, _amounts("paid", caspen, quickbooks))


def _on_payment(
    view: AllocationView, key: str, detail: str, payment_id: str, caspen: Decimal, quickbooks: Decimal
) -> Finding:
    allocation = view.allocation
    number, invoice_id = allocation.payment_number, allocation.invoice_id
    document = DocumentRef(DocumentKind.PAYMENT, allocation.id, number, invoice_id)
    return Finding(document, key, detail, payment_id, _amounts("amount", caspen, quickbooks))


def _split(
    snapshot: ImportSnapshot,
    invoice: ClinicInvoice,
    payments: Sequence[BooksPayment],
    missing: Sequence[BooksPayment],
) -> Finding:
    imported = ", ".join(payment.quickbooks_id for payment in payments if payment not in missing)
    not_imported = ", ".join(payment.quickbooks_id for payment in missing)
    detail = (
        f"QuickBooks payments {', '.join(_name(payment, invoice.id) for payment in payments)} "
        f"pay invoice {invoice.number}. "
    ) + (f"Imported: {imported}; not imported: {not_imported}." if imported else "None was imported.")
    caspen = sum((snapshot.allocated(payment.quickbooks_id, invoice.id) for payment in payments), ZERO)
    quickbooks = sum((payment.share(invoice.id) for payment in payments), ZERO)
    return _on_invoice(invoice, "split_payment", detail, missing[0].quickbooks_id, caspen, quickbooks)


def _not_imported(
    snapshot: ImportSnapshot, invoice: ClinicInvoice, payment: BooksPayment
) -> Iterator[Finding]:
    """The only payment on this invoice, and it is not in Caspen."""
    share, name = payment.share(invoice.id), f"QuickBooks payment {_name(payment, invoice.id)}"
    blocker = find_blocker(snapshot, payment)
    key = "overpayment"
    if blocker is None:
        due, status = f"has {invoice.due:.2f} due", f"is {invoice.status} in Caspen"
        why = due if invoice.status in ("open", "paid") else status
        detail = f"{name} pays invoice {invoice.number}, which {why}."
    elif blocker.kind is BlockerKind.UNCLEAR:
        key = "split_payment"
        detail = f"{name} pays invoice {invoice.number} but {payment.unclear}. Record it in Caspen."
    elif blocker.duplicate is not None and blocker.invoice_id == invoice.id:
        yield from _likely_duplicate(invoice, payment, blocker.duplicate)
        return
    else:
        key, detail = _blocked_elsewhere(snapshot, invoice, blocker, name)
    yield _on_invoice(invoice, key, detail, payment.quickbooks_id, ZERO, share)


def _likely_duplicate(
    invoice: ClinicInvoice, payment: BooksPayment, duplicate: AllocationView
) -> Iterator[Finding]:
    share, ours, payment_id = payment.share(invoice.id), duplicate.allocation, payment.quickbooks_id
    detail = (
        f"QuickBooks payment {_name(payment, invoice.id)} and Caspen payment {ours.payment_number} "
        f"({ours.payment_date.isoformat()}, {ours.amount:.2f}) on invoice {invoice.number} look like one "
        "receipt recorded on both sides: neither is carried over. Remove one of them; if they are two "
        "receipts, Retry posts Caspen's and the other then follows."
    )
    # On the invoice for anyone who looks there, and on the payment, so that it is not posted in the meantime.
    # The whole share is open: one of the two has still to be carried over.
    on_invoice = _on_invoice(invoice, "overpayment", detail, payment_id, ours.amount, share)
    on_payment = _on_payment(duplicate, "overpayment", detail, payment_id, ours.amount, share)
    difference = replace(on_invoice.difference, delta=share)
    yield replace(on_invoice, difference=difference)
    yield replace(on_payment, difference=difference, blocks=True)


def _blocked_elsewhere(
    snapshot: ImportSnapshot, invoice: ClinicInvoice, blocker: ImportBlocker, name: str
) -> tuple[str, str]:
    """(error key, detail) of a payment that is blocked on another of its invoices."""
    there = snapshot.invoices[blocker.invoice_id].number
    why, key = (
        ("on which other payments were made in QuickBooks", "split_payment")
        if blocker.kind is BlockerKind.SPLIT
        else ("where the staff recorded the same receipt", "overpayment")
    )
    return key, (
        f"{name} pays invoice {invoice.number} and also invoice {there}, {why}. "
        "A payment is imported whole or not at all."
    )


def _compare(snapshot: ImportSnapshot, invoice: ClinicInvoice, payment: BooksPayment) -> Iterator[Finding]:
    """An imported payment against what Caspen has of it on one invoice."""
    payment_id, share = payment.quickbooks_id, payment.share(invoice.id)
    live = snapshot.imported_to(payment_id, invoice.id, live=True)
    allocated = snapshot.allocated(payment_id, invoice.id)
    linked = [view for view in live if view.linked]
    if live and payment.gone:
        detail = (
            f"QuickBooks payment {payment_id} was voided or deleted there; Caspen still has "
            f"{allocated:.2f} of it on invoice {invoice.number} as payment "
            f"{live[0].allocation.payment_number}{_why_not(snapshot, live[0], payment)}."
        )
        gone = _on_payment(live[0], "missing_in_quickbooks", detail, payment_id, allocated, ZERO)
        yield replace(gone, difference=replace(gone.difference, quickbooks_value=""))
        return
    if share > allocated:
        yield _less_in_caspen(snapshot, invoice, payment, linked)
    elif allocated > share:
        detail = (
            f"Caspen payment {live[0].allocation.payment_number} pays {allocated:.2f} of invoice "
            f"{invoice.number}; QuickBooks payment {payment_id} pays {share:.2f} of it"
            f"{_why_not(snapshot, live[0], payment)}."
        )
        key = "changed_in_quickbooks" if linked else "totals_mismatch"
        yield _on_payment(live[0], key, detail, payment_id, allocated, share)
    for view in linked:
        if view.date_then is not None and payment.paid_on is not None and view.date_then != payment.paid_on:
            ours, theirs = view.allocation.payment_date.isoformat(), payment.paid_on.isoformat()
            detail = (
                f"QuickBooks payment {payment_id} was imported with the date {ours} and is dated "
                f"{theirs} now. A payment's date cannot be changed in Caspen."
            )
            finding = _on_payment(view, "changed_in_quickbooks", detail, payment_id, ZERO, ZERO)
            yield replace(finding, difference=Difference("date", ours, theirs))


def _less_in_caspen(
    snapshot: ImportSnapshot, invoice: ClinicInvoice, payment: BooksPayment, linked: Sequence[AllocationView]
) -> Finding:
    payment_id, share = payment.quickbooks_id, payment.share(invoice.id)
    allocated = snapshot.allocated(payment_id, invoice.id)
    name = f"QuickBooks payment {_name(payment, invoice.id)}"
    unlinked = [view for view in snapshot.imported_to(payment_id, invoice.id, live=False) if view.linked]
    if unlinked and not allocated:
        detail = (
            f"{name} was imported as {unlinked[0].allocation.payment_number} and taken off invoice "
            f"{invoice.number} in Caspen. It is still in QuickBooks: allocate it again in Caspen, or change "
            "or delete it in QuickBooks."
        )
        return _on_payment(unlinked[0], "totals_mismatch", detail, payment_id, ZERO, share)
    if linked and linked[0].share_then not in (None, share):
        detail = (
            f"{name} was imported with {linked[0].share_then:.2f} for invoice {invoice.number} and pays "
            f"{share:.2f} now; Caspen has {allocated:.2f}, and the payment there cannot be made larger."
        )
        return _on_payment(linked[0], "changed_in_quickbooks", detail, payment_id, allocated, share)
    detail = (
        f"{name} pays invoice {invoice.number}; Caspen has {allocated:.2f} of it there, "
        f"{share - allocated:.2f} less than QuickBooks."
    )
    return _on_invoice(invoice, "overpayment", detail, payment_id, allocated, share)


def _why_not(snapshot: ImportSnapshot, view: AllocationView, payment: BooksPayment) -> str:
    """Why Caspen was not brought in line, as the end of a sentence."""
    if view.allocation.payment_status != "paid":
        status = view.allocation.payment_status.replace("_", " ")
        return f"; not followed, because the payment is {status} in Caspen"
    if snapshot.invoices[view.invoice_id].gone and not payment.gone:
        return "; not followed, because the invoice itself is gone from QuickBooks"
    if view.link is not LinkState.LINKED:
        return "; not followed, because the staff allocated it in Caspen"
    return ""


def _left_over(snapshot: ImportSnapshot, invoice: ClinicInvoice, payment: BooksPayment) -> Iterator[Finding]:
    """Money beyond all that was due: listed once, on the first invoice the payment pays."""
    if payment.gone or payment.unapplied <= 0 or min(payment.shares, default=0) != invoice.id:
        return
    if any(payment.share(one) > snapshot.allocated(payment.quickbooks_id, one) for one in payment.shares):
        return  # listed already, as less in Caspen
    share = payment.share(invoice.id)
    detail = (
        f"QuickBooks payment {_name(payment, invoice.id)} is imported; {payment.unapplied:.2f} of it is "
        "more than was due and pays nothing in QuickBooks."
    )
    yield _on_invoice(invoice, "overpayment", detail, payment.quickbooks_id, share, share + payment.unapplied)
