"""SalesReceipt and RefundReceipt: sales forms settled on the spot."""

from __future__ import annotations

from qbo_emulator.entities.base import Options
from qbo_emulator.entities.forms.sales_form import FORM_FIELDS, SalesForm
from qbo_emulator.rules.currency import check_account_currency
from qbo_emulator.rules.references import account_of_type, named_ref
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Anything, Field, Flag, Ref, Text

RECEIPT_FIELDS: dict[str, Field] = {
    **FORM_FIELDS,
    "PaymentMethodRef": Ref(),
    "PaymentRefNum": Text(21),
    "DepositToAccountRef": Ref(),
    "CheckPayment": Anything(),
    "CreditCardPayment": Anything(),
    "PaymentType": Text(50),
    "ProcessPayment": Flag(),
}


class _Receipt(SalesForm):
    fields = RECEIPT_FIELDS

    def settle(self, company: Company, document: Document, old: Document | None) -> None:
        ref = document.get("DepositToAccountRef") or self._default_account(company)
        account = account_of_type(company, ref, "DepositToAccountRef", ("Bank", "Other Current Asset"))
        check_account_currency(company, account, document["CurrencyRef"])
        document["DepositToAccountRef"] = named_ref(account)
        document["Balance"] = 0
        if old:
            document["LinkedTxn"] = old.get("LinkedTxn", [])

    def check_changeable(self, company: Company, old: Document, options: Options) -> None:
        super().check_changeable(company, old, options)
        if any(link["TxnType"] == "Deposit" for link in old.get("LinkedTxn", [])):
            raise faults.deposited()

    def _default_account(self, company: Company) -> dict[str, str]:
        raise faults.required("DepositToAccountRef")


class SalesReceipt(_Receipt):
    """A sale paid at once; the money waits in Undeposited Funds unless the sale names another account."""

    name = "SalesReceipt"
    void_style = "include"

    def _default_account(self, company: Company) -> dict[str, str]:
        return {"value": company.table("Account").equal_to("AccountSubType", "UndepositedFunds")[0]["Id"]}


class RefundReceipt(_Receipt):
    """Money given back, from an account that must be named. It cannot be linked to an invoice."""

    name = "RefundReceipt"
    stock_sign = 1
