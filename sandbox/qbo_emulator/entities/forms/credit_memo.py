"""CreditMemo."""

from __future__ import annotations

from qbo_emulator.entities.forms.sales_form import FORM_FIELDS, SalesForm
from qbo_emulator.rules.application import applied_to, auto_apply, open_fields, release
from qbo_emulator.store import Company, Document
from qbo_emulator.values.fields import Anything, Ref
from qbo_emulator.values.money import dec


class CreditMemo(SalesForm):
    """A credit to a customer, used up by payments of zero. It has no void, and no link to its invoice."""

    name = "CreditMemo"
    stock_sign = 1
    fields = {
        **FORM_FIELDS,
        "SalesTermRef": Ref(),
        "PaymentMethodRef": Ref(),
        "DepositToAccountRef": Ref(),
        "RemainingCredit": Anything(read_only=True),
        # Only companies in India have it; elsewhere it is taken and ignored.
        "InvoiceRef": Ref(read_only=True),
    }
    filters = {**SalesForm.filters, "Balance": "number", "RemainingCredit": "number"}

    def settle(self, company: Company, document: Document, old: Document | None) -> None:
        total = dec(document["TotalAmt"])
        rest = total - min(applied_to(company, self.name, old), total)
        document |= open_fields(self.name, rest, document.get("ExchangeRate"))

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        if old is not None and applied_to(company, self.name, old) > dec(document["TotalAmt"]):
            release(company, self.name, old, keep=dec(document["TotalAmt"]))
            current = company.get(self.name, old["Id"]) or old
            document = {
                **document,
                "LinkedTxn": current["LinkedTxn"],
                "SyncToken": str(int(current["SyncToken"]) + 1),
            }
        super().commit(company, document, old)
        if company.switches.auto_apply_credit:
            auto_apply(company, document["CustomerRef"])
        return company.get(self.name, document["Id"]) or document

    def uncommit(self, company: Company, old: Document) -> None:
        super().uncommit(company, old)
        release(company, self.name, old)

    def voided(self, old: Document) -> Document:
        return {**super().voided(old), "RemainingCredit": 0}
