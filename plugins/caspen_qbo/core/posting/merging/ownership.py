"""Whose each field of a document in QuickBooks is: the one table that merging reads and the manual shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Owner(StrEnum):
    OURS = "Caspen"
    """Written with every update; an edit in QuickBooks is a difference, and nothing is written over it."""
    FIRST = "Caspen, once"
    """Written when the document is created; a person's from then on."""
    SHARED = "both"
    """Our words are Caspen's, all else in it is a person's."""
    THEIRS = "a person"
    """Never written."""
    QUICKBOOKS = "QuickBooks"
    """Computed or counted there; never written."""


class Place(StrEnum):
    FORM = "form"
    LINE = "line"
    DETAIL = "line detail"
    """Inside ``SalesItemLineDetail``."""


@dataclass(frozen=True, slots=True)
class OwnedField:
    entities: tuple[str, ...]
    place: Place
    name: str
    owner: Owner
    words: str
    """As a bookkeeper calls it."""
    difference: str = ""
    """Of a field of ours: what reconciliation calls an edit. Empty: see :data:`WHY_UNNAMED`."""


INVOICE, CREDIT_MEMO, PAYMENT, CUSTOMER = "Invoice", "CreditMemo", "Payment", "Customer"
SALES = (INVOICE, CREDIT_MEMO)
DOCUMENTS = (INVOICE, CREDIT_MEMO, PAYMENT)


def _rows(
    entities: tuple[str, ...], place: Place, owner: Owner, names: Iterable[tuple[str, ...]]
) -> Iterator[OwnedField]:
    for name, words, *difference in names:
        yield OwnedField(entities, place, name, owner, words, *difference)


OWNERSHIP: tuple[OwnedField, ...] = (
    *_rows(
        DOCUMENTS,
        Place.FORM,
        Owner.OURS,
        [
            ("CustomerRef", "customer", "customer"),
            ("TxnDate", "date", "date"),
            ("CurrencyRef", "currency"),
        ],
    ),
    *_rows(
        SALES,
        Place.FORM,
        Owner.OURS,
        [
            ("DocNumber", "number", "number"),
            ("GlobalTaxCalculation", "amounts are with or without tax"),
            ("TxnTaxDetail", "tax", "tax"),
            ("Line", "lines", "lines"),
        ],
    ),
    *_rows((INVOICE,), Place.FORM, Owner.OURS, [("DueDate", "due date", "due_date")]),
    *_rows(
        (PAYMENT,),
        Place.FORM,
        Owner.OURS,
        [
            ("TotalAmt", "amount received", "total"),
            ("Line", "what it pays", "applied to"),
            ("PaymentRefNum", "reference number", "number"),
            ("DepositToAccountRef", "account the money went to", "account"),
        ],
    ),
    *_rows(DOCUMENTS, Place.FORM, Owner.SHARED, [("PrivateNote", "memo")]),
    *_rows((PAYMENT,), Place.FORM, Owner.FIRST, [("PaymentMethodRef", "payment method")]),
    *_rows(
        SALES,
        Place.LINE,
        Owner.OURS,
        [
            ("Amount", "amount", "line N amount"),
            ("Description", "description", "line N description"),
            ("DetailType", "kind of line", "lines"),
        ],
    ),
    *_rows(
        SALES,
        Place.DETAIL,
        Owner.OURS,
        [
            ("ItemRef", "product or service", "line N item"),
            ("Qty", "quantity", "line N quantity"),
            ("UnitPrice", "rate", "line N unit price"),
            ("TaxCodeRef", "tax code", "line N tax code"),
            ("ServiceDate", "service date", "line N service date"),
            ("TaxInclusiveAmt", "amount with tax", "line N amount"),
            ("DiscountRate", "discount of the line, percent", "line N amount"),
            ("DiscountAmt", "discount of the line", "line N amount"),
        ],
    ),
    *_rows(
        SALES,
        Place.FORM,
        Owner.THEIRS,
        [
            ("ClassRef", "class"),
            ("DepartmentRef", "location"),
            ("CustomField", "custom fields (sales representative, referrer, ...)"),
            ("CustomerMemo", "message on the form"),
            ("BillAddr", "billing address"),
            ("ShipAddr", "shipping address"),
            ("ShipFromAddr", "shipped from"),
            ("FreeFormAddress", "address as free text"),
            ("BillEmail", "e-mail address"),
            ("BillEmailCc", "e-mail, Cc"),
            ("BillEmailBcc", "e-mail, Bcc"),
            ("EmailStatus", "to be e-mailed"),
            ("PrintStatus", "to be printed"),
            ("DeliveryInfo", "when it was delivered"),
            ("SalesTermRef", "terms"),
            ("ShipDate", "shipping date"),
            ("ShipMethodRef", "shipped by"),
            ("TrackingNum", "tracking number"),
            ("PaymentMethodRef", "payment method"),
            ("DepositToAccountRef", "account of the deposit"),
            ("ApplyTaxAfterDiscount", "discount before or after tax"),
            ("ExchangeRate", "exchange rate"),
            ("TxnSource", "where it was entered"),
            ("TransactionLocationType", "place of the sale"),
            ("ProjectRef", "project"),
            ("TaxExemptionRef", "reason for no tax"),
        ],
    ),
    *_rows(
        (INVOICE,),
        Place.FORM,
        Owner.THEIRS,
        [
            ("Deposit", "deposit taken with the invoice"),
            ("AllowIPNPayment", "online payment by Intuit's network"),
            ("AllowOnlinePayment", "online payment"),
            ("AllowOnlineCreditCardPayment", "online payment by card"),
            ("AllowOnlineACHPayment", "online payment by bank transfer"),
        ],
    ),
    *_rows(
        (PAYMENT,),
        Place.FORM,
        Owner.THEIRS,
        [
            ("ARAccountRef", "receivables account"),
            ("ExchangeRate", "exchange rate"),
            ("TxnSource", "where it was entered"),
            ("TxnStatus", "status of a card payment"),
            ("ProcessPayment", "card to be charged"),
            ("CreditCardPayment", "card payment"),
            ("TransactionLocationType", "place of the sale"),
            ("ProjectRef", "project"),
            ("TaxExemptionRef", "reason for no tax"),
        ],
    ),
    *_rows(
        SALES,
        Place.LINE,
        Owner.THEIRS,
        [
            ("LinkedTxn", "estimate or time it came from"),
            ("CustomField", "custom field"),
            ("CustomExtensions", "custom extension"),
        ],
    ),
    *_rows(
        SALES,
        Place.DETAIL,
        Owner.THEIRS,
        [
            ("ClassRef", "class"),
            ("MarkupInfo", "markup"),
            ("PriceLevelRef", "price level"),
            ("RatePercent", "rate in percent"),
            ("DeferredRevenue", "deferred revenue"),
        ],
    ),
    *_rows(
        DOCUMENTS,
        Place.FORM,
        Owner.QUICKBOOKS,
        [("LinkedTxn", "what pays it or is paid"), ("Id", "id"), ("SyncToken", "count of its changes")],
    ),
    *_rows(
        SALES,
        Place.FORM,
        Owner.QUICKBOOKS,
        [
            ("TotalAmt", "total"),
            ("HomeTotalAmt", "total in home currency"),
            ("HomeBalance", "balance in home currency"),
            ("Balance", "balance"),
            ("RecurDataRef", "recurring template"),
        ],
    ),
    *_rows(
        (INVOICE,),
        Place.FORM,
        Owner.QUICKBOOKS,
        [
            ("InvoiceLink", "link for the customer"),
            ("EInvoiceStatus", "status of the e-invoice"),
            ("invoiceStatus", "status"),
            ("invoiceStatusLog", "history of the status"),
        ],
    ),
    *_rows(
        (CREDIT_MEMO,),
        Place.FORM,
        Owner.QUICKBOOKS,
        [("RemainingCredit", "credit left"), ("InvoiceRef", "invoice credited (India)")],
    ),
    *_rows(
        (PAYMENT,),
        Place.FORM,
        Owner.QUICKBOOKS,
        [("UnappliedAmt", "not applied"), ("CustomField", "custom fields")],
    ),
    *_rows(
        SALES,
        Place.LINE,
        Owner.QUICKBOOKS,
        [("Id", "id"), ("LineNum", "place"), ("LineEx", "internal")],
    ),
    *_rows(
        SALES,
        Place.DETAIL,
        Owner.QUICKBOOKS,
        [("ItemAccountRef", "income account"), ("TaxClassificationRef", "tax classification of the item")],
    ),
    *_rows(
        (CUSTOMER,),
        Place.FORM,
        Owner.FIRST,
        [
            ("DisplayName", "display name"),
            ("GivenName", "first name"),
            ("FamilyName", "last name"),
            ("PrimaryEmailAddr", "e-mail address"),
            ("CurrencyRef", "currency"),
        ],
    ),
)
"""Every field of a document that QuickBooks knows, once for each type it is of."""

WHY_UNNAMED = {
    "CurrencyRef": "QuickBooks does not let it be changed",
    "GlobalTaxCalculation": "shows in the figures: tax, subtotal and total are compared",
}
"""Fields of ours without a difference of their own."""


def names_of(entity: str, place: Place, *owners: Owner) -> frozenset[str]:
    return frozenset(
        field.name
        for field in OWNERSHIP
        if entity in field.entities and field.place is place and field.owner in owners
    )


def words_of(entity: str, place: Place) -> dict[str, str]:
    """By name, what a bookkeeper calls the fields that are a person's."""
    return {
        field.name: field.words
        for field in OWNERSHIP
        if entity in field.entities and field.place is place and field.owner is Owner.THEIRS
    }
