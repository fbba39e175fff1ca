"""What an answer says about the document it was made from."""

from caspen_qbo.core.documents import DocumentFacts, applied_as_sent, ref_of
from caspen_qbo.core.posting.decide.decisions import (
    NO_CHARGE,
    AlreadyEqual,
    Charge,
    HoldDifferent,
    agreed_with,
    compare_sale,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.mapping import can_be_corrected
from caspen_qbo.core.reconciling.matching import Difference, differ_in_currency
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import Step, Write


class Correct:
    """QuickBooks computed another tax: the document is sent once more with Caspen's stated."""


CORRECT = Correct()


def decide_answer(
    document: Document, write: Write, facts: DocumentFacts, charge: Charge = NO_CHARGE
) -> AlreadyEqual | HoldDifferent | Correct:
    """Hold QuickBooks' answer to the posting of a document against Caspen, to the cent.

    :param charge: What a person added to it and another accepted.
    """
    if document.kind is DocumentKind.PAYMENT:
        return _decide_paid(document, write, facts)
    customer_id = ref_of(write.payload, "CustomerRef")
    if not compare_sale(agreed_with(document, charge), customer_id, facts):
        return AlreadyEqual(facts)
    differences = compare_sale(document, customer_id, facts)
    if charge and differences:  # Caspen's tax stated for the whole would take the tax of the charge off
        lead = f"A charge of {charge.net:.2f} plus tax of {charge.tax:.2f} that was accepted is on it:"
        return HoldDifferent("totals_mismatch", differences, lead)
    if not differences:
        return AlreadyEqual(facts)
    fields = {difference.field for difference in differences}
    if "currency" in fields:
        name = f"{facts.quickbooks_type} {facts.quickbooks_id}"
        return HoldDifferent("currency_mismatch", differences, f"QuickBooks {name} is {facts.money}:")
    if fields <= {"tax", "total", "subtotal"} and write.step is Step.POST:
        if can_be_corrected(dict(write.payload)):
            return CORRECT
    if any(difference.delta is not None for difference in differences):
        return HoldDifferent("totals_mismatch", differences)
    if "number" in fields:
        lead = "QuickBooks chose the number: switch on custom transaction numbers."
        return HoldDifferent("setup_incomplete", differences, lead)
    return HoldDifferent("other", differences)


def _decide_paid(document: Document, write: Write, facts: DocumentFacts) -> AlreadyEqual | HoldDifferent:
    """Part may have found nothing to pay: left there, Caspen counts that money once and QuickBooks twice."""
    applied = applied_as_sent(write.payload, facts)
    sent = ref_of(write.payload, "CurrencyRef")
    if differ_in_currency(sent, facts.currency):
        other = Difference("currency", sent, facts.currency)
        lead = f"QuickBooks Payment {facts.quickbooks_id} is {facts.money}:"
        return HoldDifferent("currency_mismatch", (other,), lead)
    if facts.total == document.total == applied:
        return AlreadyEqual(facts)
    missing = Difference("applied", f"{document.total:.2f}", f"{applied:.2f}", applied - document.total)
    lead = (
        "The invoice has less open in QuickBooks than this payment pays; it is taken back out of QuickBooks."
    )
    return HoldDifferent("overpayment", (missing,), lead)
