"""What is wrong in Caspen's own rows: lines that do not add up, money allocated twice. It is held before it
is sent, since QuickBooks could only show it wrong as well; each holds its own document alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO, percent_inside, percent_of, to_cents
from caspen_qbo.core.records import (
    Allocation,
    CreditNote,
    CreditNoteLine,
    DocumentKind,
    Invoice,
    InvoiceLine,
    TaxMode,
)

INCONSISTENT = "inconsistent_in_caspen"
"""The key of what is listed."""
CENT = Decimal("0.01")
"""A line's tax may differ so much from its percentage: systems round in more than one way."""


class OwnCheck(StrEnum):
    """Stored, so existing values never change."""

    LINES = "lines"
    AMOUNTS = "amounts"
    TAX = "tax"
    OWN_LINES = "own_lines"
    INVOICE = "invoice"
    PAYMENT = "payment"


WORDS: Mapping[OwnCheck, str] = {
    OwnCheck.LINES: "The lines of each document add up to its subtotal, tax and total",
    OwnCheck.AMOUNTS: "Each invoice line is quantity times price, less its discount",
    OwnCheck.TAX: "The tax of each line is its percentage of the amount, to the cent",
    OwnCheck.OWN_LINES: "Each credit note lowers lines of its own invoice",
    OwnCheck.INVOICE: "No invoice is credited, or paid, with more than its total",
    OwnCheck.PAYMENT: "No payment is allocated with more than its amount",
}
"""Each check in one sentence."""

OF_ONE_RECORD = frozenset({OwnCheck.LINES, OwnCheck.AMOUNTS, OwnCheck.TAX})
"""Seen on the document alone, and so again in the moment before it is sent; the others when it is staged."""


@dataclass(frozen=True, slots=True)
class OwnProblem:
    check: OwnCheck
    detail: str
    """What was seen and what was expected."""


def check_sale_rows(document: Invoice | CreditNote) -> list[OwnProblem]:
    """What can be seen on an invoice or a credit note alone."""
    found = (_check_sums(document), _check_amounts(document), _check_tax(document))
    return [problem for problem in found if problem is not None]


def check_family(
    invoice: Invoice,
    notes: Collection[CreditNote],
    allocations: Collection[Allocation],
    used: Mapping[int, Decimal],
) -> dict[DocumentKey, tuple[OwnProblem, ...]]:
    """One invoice and all that hangs on it; documents with nothing wrong are left out.

    :param notes: Those issued.
    :param allocations: The live ones.
    :param used: By allocation id: how much of its payment is allocated up to and with it.
    """
    found: dict[DocumentKey, list[OwnProblem]] = defaultdict(list)
    found[DocumentKey(DocumentKind.INVOICE, invoice.id)] += check_sale_rows(invoice)
    lines, credited = {line.id for line in invoice.lines}, ZERO
    for note in sorted(notes, key=lambda note: (note.created_at, note.id)):
        credited += note.total
        problems = found[DocumentKey(DocumentKind.CREDIT_NOTE, note.id)]
        problems += check_sale_rows(note)
        if not lines.issuperset(line.invoice_line_id for line in note.lines):
            detail = f"It credits a line that is not on its invoice {invoice.number}."
            problems.append(OwnProblem(OwnCheck.OWN_LINES, detail))
        if credited > invoice.total:
            problems.append(_beyond_invoice("credit notes", credited, invoice))
    paid = ZERO
    for one in sorted(allocations, key=lambda one: (one.allocated_at, one.id)):
        paid += one.amount
        problems = found[DocumentKey(DocumentKind.PAYMENT, one.id)]
        if paid > invoice.total:
            problems.append(_beyond_invoice("payments", paid, invoice))
        if (of_payment := used.get(one.id, ZERO)) > one.payment_amount:
            detail = (
                f"Payment {one.payment_number} is {one.payment_amount:.2f}, but {of_payment:.2f} of it is "
                f"allocated up to and with these {one.amount:.2f} on invoice {invoice.number}."
            )
            problems.append(OwnProblem(OwnCheck.PAYMENT, detail))
    return {key: tuple(problems) for key, problems in found.items() if problems}


def _beyond_invoice(what: str, sum_: Decimal, invoice: Invoice) -> OwnProblem:
    detail = f"Up to and with this one the {what} on invoice {invoice.number} are {sum_:.2f}; its total is "
    return OwnProblem(OwnCheck.INVOICE, f"{detail}{invoice.total:.2f}.")


def _check_sums(document: Invoice | CreditNote) -> OwnProblem | None:
    lines: tuple[InvoiceLine | CreditNoteLine, ...] = document.lines
    if not lines:
        return None
    tax = ZERO if document.tax_mode is TaxMode.NONE else sum((line.tax_amount for line in lines), ZERO)
    subtotal = sum((line.amount for line in lines), ZERO)
    if document.tax_mode is TaxMode.INCLUSIVE:
        subtotal -= tax
    seen = (subtotal, tax, subtotal + tax)
    expected = (document.subtotal, document.tax_total, document.total)
    if seen == expected:
        return None
    detail = (
        f"In Caspen the lines add up to subtotal {seen[0]}, tax {seen[1]}, total {seen[2]}, "
        f"but the document says {expected[0]}, {expected[1]}, {expected[2]}."
    )
    return OwnProblem(OwnCheck.LINES, detail)


def _check_amounts(document: Invoice | CreditNote) -> OwnProblem | None:
    if not isinstance(document, Invoice):
        return None  # a credit note's line takes what it takes off the invoice's
    wrong = [
        f"line {line.position}: {line.amount:.2f}, expected {expected:.2f}"
        for line in document.lines
        if line.amount != (expected := to_cents(line.quantity * line.unit_price) - line.discount_amount)
    ]
    return _named(OwnCheck.AMOUNTS, "Quantity times price less discount is not the amount", wrong)


def _check_tax(document: Invoice | CreditNote) -> OwnProblem | None:
    if document.tax_mode is TaxMode.NONE:
        return None
    share = percent_inside if document.tax_mode is TaxMode.INCLUSIVE else percent_of
    lines: tuple[InvoiceLine | CreditNoteLine, ...] = document.lines
    wrong = [
        f"line {number}: {line.tax_amount:.2f}, expected {expected:.2f}"
        for number, line in enumerate(lines, 1)
        if abs(line.tax_amount - (expected := share(line.amount, line.tax_percent))) > CENT
    ]
    return _named(OwnCheck.TAX, "The tax of a line is not its percentage", wrong)


def _named(check: OwnCheck, what: str, wrong: Iterable[str]) -> OwnProblem | None:
    found = list(wrong)
    if not found:
        return None
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return OwnProblem(check, f"{what} ({'; '.join(found[:3])}{more}).")
