"""QuickBooks' lists that documents refer to: tax codes, items, accounts, preferences. Frozen values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from caspen_qbo.core.documents import Body, amount_of, date_of, ref_of

SERVICE_ITEM_TYPES = ("Service",)
PRODUCT_ITEM_TYPES = ("NonInventory", "Inventory")
PAYMENT_ACCOUNT_TYPES = ("Bank", "Other Current Asset")


@dataclass(frozen=True, slots=True)
class RateSpan:
    """A rate and the days on which it is in force, both ends included."""

    percent: Decimal
    start: date | None = None
    """None: since ever."""
    end: date | None = None
    """None: for good."""

    def holds(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def __str__(self) -> str:
        since = f" from {self.start}" if self.start else ""
        return f"{self.percent.normalize():f} %{since}" + (f" until {self.end}" if self.end else "")


@dataclass(frozen=True, slots=True)
class RatePart:
    """One QuickBooks tax rate inside a tax code; Canadian codes may have two."""

    rate_id: str
    percent: Decimal
    """In force on the day it was read for."""
    spans: tuple[RateSpan, ...] = ()
    """As QuickBooks lists them; empty: it says one rate for all days."""
    stated: Decimal | None = None
    """QuickBooks' undated ``RateValue``, which counts on days no span holds; None: ``percent`` does."""

    def percent_on(self, day: date) -> Decimal:
        """Of several spans that hold the day, the one that began last counts."""
        holding = [(span.start or date.min, span.percent) for span in self.spans if span.holds(day)]
        return max(holding)[1] if holding else self.percent if self.stated is None else self.stated


@dataclass(frozen=True, slots=True)
class TaxCode:
    id: str
    name: str
    active: bool
    parts: tuple[RatePart, ...]
    """Sales rates only; empty when the code is for purchases alone."""

    @property
    def percent(self) -> Decimal:
        """On the day the code was read for."""
        return sum((part.percent for part in self.parts), Decimal(0))

    def percent_on(self, day: date) -> Decimal:
        """The rate at a document's date, by which QuickBooks taxes it."""
        return sum((part.percent_on(day) for part in self.parts), Decimal(0))

    def on(self, day: date) -> "TaxCode":
        """The code as it is for a document of this date."""
        return replace(self, parts=tuple(replace(one, percent=one.percent_on(day)) for one in self.parts))

    @property
    def spans(self) -> tuple[RateSpan, ...]:
        """Its rates in the order of their days; one where it never changes. Days before the first span are
        left out, unless the present rate is found on those alone.
        """
        starts: set[date] = set()
        for span in (span for part in self.parts for span in part.spans):
            starts.add(span.start or date.min)
            if span.end is not None and span.end < date.max:
                starts.add(span.end + timedelta(days=1))
        days = sorted(starts)
        found = [(day, self.percent_on(day)) for day in days]
        if days[:1] != [date.min] and self.percent not in {percent for _, percent in found}:
            found.insert(0, (date.min, self.percent_on(date.min)))
        changes = [one for at, one in enumerate(found) if at == 0 or one[1] != found[at - 1][1]]
        if len(changes) == 1:
            return (RateSpan(changes[0][1]),)
        ends = [start - timedelta(days=1) for start, _ in changes[1:]]
        return tuple(
            RateSpan(percent, None if at == 0 else start, end)
            for at, ((start, percent), end) in enumerate(zip(changes, [*ends, None], strict=True))
        )

    @property
    def percents(self) -> frozenset[Decimal]:
        """Every rate it has, had, or is going to have."""
        return frozenset(span.percent for span in self.spans) | {self.percent}

    @property
    def rates(self) -> str:
        """``10 % until 2026-06-30, 12.5 % from 2026-07-01``."""
        return ", ".join(map(str, self.spans))

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
    since: date | None = None
    """Of an inventory item: the first day on which QuickBooks lets it be sold."""
    currency: str = ""
    """Of an account, an ISO code; empty: QuickBooks named none."""


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
        since=date_of(body.get("InvStartDate")) if body.get("TrackQtyOnHand") else None,
        currency=ref_of(body, "CurrencyRef"),
    )


def read_spans(body: Body) -> tuple[RateSpan, ...]:
    """The dated rates of a QuickBooks tax rate; days are the company's own, whatever offset they carry."""
    return tuple(
        RateSpan(
            amount_of(span.get("RateValue")),
            date_of(span.get("EffectiveDate")),
            date_of(span.get("EndDate")),
        )
        for span in body.get("EffectiveTaxRate") or ()
    )


def read_part(body: Body, on: date | None) -> RatePart:
    """``RateValue`` may be out of date, so the span that holds the day wins. ``on``: None takes RateValue."""
    stated = amount_of(body.get("RateValue"))
    part = RatePart(str(body["Id"]), stated, read_spans(body), stated)
    return part if on is None else replace(part, percent=part.percent_on(on))


def read_tax_codes(
    codes: Iterable[Body], rates: Iterable[Body], on: date | None = None
) -> dict[str, TaxCode]:
    """:param on: The day that counts as the present one; None takes each rate's undated value."""
    read = {str(rate["Id"]): read_part(rate, on) for rate in rates}
    result = {}
    for code in codes:
        details = (code.get("SalesTaxRateList") or {}).get("TaxRateDetail") or ()
        rate_ids = [ref_of(detail, "TaxRateRef") for detail in details]
        parts = tuple(read[id_] for id_ in rate_ids if id_ in read)
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
