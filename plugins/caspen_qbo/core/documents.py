"""
What QuickBooks says, reduced to the facts this project uses, as frozen values.

QuickBooks leaves out what has no value, gives refs sometimes without names, and adds a subtotal line of its
own; this module is the only one that knows those habits on the reading side. Amounts are Decimals in the home
currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

Body = Mapping[str, Any]
"""A QuickBooks entity as parsed JSON, every number with a fraction a Decimal."""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One sales line of an invoice or credit memo."""

    amount: Decimal
    """Net of tax in every tax mode."""
    description: str
    item_id: str
    tax_code_id: str
    quantity: Decimal | None
    unit_price: Decimal | None
    service_date: date | None
    gross_amount: Decimal | None
    """With tax inside; only on tax-inclusive documents."""


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """What QuickBooks computed at one rate over a whole document."""

    percent: Decimal | None
    """None where QuickBooks gives none."""
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """A link from one transaction to another."""

    txn_type: str
    """Invoice, CreditMemo, Payment, Deposit, ..."""
    txn_id: str
    amount: Decimal | None
    """How much of a payment's line goes to the linked transaction; None on links of an invoice."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """An invoice, credit memo or payment as QuickBooks holds it."""

    quickbooks_type: str
    """Invoice, CreditMemo or Payment."""
    quickbooks_id: str
    sync_token: str
    doc_number: str
    """Of a payment: its reference number."""
    customer_id: str
    txn_date: date | None
    due_date: date | None
    subtotal: Decimal
    """``total - tax``."""
    tax: Decimal
    total: Decimal
    balance: Decimal
    """Invoice: still due. Credit memo: still to be used. Payment: not applied to anything."""
    private_note: str
    lines: tuple[LineFacts, ...]
    links: tuple[LinkFacts, ...]
    created_at: datetime | None
    updated_at: datetime | None
    account_id: str = ""
    """Of a payment: where the money was deposited."""
    taxes: tuple[TaxFacts, ...] = ()
    """By rate; their sum is ``tax``. Empty when read by a version that did not keep them."""
    deleted: bool = False
    """A stub from the change feed: nothing but the id is known."""

    @property
    def voided(self) -> bool:
        """QuickBooks has no status for it: a void leaves zero amounts and a note that says so."""
        return (
            self.total == 0
            and all(line.amount == 0 for line in self.lines)
            and "voided" in self.private_note.casefold()
        )

    @property
    def gone(self) -> bool:
        return self.deleted or self.voided


def amount_of(value: Any) -> Decimal:
    """A QuickBooks amount as a Decimal: absent and empty are zero, floats are read by their shortest text."""
    if value is None or value == "":
        return Decimal(0)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _optional_amount(value: Any) -> Decimal | None:
    return None if value is None or value == "" else amount_of(value)


def _date_of(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def instant_of(value: Any) -> datetime | None:
    """A QuickBooks time with its offset, or None. ``Z`` and fractions are accepted."""
    if not value:
        return None
    return datetime.fromisoformat(str(value))


def ref_of(body: Body | None, name: str) -> str:
    """The id inside a reference property, or an empty text."""
    ref = (body or {}).get(name)
    return str(ref.get("value", "")) if isinstance(ref, Mapping) else ""


def read_facts(quickbooks_type: str, body: Body) -> DocumentFacts:
    """
    Reduce a QuickBooks entity to its facts.

    :param quickbooks_type: Invoice, CreditMemo or Payment.
    :param body: The entity itself, not its envelope.
    :raises ValueError: no ``Id``: this is not a stored transaction.
    """
    if not body.get("Id"):
        raise ValueError(f"a QuickBooks {quickbooks_type} without Id cannot be read: keys {sorted(body)}")
    meta = body.get("MetaData") or {}
    is_payment = quickbooks_type == "Payment"
    total = amount_of(body.get("TotalAmt"))
    tax = amount_of((body.get("TxnTaxDetail") or {}).get("TotalTax"))
    if is_payment:
        balance = amount_of(body.get("UnappliedAmt"))
    elif quickbooks_type == "CreditMemo":
        remaining = body.get("RemainingCredit")
        balance = amount_of(remaining if remaining is not None else body.get("Balance"))
    else:
        balance = amount_of(body.get("Balance"))
    return DocumentFacts(
        quickbooks_type=quickbooks_type,
        quickbooks_id=str(body["Id"]),
        sync_token=str(body.get("SyncToken", "")),
        doc_number=str(body.get("PaymentRefNum" if is_payment else "DocNumber") or ""),
        customer_id=ref_of(body, "CustomerRef"),
        txn_date=_date_of(body.get("TxnDate")),
        due_date=_date_of(body.get("DueDate")),
        subtotal=total - tax,
        tax=tax,
        total=total,
        balance=balance,
        private_note=str(body.get("PrivateNote") or ""),
        lines=tuple(_sales_lines(body)),
        links=tuple(_links(body, is_payment)),
        created_at=instant_of(meta.get("CreateTime")),
        updated_at=instant_of(meta.get("LastUpdatedTime")),
        account_id=ref_of(body, "DepositToAccountRef"),
        taxes=tuple(_taxes(body)),
        deleted=body.get("status") == "Deleted",
    )


def _taxes(body: Body) -> list[TaxFacts]:
    taxes = []
    for line in (body.get("TxnTaxDetail") or {}).get("TaxLine") or ():
        detail = line.get("TaxLineDetail") or {}
        taxes.append(TaxFacts(_optional_amount(detail.get("TaxPercent")), amount_of(line.get("Amount"))))
    return taxes


def _sales_lines(body: Body) -> list[LineFacts]:
    lines = []
    for line in body.get("Line") or ():
        detail = line.get("SalesItemLineDetail")
        if not isinstance(detail, Mapping):
            continue
        lines.append(
            LineFacts(
                amount=amount_of(line.get("Amount")),
                description=str(line.get("Description") or ""),
                item_id=ref_of(detail, "ItemRef"),
                tax_code_id=ref_of(detail, "TaxCodeRef"),
                quantity=_optional_amount(detail.get("Qty")),
                unit_price=_optional_amount(detail.get("UnitPrice")),
                service_date=_date_of(detail.get("ServiceDate")),
                gross_amount=_optional_amount(detail.get("TaxInclusiveAmt")),
            )
        )
    return lines


def _links(body: Body, is_payment: bool) -> list[LinkFacts]:
    if is_payment:
        return [
            LinkFacts(str(link.get("TxnType", "")), str(link.get("TxnId", "")), amount_of(line.get("Amount")))
            for line in body.get("Line") or ()
            for link in line.get("LinkedTxn") or ()
        ]
    return [
        LinkFacts(str(link.get("TxnType", "")), str(link.get("TxnId", "")), None)
        for link in body.get("LinkedTxn") or ()
    ]


def applied_as_sent(sent: Body, there: DocumentFacts) -> Decimal:
    """
    How much of a payment pays what its request named.

    What its invoice has no room for is left unapplied, or put on the customer's other invoices where
    QuickBooks applies payments automatically.
    """
    wanted = {(link.txn_type, link.txn_id) for link in _links(sent, is_payment=True)}
    paid = [link.amount for link in there.links if (link.txn_type, link.txn_id) in wanted]
    return sum((amount for amount in paid if amount is not None), Decimal(0))
