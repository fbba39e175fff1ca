"""Every resource the sandbox knows, by entity name and by the name in URLs."""

from __future__ import annotations

from .base import Kind, Options, Transaction
from .credit_memo import CreditMemo
from .deposit import Deposit
from .invoice import Invoice
from .lists import Account, Item, PaymentMethod, Term
from .names import Customer, Employee, Vendor
from .payment import Payment
from .receipts import RefundReceipt, SalesReceipt
from .settings import CompanyInfo, Preferences
from .tax import TaxAgency, TaxCode, TaxRate

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
        Invoice(),
        CreditMemo(),
        Payment(),
        RefundReceipt(),
        SalesReceipt(),
        Deposit(),
        CompanyInfo(),
        Preferences(),
    )
}
BY_RESOURCE: dict[str, Kind] = {kind.resource: kind for kind in KINDS.values()}
BY_ANY_CASE: dict[str, Kind] = {name.casefold(): kind for name, kind in KINDS.items()}

__all__ = ["BY_ANY_CASE", "BY_RESOURCE", "KINDS", "Kind", "Options", "Transaction"]
