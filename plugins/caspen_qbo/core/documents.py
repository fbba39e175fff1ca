"""What QuickBooks says, reduced to facts, as frozen values. Amounts are Decimals in the document's own
currency. Only this module knows that QuickBooks leaves out what has no value and adds a subtotal line.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Body = Mapping[str, Any]
"""A QuickBooks entity as parsed JSON, every number with a fraction a Decimal."""


@dataclass(frozen=True, slots=True)
class LineFacts:
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
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LinkFacts:
    txn_type: str
    """Invoice, CreditMemo, Payment, Deposit, ..."""
    txn_id: str
    amount: Decimal | None
    """How much of a payment's line goes to the linked transaction; None on links of an invoice."""


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """An invoice, credit memo or payment as QuickBooks holds it."""

    quickbooks_type: str
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
    currency: str = ""
    """ISO code. Empty: QuickBooks named none, which is its home currency; or read by a version that did not
    keep it.
    """
    exchange_rate: Decimal | None = None
    """Home currency for one of ``currency``; None where QuickBooks gave none."""
    home_total: Decimal | None = None
    """In the home currency, by QuickBooks itself, as is ``home_balance``; None where it gave none."""
    home_balance: Decimal | None = None

    @property
    def voided(self) -> bool:
        """QuickBooks has no status for it: a void leaves zero amounts and a note that says so."""
        empty = self.total == 0 and all(line.amount == 0 for line in self.lines)
        return empty and "voided" in self.private_note.casefold()

    @property
    def gone(self) -> bool:
        return self.deleted or self.voided

    @property
    def money(self) -> str:
        """The total with its currency, as far as QuickBooks named one: ``110.00 USD``."""
        return amount_text(self.total, self.currency)

    def is_foreign(self, home: str) -> bool:
        """Whether it is known to be in another currency than ``home``, an ISO code; empty: not known."""
        return bool(home and self.currency and self.currency != home)


def amount_text(amount: Decimal, currency: str) -> str:
    """``110.00 USD``; without a currency where it is not known."""
    return f"{amount:.2f} {currency}".rstrip()


def amount_of(value: Any) -> Decimal:
    """A QuickBooks amount: absent and empty are zero, floats are read by their shortest text."""
    if value is None or value == "":
        return Decimal(0)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _optional_amount(value: Any) -> Decimal | None:
    return None if value is None or value == "" else amount_of(value)


def date_of(value: Any) -> date | None:
    return date.fromisoformat(str(value)[:10]) if value else None


def instant_of(value: Any) -> datetime | None:
    """A QuickBooks time with its offset; ``Z`` and fractions are accepted."""
    return datetime.fromisoformat(str(value)) if value else None


def ref_of(body: Body | None, name: str) -> str:
    """The id inside a reference property, or an empty text."""
    ref = (body or {}).get(name)
    return str(ref.get("value", "")) if isinstance(ref, Mapping) else ""


@dataclass(frozen=True, slots=True)
class Reference:
    name: str
    """The property: CustomerRef, ItemRef, ..."""
    id: str


def references_of(body: Any) -> frozenset[Reference]:
    """All a document refers to, its lines' items, codes and classes too."""
    if isinstance(body, Mapping):
        own = {Reference(name, ref_of(body, name)) for name in body if name.endswith("Ref")}
        found = frozenset(one for one in own if one.id)
        return found.union(*(references_of(value) for value in body.values()))
    return frozenset().union(*map(references_of, body)) if isinstance(body, list | tuple) else frozenset()


def deposits_of(payment: Body) -> tuple[str, ...]:
    """Ids of the bank deposits a payment lies in: QuickBooks then takes no change to it (6540). No other
    document of ours lies in one.
    """
    links = payment.get("LinkedTxn") or ()
    return tuple(str(link.get("TxnId", "")) for link in links if link.get("TxnType") == "Deposit")


def read_facts(quickbooks_type: str, body: Body) -> DocumentFacts:
    """:raises ValueError: no ``Id``: not a stored transaction. ``body`` is the entity, not its envelope."""
    if not body.get("Id"):
        raise ValueError(f"a QuickBooks {quickbooks_type} without Id cannot be read: keys {sorted(body)}")
    meta = body.get("MetaData") or {}
    is_payment = quickbooks_type == "Payment"
    total = amount_of(body.get("TotalAmt"))
    taxes = body.get("TxnTaxDetail") or {}
    tax = amount_of(taxes.get("TotalTax"))
    balance = {"Payment": "UnappliedAmt", "CreditMemo": "RemainingCredit"}.get(quickbooks_type, "Balance")
    if balance == "RemainingCredit" and body.get(balance) is None:
        balance = "Balance"
    return DocumentFacts(
        quickbooks_type=quickbooks_type,
        quickbooks_id=str(body["Id"]),
        sync_token=str(body.get("SyncToken", "")),
        doc_number=str(body.get("PaymentRefNum" if is_payment else "DocNumber") or ""),
        customer_id=ref_of(body, "CustomerRef"),
        txn_date=date_of(body.get("TxnDate")),
        due_date=date_of(body.get("DueDate")),
        subtotal=total - tax,
        tax=tax,
        total=total,
        balance=amount_of(body.get(balance)),
        private_note=str(body.get("PrivateNote") or ""),
        lines=tuple(_sales_lines(body)),
        links=tuple(_links(body, is_payment)),
        created_at=instant_of(meta.get("CreateTime")),
        updated_at=instant_of(meta.get("LastUpdatedTime")),
        account_id=ref_of(body, "DepositToAccountRef"),
        taxes=tuple(
            TaxFacts(
                _optional_amount((line.get("TaxLineDetail") or {}).get("TaxPercent")),
                amount_of(line.get("Amount")),
            )
            for line in taxes.get("TaxLine") or ()
        ),
        deleted=body.get("status") == "Deleted",
        currency=ref_of(body, "CurrencyRef"),
        exchange_rate=_optional_amount(body.get("ExchangeRate")),
        home_total=_optional_amount(body.get("HomeTotalAmt")),
        home_balance=_optional_amount(body.get("HomeBalance")),
    )


def in_home_currency(facts: DocumentFacts, home: str) -> DocumentFacts:
    """A document in another currency with its amounts in the home one: QuickBooks' own home amounts where it
    gave them, else at the document's rate. Without a rate nothing is known, and the amounts are nothing.
    """
    if not facts.is_foreign(home):
        return facts
    rate = facts.exchange_rate or Decimal(0)

    def home_amount(amount: Decimal) -> Decimal:
        return (amount * rate).quantize(Decimal("0.01"), ROUND_HALF_UP)

    total = home_amount(facts.total) if facts.home_total is None else facts.home_total
    tax = home_amount(facts.tax)
    return replace(
        facts,
        subtotal=total - tax,
        tax=tax,
        total=total,
        balance=home_amount(facts.balance) if facts.home_balance is None else facts.home_balance,
        lines=tuple(replace(line, amount=home_amount(line.amount)) for line in facts.lines),
        taxes=tuple(replace(one, amount=home_amount(one.amount)) for one in facts.taxes),
        currency=home,
    )


def _sales_lines(body: Body) -> Iterator[LineFacts]:
    for line in body.get("Line") or ():
        if (facts := read_sales_line(line)) is not None:
            yield facts


def read_sales_line(line: Body) -> LineFacts | None:
    """None: a line of words, a subtotal, a discount or a bundle."""
    detail = line.get("SalesItemLineDetail")
    if not isinstance(detail, Mapping):
        return None
    return LineFacts(
        amount=amount_of(line.get("Amount")),
        description=str(line.get("Description") or ""),
        item_id=ref_of(detail, "ItemRef"),
        tax_code_id=ref_of(detail, "TaxCodeRef"),
        quantity=_optional_amount(detail.get("Qty")),
        unit_price=_optional_amount(detail.get("UnitPrice")),
        service_date=date_of(detail.get("ServiceDate")),
        gross_amount=_optional_amount(detail.get("TaxInclusiveAmt")),
    )


def _links(body: Body, is_payment: bool) -> Iterator[LinkFacts]:
    for holder in body.get("Line") or () if is_payment else (body,):
        amount = amount_of(holder.get("Amount")) if is_payment else None
        for link in holder.get("LinkedTxn") or ():
            yield LinkFacts(str(link.get("TxnType", "")), str(link.get("TxnId", "")), amount)


def read_links(payment: Body) -> tuple[LinkFacts, ...]:
    """What a payment, sent or there, pays and with which credits."""
    return tuple(_links(payment, is_payment=True))


def applied_as_sent(sent: Body, there: DocumentFacts) -> Decimal:
    """How much of a payment pays what its request named; the rest is unapplied, or auto-applied elsewhere."""
    wanted = {(link.txn_type, link.txn_id) for link in _links(sent, is_payment=True)}
    paid = (link.amount for link in there.links if (link.txn_type, link.txn_id) in wanted)
    return sum((amount for amount in paid if amount is not None), Decimal(0))
