"""What one fix repairs for every document that waits on it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CauseKind(StrEnum):
    """Stored and filtered on, so existing values never change."""

    TAX_RATE = "tax_rate"
    SALES_TAX = "sales_tax"
    SETTING = "setting"
    ITEM = "item"
    REFERENCE = "reference"
    OWN_NUMBER = "own_number"
    CUSTOMER = "customer"
    CLIENT = "client"
    """A Caspen client whose id was an earlier client's, before Caspen was set back."""
    CUSTOMER_CURRENCY = "customer_currency"
    """A QuickBooks customer that is kept in another currency than the client's invoices."""
    DOCUMENT_CURRENCY = "document_currency"
    """A QuickBooks transaction in another currency, ``Invoice 131``."""
    PAYMENT = "payment"
    PAID = "paid"
    COPY = "copy"
    """A QuickBooks document that carries the mark of another one, ``Invoice 131``."""
    BOOKS = "books"
    CONNECTION = "connection"
    SUBSCRIPTION = "subscription"


class Setting(StrEnum):
    """The practice's three choices, by the name people see."""

    PAYMENT_ACCOUNT = "payment account"
    SERVICE_ITEM = "default Service item"
    PRODUCT_ITEM = "default Product item"


@dataclass(frozen=True, slots=True)
class CauseRef:
    """A shared cause; its text form, ``tax_rate:12``, is made and read here only."""

    kind: CauseKind
    of: str = ""
    """Which one: a Caspen tax rate, client or payment id, a :class:`Setting`, an inventory item's id, a
    QuickBooks list entry as ``Class 12``, or the other document of a number as ``invoice.501``; empty where
    there is one.
    """

    def __str__(self) -> str:
        return f"{self.kind}:{self.of}" if self.of else str(self.kind)

    @classmethod
    def parse(cls, text: str) -> CauseRef | None:
        """The cause of a stored row; None for the empty text of a row with a cause of its own."""
        kind, _, of = text.partition(":")
        return cls(CauseKind(kind), of) if text else None


BOOKS = CauseRef(CauseKind.BOOKS)
CONNECTION = CauseRef(CauseKind.CONNECTION)
SUBSCRIPTION = CauseRef(CauseKind.SUBSCRIPTION)
SALES_TAX = CauseRef(CauseKind.SALES_TAX)
"""GST, or the country's sales tax, is switched off in the QuickBooks company."""
