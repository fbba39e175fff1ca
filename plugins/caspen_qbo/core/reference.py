"""QuickBooks' lists that documents refer to: tax codes, items, accounts, preferences. Frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from caspen_qbo.core.documents import Body, amount_of, date_of, ref_of

SERVICE_ITEM_TYPES = ("Service",)
PRODUCT_ITEM_TYPES = ("NonInventory", "Inventory")
PAYMENT_ACCOUNT_TYPES = ("Bank", "Other Current Asset")


@dataclass(frozen=True, slots=True)
class RatePart:
    """One QuickBooks tax rate inside a tax code; Canadian codes may have two."""

    rate_id: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class TaxCode:
    id: str
    name: str
    active: bool
    parts: tuple[RatePart, ...]
    """Sales rates only; empty when the code is for purchases alone."""

    @property
    def percent(self) -> Decimal:
        return sum((part.percent for part in self.parts), Decimal(0))

    @property
    def usable_for_sales(self) -> bool:
        return self.active and bool(self.parts)


@dataclass(frozen=True, slots=True)
class ListEntry:
    """An item, account or payment method."""

    id: str
    name: str
    type: str
    active: bool


@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """Company and preferences, as far as they decide something."""

    name: str
    country: str
    home_currency: str
    multi_currency: bool
    custom_numbers: bool | None
    """Custom transaction numbers are on; None when QuickBooks did not say."""
    auto_apply_credit: bool | None
    tax_on: bool | None
    closing_date: date | None
    """Only where QuickBooks tells it."""
    subscription: str
    """As QuickBooks calls it; empty when it did not say."""


@dataclass(frozen=True, slots=True)
class Choices:
    payment_account_id: str
    service_item_id: str
    product_item_id: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Everything documents of one workspace refer to, read at one moment."""

    company: CompanyFacts
    tax_codes: Mapping[str, TaxCode]
    items: Mapping[str, ListEntry]
    accounts: Mapping[str, ListEntry]
    payment_methods: Mapping[str, ListEntry]

    def payment_method_named(self, name: str) -> ListEntry | None:
        """The active payment method of this name, case ignored."""
        wanted = name.strip().casefold()
        active = (method for method in self.payment_methods.values() if method.active)
        return next((method for method in active if method.name.strip().casefold() == wanted), None)


def read_entry(body: Body, *, type_property: str = "") -> ListEntry:
    """A list entity; QuickBooks omits ``Active`` only where it is true."""
    return ListEntry(
        id=str(body["Id"]),
        name=str(body.get("Name") or ""),
        type=str(body.get(type_property) or "") if type_property else "",
        active=body.get("Active") is not False,
    )


def effective_percent(body: Body, on: date | None) -> Decimal:
    """``RateValue`` may be out of date, so the effective rate whose span holds the date wins."""
    spans = []
    for span in body.get("EffectiveTaxRate") or () if on else ():
        start, end = str(span.get("EffectiveDate") or "")[:10], str(span.get("EndDate") or "")[:10]
        if start <= str(on) and (not end or str(on) <= end):
            spans.append((start, amount_of(span.get("RateValue"))))
    return max(spans)[1] if spans else amount_of(body.get("RateValue"))


def read_tax_codes(
    codes: Iterable[Body], rates: Iterable[Body], on: date | None = None
) -> dict[str, TaxCode]:
    """:param on: The date for which rates are read; None takes each rate's current value."""
    percents = {str(rate["Id"]): effective_percent(rate, on) for rate in rates}
    result = {}
    for code in codes:
        details = (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or ()
        rate_ids = [ref_of(detail, "TaxRateRef") for detail in details]
        parts = tuple(RatePart(id_, percents[id_]) for id_ in rate_ids if id_ in percents)
        entry = read_entry(code)
        result[entry.id] = TaxCode(entry.id, entry.name, entry.active, parts)
    return result


def read_company(company: Body, preferences: Body) -> CompanyFacts:
    sales = preferences.get("SalesFormsPrefs") or {}
    currency = preferences.get("CurrencyPrefs") or {}
    accounting = preferences.get("AccountingInfoPrefs") or {}
    named = {str(pair.get("Name")): str(pair.get("Value") or "") for pair in company.get("NameValue") or ()}
    return CompanyFacts(
        name=str(company.get("CompanyName") or ""),
        country=str(company.get("Country") or ""),
        home_currency=ref_of(currency, "HomeCurrency"),
        multi_currency=bool(currency.get("MultiCurrencyEnabled")),
        custom_numbers=sales.get("CustomTxnNumbers"),
        auto_apply_credit=sales.get("AutoApplyCredit"),
        tax_on=(preferences.get("TaxPrefs") or {}).get("UsingSalesTax"),
        closing_date=date_of(accounting.get("BookCloseDate")),
        subscription=named.get("SubscriptionStatus", ""),
    )
