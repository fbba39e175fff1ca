"""
What a person must look at about payments made in QuickBooks, told from a scene: which document, why, which
amounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.importing.allocations import NOTHING
from caspen_qbo.core.importing.plan import (
    BooksPayment,
    ClinicInvoice,
    Hold,
    HoldKind,
    Paid,
    Scene,
    Standing,
    find_hold,
    may_follow,
)
from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True)
class Finding:
    """One row of the list. ``delta`` is QuickBooks minus Caspen."""

    kind: DocumentKind
    document_id: int
    number: str
    invoice_id: int
    error_key: str
    detail: str
    payment_id: str
    """The QuickBooks payment it is about: what one fix repairs."""
    field: str
    caspen_value: str
    quickbooks_value: str
    delta: Decimal | None = None
    blocks: bool = False


def find_problems(scene: Scene) -> tuple[Finding, ...]:
    """
    All of a scene, one per document and error key; not what a person accepted. Empty: both sides tell the
    same story.
    """
    accepted = {
        (paid.payment_id, paid.invoice_id) for paid in scene.paid if paid.accepted and paid.payment_id
    }
    found: dict[tuple[DocumentKind, int, str], Finding] = {}
    for invoice in scene.invoices.values():
        for finding in _problems_on(scene, invoice):
            if (finding.payment_id, finding.invoice_id) in accepted:
                continue
            found.setdefault((finding.kind, finding.document_id, finding.error_key), finding)
    return tuple(found.values())


def _problems_on(scene: Scene, invoice: ClinicInvoice) -> Iterator[Finding]:
    payments = scene.payments_on(invoice.id)
    strangers = [payment for payment in payments if not scene.imported(payment.quickbooks_id)]
    if strangers and len(payments) > 1:
        yield _split(scene, invoice, payments)
    elif strangers:
        yield from _held(scene, invoice, strangers[0])
    for payment in scene.payments.values():
        if scene.imported(payment.quickbooks_id):
            yield from _compare(scene, invoice, payment)
            yield from _left_over(scene, invoice, payment)


def describe(payment: BooksPayment, invoice_id: int) -> str:
    when = payment.paid_on.isoformat() if payment.paid_on else "no date"
    return f"{payment.quickbooks_id} ({when}, {payment.share(invoice_id):.2f})"


def _on_invoice(
    invoice: ClinicInvoice, key: str, detail: str, payment_id: str, in_caspen: Decimal, in_quickbooks: Decimal
) -> Finding:
    return Finding(
        DocumentKind.INVOICE, invoice.id, invoice.number, invoice.id, key, detail, payment_id,
        "paid", f"{in_caspen:.2f}", f"{in_quickbooks:.2f}", in_quickbooks - in_caspen,
    )  # fmt: skip


def _on_payment(
    paid: Paid, key: str, detail: str, payment_id: str, field: str, caspen: str, quickbooks: str,
    delta: Decimal | None = None, *, blocks: bool = False,
) -> Finding:  # fmt: skip
    return Finding(
        DocumentKind.PAYMENT, paid.allocation.id, paid.allocation.payment_number, paid.invoice_id, key,
        detail,
        payment_id, field, caspen, quickbooks, delta, blocks,
    )  # fmt: skip


def _split(scene: Scene, invoice: ClinicInvoice, payments: list[BooksPayment]) -> Finding:
    imported = [payment for payment in payments if scene.imported(payment.quickbooks_id)]
    others = [payment for payment in payments if payment not in imported]
    detail = (
        f"QuickBooks payments {', '.join(describe(payment, invoice.id) for payment in payments)} "
        f"pay invoice {invoice.number}. "
    )
    if imported:
        detail += f"Imported: {', '.join(payment.quickbooks_id for payment in imported)}; "
        detail += f"not imported: {', '.join(payment.quickbooks_id for payment in others)}."
    else:
        detail += "None was imported."
    in_caspen = sum((scene.allocated(payment.quickbooks_id, invoice.id) for payment in payments), NOTHING)
    in_quickbooks = sum((payment.share(invoice.id) for payment in payments), NOTHING)
    return _on_invoice(invoice, "split_payment", detail, others[0].quickbooks_id, in_caspen, in_quickbooks)


def _held(scene: Scene, invoice: ClinicInvoice, payment: BooksPayment) -> Iterator[Finding]:
    """The only payment on this invoice, and it is not in Caspen."""
    share, name = payment.share(invoice.id), f"QuickBooks payment {describe(payment, invoice.id)}"
    hold = find_hold(scene, payment)
    if hold is None:
        why = (
            f"has {invoice.due:.2f} due"
            if invoice.status in ("open", "paid")
            else f"is {invoice.status} in Caspen"
        )
        detail = f"{name} pays invoice {invoice.number}, which {why}."
        yield _on_invoice(invoice, "overpayment", detail, payment.quickbooks_id, NOTHING, share)
    elif hold.kind is HoldKind.UNCLEAR:
        detail = f"{name} pays invoice {invoice.number} but {payment.unclear}. Record it in Caspen."
        yield _on_invoice(invoice, "split_payment", detail, payment.quickbooks_id, NOTHING, share)
    elif hold.kind is HoldKind.TWIN and hold.twin is not None and hold.invoice_id == invoice.id:
        yield from _twins(invoice, payment, hold.twin)
    else:
        yield _held_elsewhere(scene, invoice, payment, hold)


def _twins(invoice: ClinicInvoice, payment: BooksPayment, twin: Paid) -> Iterator[Finding]:
    share, ours = payment.share(invoice.id), twin.allocation
    detail = (
        f"QuickBooks payment {describe(payment, invoice.id)} and Caspen payment {ours.payment_number} "
        f"({ours.payment_date.isoformat()}, {ours.amount:.2f}) on invoice {invoice.number} look like one "
        "receipt recorded on both sides: neither is carried over. Remove one of them; if they are two "
        "receipts, Retry posts Caspen's and the other then follows."
    )
    values = ("paid", f"{ours.amount:.2f}", f"{share:.2f}")
    # On the invoice for whoever looks there, and on the payment, so that it is not posted meanwhile.
    yield Finding(
        DocumentKind.INVOICE, invoice.id, invoice.number, invoice.id, "overpayment", detail,
        payment.quickbooks_id,
        *values, delta=share,
    )  # fmt: skip
    yield _on_payment(twin, "overpayment", detail, payment.quickbooks_id, *values, delta=share, blocks=True)


def _held_elsewhere(scene: Scene, invoice: ClinicInvoice, payment: BooksPayment, hold: Hold) -> Finding:
    there = scene.invoices[hold.invoice_id].number
    why, key = (
        ("on which other payments were made in QuickBooks", "split_payment")
        if hold.kind is HoldKind.SPLIT
        else ("where the staff recorded the same receipt", "overpayment")
    )
    detail = (
        f"QuickBooks payment {describe(payment, invoice.id)} pays invoice {invoice.number} and also "
        f"invoice {there}, {why}. A payment is imported whole or not at all."
    )
    return _on_invoice(invoice, key, detail, payment.quickbooks_id, NOTHING, payment.share(invoice.id))


def _compare(scene: Scene, invoice: ClinicInvoice, payment: BooksPayment) -> Iterator[Finding]:
    """An imported payment against what Caspen has of it on one invoice."""
    payment_id, share = payment.quickbooks_id, payment.share(invoice.id)
    live = scene.paid_by(payment_id, invoice.id, live=True)
    allocated = scene.allocated(payment_id, invoice.id)
    linked = [paid for paid in live if paid.standing is Standing.LINKED]
    if live and payment.gone:
        detail = (
            f"QuickBooks payment {payment_id} was voided or deleted there; Caspen still has "
            f"{allocated:.2f} of it on invoice {invoice.number} as payment "
            f"{live[0].allocation.payment_number}{_why_not(scene, live[0], payment)}."
        )
        yield _on_payment(
            live[0], "missing_in_quickbooks", detail, payment_id, "amount", f"{allocated:.2f}", "", -allocated
        )
        return
    if share > allocated:
        yield from _less_in_caspen(scene, invoice, payment, linked)
    elif allocated > share:
        detail = (
            f"Caspen payment {live[0].allocation.payment_number} pays {allocated:.2f} of invoice "
            f"{invoice.number}; QuickBooks payment {payment_id} pays {share:.2f} of it"
            f"{_why_not(scene, live[0], payment)}."
        )
        key = "changed_in_quickbooks" if linked else "totals_mismatch"
        yield _on_payment(
            live[0], key, detail, payment_id, "amount", f"{allocated:.2f}", f"{share:.2f}", share - allocated
        )
    for paid in linked:
        if paid.date_then is not None and payment.paid_on is not None and paid.date_then != payment.paid_on:
            ours = paid.allocation.payment_date.isoformat()
            detail = (
                f"QuickBooks payment {payment_id} was imported with the date {ours} and is dated "
                f"{payment.paid_on.isoformat()} now. A payment's date cannot be changed in Caspen."
            )
            yield _on_payment(
                paid, "changed_in_quickbooks", detail, payment_id, "date", ours, payment.paid_on.isoformat()
            )


def _less_in_caspen(
    scene: Scene, invoice: ClinicInvoice, payment: BooksPayment, linked: list[Paid]
) -> Iterator[Finding]:
    payment_id, share = payment.quickbooks_id, payment.share(invoice.id)
    allocated = scene.allocated(payment_id, invoice.id)
    taken_off = [
        paid
        for paid in scene.paid_by(payment_id, invoice.id, live=False)
        if paid.standing is Standing.LINKED and not allocated
    ]
    name = f"QuickBooks payment {describe(payment, invoice.id)}"
    if taken_off:
        detail = (
            f"{name} was imported as {taken_off[0].allocation.payment_number} and taken off invoice "
            f"{invoice.number} in Caspen. It stands in QuickBooks: allocate it again in Caspen, or change or "
            "delete it in QuickBooks."
        )
        yield _on_payment(
            taken_off[0], "totals_mismatch", detail, payment_id, "amount", "0.00", f"{share:.2f}", share
        )
    elif linked and linked[0].share_then not in (None, share):
        detail = (
            f"{name} was imported with {linked[0].share_then:.2f} for invoice {invoice.number} and pays "
            f"{share:.2f} now; Caspen has {allocated:.2f}, and the payment there cannot be made larger."
        )
        yield _on_payment(
            linked[0], "changed_in_quickbooks", detail, payment_id, "amount", f"{allocated:.2f}",
            f"{share:.2f}",
            share - allocated,
        )  # fmt: skip
    else:
        detail = (
            f"{name} pays invoice {invoice.number}; Caspen has {allocated:.2f} of it there, "
            f"{share - allocated:.2f} less than QuickBooks."
        )
        yield _on_invoice(invoice, "overpayment", detail, payment_id, allocated, share)


def _why_not(scene: Scene, paid: Paid, payment: BooksPayment) -> str:
    """Why Caspen was not brought in line, as the end of a sentence."""
    if paid.allocation.payment_status != "paid":
        status = paid.allocation.payment_status.replace("_", " ")
        return f"; not followed, because the payment is {status} in Caspen"
    if scene.invoices[paid.invoice_id].gone and not payment.gone:
        return "; not followed, because the invoice itself is gone from QuickBooks"
    if paid.standing is Standing.LINKED and may_follow(scene, paid, payment):
        return ""
    return (
        "; not followed, because the staff allocated it in Caspen"
        if paid.standing is not Standing.LINKED
        else ""
    )


def _left_over(scene: Scene, invoice: ClinicInvoice, payment: BooksPayment) -> Iterator[Finding]:
    """Money beyond all that was due: told once, on the first invoice the payment pays."""
    if payment.gone or payment.unapplied <= 0 or min(payment.shares, default=0) != invoice.id:
        return
    if any(payment.share(one) > scene.allocated(payment.quickbooks_id, one) for one in payment.shares):
        return  # told already, as less in Caspen
    share = payment.share(invoice.id)
    detail = (
        f"QuickBooks payment {describe(payment, invoice.id)} is imported; {payment.unapplied:.2f} of it is "
        "more than was due and pays nothing in QuickBooks."
    )
    yield _on_invoice(invoice, "overpayment", detail, payment.quickbooks_id, share, share + payment.unapplied)
