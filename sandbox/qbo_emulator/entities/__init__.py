"""Every resource the sandbox knows, by entity name and by the name in URLs."""

from __future__ import annotations

from qbo_emulator.entities.attachable import Attachable
from qbo_emulator.entities.base import Kind, Options, Transaction
from qbo_emulator.entities.currency import CompanyCurrency
from qbo_emulator.entities.deposit import Deposit
from qbo_emulator.entities.forms.credit_memo import CreditMemo
from qbo_emulator.entities.forms.invoice import Invoice
from qbo_emulator.entities.forms.receipts import RefundReceipt, SalesReceipt
from qbo_emulator.entities.lists import Account, Item, PaymentMethod, Term
from qbo_emulator.entities.names import Customer, Employee, Vendor
from qbo_emulator.entities.payment import Payment
from qbo_emulator.entities.settings import CompanyInfo, Preferences
from qbo_emulator.entities.tax import TaxAgency, TaxCode, TaxRate
from qbo_emulator.entities.tracking import Class, Department

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Customer(),
        Vendor(),
        Employee(),
        Item(),
        Account(),
        TaxCode(),
        TaxRate(),
        TaxAgency(),
        PaymentMethod(),
        Term(),
        CompanyCurrency(),
        Class(),
        Department(),
        Invoice(),
        CreditMemo(),
        Payment(),
        RefundReceipt(),
        SalesReceipt(),
        Deposit(),
        Attachable(),
        CompanyInfo(),
        Preferences(),
    )
}
BY_RESOURCE: dict[str, Kind] = {kind.resource: kind for kind in KINDS.values()}
BY_ANY_CASE: dict[str, Kind] = {name.casefold(): kind for name, kind in KINDS.items()}

__all__ = ["BY_ANY_CASE", "BY_RESOURCE", "KINDS", "Kind", "Options", "Transaction"]
