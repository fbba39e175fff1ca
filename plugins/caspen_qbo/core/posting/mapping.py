"""Caspen record to QuickBooks document, here alone. Only billing text leaves Caspen: name, item code, service
date, discount. Amounts are Decimals; the hook writes them as JSON numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from caspen_qbo.core.posting import totals
from caspen_qbo.core.posting.display_names import display_name, name_part, usable_email
from caspen_qbo.core.posting.identity import marker_of
from caspen_qbo.core.records import (
    PRODUCT_KINDS,
    Allocation,
    Client,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    TaxMode,
)
from caspen_qbo.core.reference import Choices, Reference, TaxCode

Payload = dict[str, Any]

DESCRIPTION_MAX = 4000
PAYMENT_REFERENCE_MAX = 21

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TAX_CALCULATION = {
    TaxMode.EXCLUSIVE: "TaxExcluded",
    TaxMode.INCLUSIVE: "TaxInclusive",
    TaxMode.NONE: "NotApplicable",
}


@dataclass(frozen=True, slots=True)
class MappingContext:
    choices: Choices
    reference: Reference
    tax_code_by_rate: Mapping[int, str]
    """Caspen tax rate id -> QuickBooks tax code id."""

    def tax_code(self, tax_rate_id: int | None) -> TaxCode | None:
        """As QuickBooks has it now; a document is taxed by ``tax_code(...).on(its date)``."""
        code_id = self.tax_code_by_rate.get(tax_rate_id) if tax_rate_id is not None else None
        return self.reference.tax_codes.get(code_id) if code_id is not None else None

    def item_id(self, kind: str) -> str:
        return self.choices.product_item_id if kind in PRODUCT_KINDS else self.choices.service_item_id


def map_customer(client: Client, *, with_email: bool = True) -> Payload:
    """Only names and e-mail leave Caspen; ``with_email=False`` drops an address that QuickBooks refused."""
    payload: Payload = {"DisplayName": display_name(client)}
    if given := name_part(client.first_name):
        payload["GivenName"] = given
    if family := name_part(client.last_name):
        payload["FamilyName"] = family
    if with_email and (email := usable_email(client.email)):
        payload["PrimaryEmailAddr"] = {"Address": email}
    return payload


def map_invoice(
    invoice: Invoice, *, customer_id: str, context: MappingContext, corrected: bool = False
) -> Payload:
    """``corrected``: the last form, Caspen's net and tax stated. See docs/decisions/0003-tax-override.md."""
    payload = _map_sale(invoice, invoice.lines, invoice.issue_date, customer_id, context, corrected)
    payload["DueDate"] = invoice.due_date.isoformat()
    payload["PrivateNote"] = (
        f"Caspen invoice {invoice.number} {marker_of(invoice.workspace_id, 'invoice', invoice.id)}"
    )
    return payload


def map_credit_memo(
    credit_note: CreditNote,
    *,
    currency: str,
    customer_id: str,
    context: MappingContext,
    corrected: bool = False,
) -> Payload:
    """A credit memo for the credited lines, in the same tax mode and codes; amounts are positive."""
    payload = _map_sale(
        credit_note, credit_note.lines, credit_note.issue_date, customer_id, context, corrected, currency
    )
    marker = marker_of(credit_note.workspace_id, "credit_note", credit_note.id)
    payload["PrivateNote"] = f"Caspen credit note {credit_note.number} {marker}"
    return payload


def map_application(
    credit_note: CreditNote,
    *,
    customer_id: str,
    invoice_id: str,
    credit_memo_id: str,
    amount: Decimal,
    context: MappingContext,
) -> Payload:
    """The zero payment that applies a credit memo; ``amount``, positive, is what still has to be applied."""
    marker = marker_of(credit_note.workspace_id, "application", credit_note.id)
    payload: Payload = {
        "CustomerRef": {"value": customer_id},
        "TxnDate": credit_note.issue_date.isoformat(),
        "TotalAmt": Decimal(0),
        "PrivateNote": f"Applies Caspen credit note {credit_note.number} {marker}",
        "Line": [
            {"Amount": amount, "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]},
            {"Amount": amount, "LinkedTxn": [{"TxnId": credit_memo_id, "TxnType": "CreditMemo"}]},
        ],
    }
    company = context.reference.company
    if company.multi_currency:  # only documents in the home currency pass the pre-send checks
        payload["CurrencyRef"] = {"value": company.home_currency}
    return payload


def map_payment(
    allocation: Allocation, *, customer_id: str, invoice_id: str, currency: str, context: MappingContext
) -> Payload:
    """One allocation as a payment, dated as the payment, into the practice's payment account."""
    marker = marker_of(allocation.workspace_id, "payment", allocation.id)
    payload: Payload = {
        "CustomerRef": {"value": customer_id},
        "TxnDate": allocation.payment_date.isoformat(),
        "TotalAmt": allocation.amount,
        "DepositToAccountRef": {"value": context.choices.payment_account_id},
        "PaymentRefNum": allocation.payment_number[:PAYMENT_REFERENCE_MAX],
        "PrivateNote": f"Caspen payment {allocation.payment_number}, {allocation.payment_method} {marker}",
        "Line": [{"Amount": allocation.amount, "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]}],
    }
    if method := context.reference.payment_method_named(allocation.payment_method):
        payload["PaymentMethodRef"] = {"value": method.id}
    if context.reference.company.multi_currency:
        payload["CurrencyRef"] = {"value": currency}
    return payload


def can_be_corrected(payload: Payload) -> bool:
    """Whether a document whose figures came out otherwise has a second form left: see ``corrected`` above."""
    if payload.get("GlobalTaxCalculation") == TAX_CALCULATION[TaxMode.NONE]:
        return False
    grossed = any("TaxInclusiveAmt" in line.get("SalesItemLineDetail", {}) for line in payload["Line"])
    return grossed or "TxnTaxDetail" not in payload


def states_tax(document: Invoice | CreditNote, context: MappingContext) -> bool:
    """Whether its first form states the tax: QuickBooks then says nothing of the tax it would compute."""
    mode = _mode_sent(document, context)
    lines: Sequence[InvoiceLine | CreditNoteLine] = document.lines
    amounts = [
        totals.line_amounts(line, mode, _code_on(line, mode, document.issue_date, context)) for line in lines
    ]
    return totals.needs_override(amounts, mode, document.tax_total)


def _map_sale(
    document: Invoice | CreditNote,
    lines: Sequence[InvoiceLine | CreditNoteLine],
    txn_date: date,
    customer_id: str,
    context: MappingContext,
    corrected: bool,
    currency: str | None = None,
) -> Payload:
    mode = _mode_sent(document, context)
    amounts = [totals.line_amounts(line, mode, _code_on(line, mode, txn_date, context)) for line in lines]
    payload: Payload = {
        "CustomerRef": {"value": customer_id},
        "DocNumber": document.number,
        "TxnDate": txn_date.isoformat(),
        "GlobalTaxCalculation": TAX_CALCULATION[mode],
        "Line": [
            _map_line(line, line_amounts, context, with_gross=mode is TaxMode.INCLUSIVE and not corrected)
            for line, line_amounts in zip(lines, amounts, strict=True)
        ],
    }
    if context.reference.company.multi_currency:
        payload["CurrencyRef"] = {"value": currency or getattr(document, "currency", None)}
    if mode is not TaxMode.NONE and (corrected or totals.needs_override(amounts, mode, document.tax_total)):
        payload["TxnTaxDetail"] = _map_tax(totals.tax_lines(amounts))
    return payload


def _mode_sent(document: Invoice | CreditNote, context: MappingContext) -> TaxMode:
    """A company that has sales tax switched off has no tax code to name; only what carries no tax goes."""
    off = context.reference.company.tax_on is False and not document.carries_tax
    return TaxMode.NONE if off else document.tax_mode


def _code_on(
    line: InvoiceLine | CreditNoteLine, mode: TaxMode, day: date, context: MappingContext
) -> TaxCode | None:
    code = None if mode is TaxMode.NONE else context.tax_code(line.tax_rate_id)
    return code.on(day) if code is not None else None


def _map_line(
    line: InvoiceLine | CreditNoteLine,
    amounts: totals.LineAmounts,
    context: MappingContext,
    *,
    with_gross: bool,
) -> Payload:
    detail: Payload = {
        "ItemRef": {"value": context.item_id(line.kind)},
        "Qty": _exponent_free(amounts.quantity),
        "UnitPrice": _exponent_free(amounts.unit_price),
    }
    if amounts.tax_code is not None:
        detail["TaxCodeRef"] = {"value": amounts.tax_code.id}
    if with_gross:
        detail["TaxInclusiveAmt"] = amounts.gross
    if line.service_date is not None:
        detail["ServiceDate"] = line.service_date.isoformat()
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": amounts.net,
        "Description": describe_line(line),
        "SalesItemLineDetail": detail,
    }


def describe_line(line: InvoiceLine | CreditNoteLine) -> str:
    """``Physio 45 min (PHY45), 3 Nov 2026. Discount 10 %: 15.00 off 150.00``; cut at 4,000 characters."""
    text = line.name.strip() or line.kind.capitalize()
    if item_code := (line.item_code or "").strip():
        text += f" ({item_code})"
    if line.service_date is not None:
        text += f", {line.service_date.day} {_MONTHS[line.service_date.month - 1]} {line.service_date.year}"
    discount = _describe_discount(line) if isinstance(line, InvoiceLine) else ""
    room = DESCRIPTION_MAX - len(discount)
    return (text if len(text) <= room else text[: room - 1] + "…") + discount


def _describe_discount(line: InvoiceLine) -> str:
    if line.discount_amount == 0:
        return ""
    before = line.amount + line.discount_amount
    if line.discount_type == "percentage":
        return f". Discount {_plain(line.discount_value)} %: {line.discount_amount:.2f} off {before:.2f}"
    return f". Discount: {line.discount_amount:.2f} off {before:.2f}"


def _exponent_free(number: Decimal) -> Decimal:
    """Without trailing zeros, and never written as ``1E+2``."""
    return Decimal(_plain(number))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _map_tax(lines: Sequence[totals.TaxLine]) -> Payload:
    return {
        "TotalTax": sum((line.amount for line in lines), Decimal(0)),
        "TaxLine": [
            {
                "Amount": line.amount,
                "DetailType": "TaxLineDetail",
                "TaxLineDetail": {
                    "TaxRateRef": {"value": line.rate_id},
                    "PercentBased": True,
                    "TaxPercent": line.percent,
                    "NetAmountTaxable": line.net_taxable,
                },
            }
            for line in lines
        ],
    }
