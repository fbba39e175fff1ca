"""Invoices, credit memos, sales receipts and refund receipts are one form with different consequences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qbo_emulator.entities.base import Options, Transaction, check_period_open
from qbo_emulator.rules.currency import ensure_receivable, exchange_rate, in_home, transaction_currency
from qbo_emulator.rules.custom_fields import form_fields
from qbo_emulator.rules.lines import SALES_LINE, FormLines
from qbo_emulator.rules.numbering import choose_doc_number, count_doc_number
from qbo_emulator.rules.references import active_customer, named_ref, referred
from qbo_emulator.rules.stock import check_stock_dates, move_stock
from qbo_emulator.rules.tax import missing_code, tax_of
from qbo_emulator.rules.tracking import header_refs
from qbo_emulator.rules.us_tax import us_tax_of
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import (
    CUSTOM_FIELD,
    LINKED_TXN,
    Address,
    Amount,
    Anything,
    Choice,
    Day,
    Email,
    Field,
    Flag,
    Many,
    Moment,
    Number,
    Part,
    Ref,
    Shape,
    Text,
)
from qbo_emulator.values.money import amount_number, dec

TAX_MODES = ("TaxExcluded", "TaxInclusive", "NotApplicable")

TAX_DETAIL = Part(
    Shape(
        {
            "TxnTaxCodeRef": Ref(),
            "TotalTax": Amount(),
            "TaxReviewStatus": Anything(read_only=True),
            "UseAutomatedSalesTax": Flag(read_only=True),
            "TaxLine": Many(
                Part(
                    Shape(
                        {
                            "Id": Text(20, read_only=True),
                            "LineNum": Number(read_only=True),
                            "Description": Text(read_only=True),
                            "Amount": Amount(),
                            "DetailType": Text(50),
                            "TaxLineDetail": Part(
                                Shape(
                                    {
                                        "TaxRateRef": Ref(),
                                        "PercentBased": Flag(),
                                        "TaxPercent": Number(),
                                        "NetAmountTaxable": Amount(),
                                        "TaxInclusiveAmount": Amount(),
                                        "OverrideDeltaAmount": Amount(),
                                        "ServiceDate": Day(),
                                    }
                                )
                            ),
                        }
                    )
                )
            ),
        }
    )
)

FORM_FIELDS: Mapping[str, Field] = {
    "CustomerRef": Ref(),
    "Line": Many(SALES_LINE),
    "DocNumber": Text(21),
    "TxnDate": Day(),
    "PrivateNote": Text(4000),
    "CustomerMemo": Part(Shape({"value": Text(1000), "Id": Text(20), "DefaultValue": Flag()})),
    "GlobalTaxCalculation": Choice(TAX_MODES),
    "TxnTaxDetail": TAX_DETAIL,
    "CurrencyRef": Ref(),
    "ExchangeRate": Number(),
    "BillAddr": Address(),
    "ShipAddr": Address(),
    "ShipFromAddr": Address(),
    "BillEmail": Email(),
    "BillEmailCc": Email(),
    "BillEmailBcc": Email(),
    "ClassRef": Ref(),
    "DepartmentRef": Ref(),
    "CustomField": Many(CUSTOM_FIELD),
    "PrintStatus": Choice(("NotSet", "NeedToPrint", "PrintComplete")),
    "EmailStatus": Choice(("NotSet", "NeedToSend", "EmailSent")),
    "ApplyTaxAfterDiscount": Flag(),
    "ShipDate": Day(),
    "ShipMethodRef": Ref(),
    "TrackingNum": Text(31),
    "TxnSource": Text(50),
    "FreeFormAddress": Flag(),
    "TransactionLocationType": Text(50),
    "ProjectRef": Ref(),
    "TaxExemptionRef": Ref(),
    "RecurDataRef": Ref(read_only=True),
    "LinkedTxn": Many(LINKED_TXN, read_only=True),
    "TotalAmt": Anything(read_only=True),
    "HomeTotalAmt": Anything(read_only=True),
    "HomeBalance": Anything(read_only=True),
    "Balance": Anything(read_only=True),
    "DeliveryInfo": Part(
        Shape({"DeliveryType": Text(50), "DeliveryTime": Moment(), "DeliveryErrorType": Text(50)})
    ),
}


class SalesForm(Transaction):
    """What the four forms share: customer, lines, tax, totals, number, dates, addresses."""

    fields = FORM_FIELDS
    filters = {
        "DocNumber": "text",
        "TxnDate": "day",
        "CustomerRef": "id",
        "TotalAmt": "number",
        "ProjectRef": "id",
    }
    indexed = ("DocNumber", "CustomerRef", "TxnDate")
    stock_sign = -1
    """Direction in which goods move: -1 sold, 1 returned."""

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if not fields.get("Line"):
            raise faults.required("Line")
        customer = active_customer(company, fields)
        txn_date = fields.get("TxnDate") or company.clock.data_centre_today().isoformat()
        check_period_open(company, txn_date, options)
        currency = transaction_currency(company, fields, customer)
        rate = exchange_rate(company, fields, currency, txn_date)
        taxed = company.switches.using_sales_tax
        mode = fields.get("GlobalTaxCalculation")
        if mode is None and company.country == "CA" and taxed:
            raise missing_code(company)
        mode = (mode or "TaxExcluded") if taxed else "NotApplicable"
        lines = FormLines(company, mode, fields.get("Line", []))
        check_stock_dates(company, lines.stored, txn_date)
        supplied = sent.get("TxnTaxDetail") or {}
        tax = self._tax(company, lines, mode, txn_date, supplied, fields)
        stored_lines = lines.finish()
        total = lines.subtotal - lines.discount + dec(tax.get("TotalTax"))
        if total < 0:
            raise faults.business("Transaction amount must be 0 or greater.")
        if fields.get("EmailStatus") == "NeedToSend" and "BillEmail" not in fields:
            raise faults.validation(
                6420, "Email address is required", "Email address is required", "BillEmail"
            )
        document = {
            **fields,
            "CustomerRef": named_ref(customer),
            "TxnDate": txn_date,
            "Line": stored_lines,
            "DocNumber": choose_doc_number(company, self.name, fields, old, options.allow_duplicate_number),
            "CurrencyRef": currency,
            "TotalAmt": amount_number(total),
            "TxnTaxDetail": tax or None,
            "PrintStatus": fields.get("PrintStatus", "NotSet"),
            "EmailStatus": fields.get("EmailStatus", "NotSet"),
            "CustomField": form_fields(company, fields.get("CustomField", [])),
            **header_refs(company, fields),
            "ApplyTaxAfterDiscount": fields.get("ApplyTaxAfterDiscount", False),
            "LinkedTxn": old.get("LinkedTxn", []) if old else [],
            "ExchangeRate": rate,
            "HomeTotalAmt": None if rate is None else in_home(amount_number(total), rate),
            "GlobalTaxCalculation": None if company.tax_codes_are_us() or not taxed else mode,
        }
        self._addresses(company, document, customer, old)
        self._term_and_department(company, document)
        self.settle(company, document, old)
        return document

    def settle(self, company: Company, document: Document, old: Document | None) -> None:
        """Fill in balances and what else differs by form; may refuse."""

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        ensure_receivable(company, document["CurrencyRef"])
        stored = super().commit(company, document, old)
        if old is None:
            count_doc_number(company, self.name, document)
        move_stock(company, old, document, self.stock_sign)
        return stored

    def uncommit(self, company: Company, old: Document) -> None:
        move_stock(company, old, None, self.stock_sign)

    def voided(self, old: Document) -> Document:
        note = old.get("PrivateNote", "")
        tax = old.get("TxnTaxDetail")
        return {
            **old,
            "TotalAmt": 0,
            "PrivateNote": note if note.startswith("Voided") else f"Voided - {note}".rstrip(" -"),
            "Line": [_empty_line(line) for line in old["Line"]],
            "TxnTaxDetail": tax
            and {**tax, "TotalTax": 0, "TaxLine": [_empty_tax(t) for t in tax.get("TaxLine", [])]},
            **{name: 0 for name in ("Balance", "HomeBalance", "HomeTotalAmt") if name in old},
        }

    def _tax(
        self,
        company: Company,
        lines: FormLines,
        mode: str,
        txn_date: str,
        supplied: dict[str, Any],
        fields: dict[str, Any],
    ) -> dict[str, Any]:
        if not company.switches.using_sales_tax:
            return {}
        if mode == "NotApplicable" and not company.tax_codes_are_us():
            if supplied.get("TaxLine") or dec(supplied.get("TotalTax")):
                raise faults.validation(
                    6170,
                    "Invalid TxnTaxDetail Error",
                    "Invalid TxnTaxDetail Error : TxnTaxDetail is not allowed when GlobalTaxCalculation "
                    "is NotApplicable",
                    "TxnTaxDetail",
                )
            return {"TotalTax": 0}
        if company.tax_codes_are_us():
            after_tax = not fields.get("ApplyTaxAfterDiscount", False)
            return us_tax_of(company, lines.discounted(after_tax), txn_date, supplied)
        return tax_of(company, lines.discounted(), txn_date, supplied)

    def _addresses(
        self, company: Company, document: Document, customer: Document, old: Document | None
    ) -> None:
        for name in ("BillAddr", "ShipAddr"):
            address = document.get(name)
            if old is None and address is None:
                document[name] = customer.get(name)
            elif old is not None and address is not None and company.switches.address_reflow:
                document[name] = reflowed(address)

    def _term_and_department(self, company: Company, document: Document) -> None:
        term_ref = document.get("SalesTermRef")
        if term_ref is not None:
            document["SalesTermRef"] = named_ref(referred(company, "Term", term_ref, "SalesTermRef"))
        method_ref = document.get("PaymentMethodRef")
        if method_ref is not None:
            document["PaymentMethodRef"] = named_ref(
                referred(company, "PaymentMethod", method_ref, "PaymentMethodRef")
            )


def reflowed(address: dict[str, str]) -> dict[str, str]:
    """An address as it comes back after an update: bare lines, City and PostalCode folded into them."""
    lines = [address[f"Line{n}"] for n in range(1, 6) if address.get(f"Line{n}")]
    place = " ".join(address[k] for k in ("City", "CountrySubDivisionCode", "PostalCode") if address.get(k))
    lines += [text for text in (place, address.get("Country")) if text]
    if len(lines) > 5:
        lines[4:] = [", ".join(lines[4:])]
    return {f"Line{n}": text for n, text in enumerate(lines, start=1)}


def _empty_line(line: dict[str, Any]) -> dict[str, Any]:
    empty = {**line, "Amount": 0} if "Amount" in line else dict(line)
    if "GroupLineDetail" in line:
        group = line["GroupLineDetail"]
        parts = [_empty_line(part) for part in group["Line"]]
        empty["GroupLineDetail"] = {**group, "Quantity": 0, "Line": parts}
    if "SalesItemLineDetail" in line:
        detail = {**line["SalesItemLineDetail"], "Qty": 0}
        if "TaxInclusiveAmt" in detail:
            detail["TaxInclusiveAmt"] = 0
        empty["SalesItemLineDetail"] = detail
    return empty


def _empty_tax(line: dict[str, Any]) -> dict[str, Any]:
    detail = {key: value for key, value in line["TaxLineDetail"].items() if key != "OverrideDeltaAmount"}
    return {**line, "Amount": 0, "TaxLineDetail": {**detail, "NetAmountTaxable": 0}}
