"""Invoice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from qbo_emulator.entities.forms.sales_form import FORM_FIELDS, SalesForm
from qbo_emulator.rules.application import applied_to, auto_apply, open_fields, release
from qbo_emulator.rules.references import account_of_type
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Amount, Anything, Choice, Day, Flag, Ref, Text
from qbo_emulator.values.money import dec


class Invoice(SalesForm):
    """What a customer owes. Payments applied to it live on the payments; its Balance follows."""

    name = "Invoice"
    void_style = "operation"
    fields = {
        **FORM_FIELDS,
        "DueDate": Day(),
        "SalesTermRef": Ref(),
        "Deposit": Amount(),
        "DepositToAccountRef": Ref(),
        "AllowIPNPayment": Flag(),
        "AllowOnlinePayment": Flag(),
        "AllowOnlineCreditCardPayment": Flag(),
        "AllowOnlineACHPayment": Flag(),
        "InvoiceLink": Text(read_only=True),
        "EInvoiceStatus": Text(read_only=True),
        "invoiceStatus": Choice((), read_only=True),
        "invoiceStatusLog": Anything(read_only=True),
        "PaymentMethodRef": Ref(),
    }
    filters = {**SalesForm.filters, "DueDate": "day", "SalesTermRef": "id", "Balance": "number"}

    def settle(self, company: Company, document: Document, old: Document | None) -> None:
        if "DueDate" not in document:
            document["DueDate"] = _due_date(company, document)
        deposit = dec(document.get("Deposit"))
        if not 0 <= deposit <= dec(document["TotalAmt"]):
            raise faults.business("The deposit must be between 0 and the transaction's total.", "Deposit")
        if deposit and "DepositToAccountRef" in document:
            account_of_type(
                company,
                document["DepositToAccountRef"],
                "DepositToAccountRef",
                ("Bank", "Other Current Asset"),
            )
        applied = min(applied_to(company, self.name, old), dec(document["TotalAmt"]) - deposit)
        rest = dec(document["TotalAmt"]) - applied - deposit
        document |= open_fields(self.name, rest, document.get("ExchangeRate"))
        for flag in (
            "AllowIPNPayment",
            "AllowOnlinePayment",
            "AllowOnlineCreditCardPayment",
            "AllowOnlineACHPayment",
        ):
            document.setdefault(flag, False)

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        if old is not None:
            # A total below what was paid: the payments keep the money, and the excess becomes unapplied.
            fits = dec(document["TotalAmt"]) - dec(document.get("Deposit"))
            if applied_to(company, self.name, old) > fits:
                release(company, self.name, old, keep=fits)
                current: dict[str, Any] = company.get(self.name, old["Id"]) or old
                document = {
                    **document,
                    "LinkedTxn": current["LinkedTxn"],
                    "SyncToken": str(int(current["SyncToken"]) + 1),
                }
        super().commit(company, document, old)
        if company.switches.auto_apply_credit and dec(document["Balance"]) > 0:
            auto_apply(company, document["CustomerRef"])
        return company.get(self.name, document["Id"]) or document

    def uncommit(self, company: Company, old: Document) -> None:
        super().uncommit(company, old)
        release(company, self.name, old)


def _due_date(company: Company, document: Document) -> str:
    term = company.get("Term", document["SalesTermRef"]["value"]) if "SalesTermRef" in document else None
    days = int(term.get("DueDays", 0)) if term else 0
    return (date.fromisoformat(document["TxnDate"]) + timedelta(days=days)).isoformat()
