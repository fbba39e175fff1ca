"""Several currencies: a transaction's is its name's; rates by day; a receivable account for each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.money import amount_number, dec, half_up, plain_number

CURRENCIES = {
    "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CNY": "Chinese Yuan",
    "EUR": "Euro",
    "FJD": "Fiji Dollar",
    "GBP": "British Pound Sterling",
    "HKD": "Hong Kong Dollar",
    "INR": "Indian Rupee",
    "JPY": "Japanese Yen",
    "NZD": "New Zealand Dollar",
    "SGD": "Singapore Dollar",
    "USD": "United States Dollar",
    "ZAR": "South African Rand",
}
MISMATCH_TEXT = "The currency of the transaction is invalid for customer / vendor / account."


def home_currency(company: Company) -> dict[str, str]:
    """The home currency as a reference with its name."""
    return company.preferences["CurrencyPrefs"]["HomeCurrency"]


def currency_ref(company: Company, code: str) -> dict[str, str]:
    """A currency by its ISO code; 2500 for a code QuickBooks does not know (the Id of a row is none)."""
    if code == company.home_currency:
        return home_currency(company)
    if not company.switches.multi_currency:
        raise faults.business(f"Multicurrency must be enabled to use the currency {code}.", "CurrencyRef")
    if code not in CURRENCIES:
        raise faults.bad_reference("CurrencyRef")
    return {"value": code, "name": CURRENCIES[code]}


def name_currency(company: Company, fields: dict[str, Any], old: Document | None) -> dict[str, str]:
    """A customer's or vendor's currency: chosen when it is created, the home currency if it is not."""
    if old is not None and company.switches.multi_currency:
        return old["CurrencyRef"]  # read-only from then on
    ref = fields.get("CurrencyRef")
    return currency_ref(company, ref["value"]) if ref else home_currency(company)


def transaction_currency(company: Company, fields: dict[str, Any], name: Document) -> dict[str, str]:
    """A transaction's currency, which is its customer's.

    :raises ApplicationFault: 2020 without one in a company of several, 6000 if it is not the name's.
    """
    ref = fields.get("CurrencyRef")
    own = name.get("CurrencyRef") or home_currency(company)
    if ref is None and company.switches.multi_currency:
        policy = company.switches.currency_when_missing
        if policy == "fault":
            raise faults.required("CurrencyRef")
        ref = own if policy == "customer" else home_currency(company)
    currency = currency_ref(company, ref["value"]) if ref else home_currency(company)
    if currency["value"] != own["value"]:
        raise faults.business(MISMATCH_TEXT, "CurrencyRef")
    return currency


def check_same_currency(document: Document, currency: dict[str, str]) -> None:
    """6000 when a linked document, or an account, is kept in another currency."""
    if document["CurrencyRef"]["value"] != currency["value"]:
        raise faults.business(MISMATCH_TEXT, "CurrencyRef")


def check_account_currency(company: Company, account: Document, currency: dict[str, str]) -> None:
    """6000 for an account kept neither in the home currency nor in the transaction's."""
    if account["CurrencyRef"]["value"] != company.home_currency:
        check_same_currency(account, currency)


def exchange_rate(
    company: Company, fields: dict[str, Any], currency: dict[str, str], txn_date: str
) -> int | float | None:
    """Home units for one: as given, else the list's of that day, else 1; None if there is one currency."""
    if not company.switches.multi_currency:
        return None
    if currency["value"] == company.home_currency:
        return 1
    given = fields.get("ExchangeRate")
    return given or plain_number(rate_of_day(company, currency["value"], txn_date))


def rate_of_day(company: Company, code: str, day: str) -> Decimal:
    """The newest rate of the company's list that is not after ``day``; 1 when it has none."""
    known = [rate for since, rate in sorted(company.exchange_rates.get(code, [])) if since <= day]
    return Decimal(known[-1]) if known else Decimal(1)


def in_home(amount: Any, rate: Any) -> int | float:
    """An amount in the home currency."""
    return amount_number(half_up(dec(amount) * dec(rate)))


def ensure_currency(company: Company, code: str) -> None:
    """Put a currency on the company's list, as naming it on a new customer does."""
    if code == company.home_currency or company.table("CompanyCurrency").equal_to("Code", code):
        return
    fields = {"Code": code, "Name": CURRENCIES[code], "Active": True}
    _store(company, "CompanyCurrency", fields)


def ensure_receivable(company: Company, currency: dict[str, str]) -> None:
    """The receivable account of a foreign currency, which its first transaction opens."""
    code = currency["value"]
    if code == company.home_currency or _receivable(company, code):
        return
    name = f"Accounts Receivable (A/R) - {code}"
    _store(
        company,
        "Account",
        {
            "Name": name,
            "FullyQualifiedName": name,
            "Active": True,
            "AccountType": "Accounts Receivable",
            "AccountSubType": "AccountsReceivable",
            "Classification": "Asset",
            "SubAccount": False,
            "CurrentBalance": 0,
            "CurrentBalanceWithSubAccounts": 0,
            "CurrencyRef": currency,
        },
    )


def _receivable(company: Company, code: str) -> bool:
    accounts = company.table("Account").equal_to("AccountType", "Accounts Receivable")
    return any(account["CurrencyRef"]["value"] == code for account in accounts)


def _store(company: Company, entity: str, fields: dict[str, Any]) -> None:
    stamp = company.now_stamp()
    head = {"domain": "QBO", "sparse": False, "Id": company.next_id(entity), "SyncToken": "0"}
    meta = {"MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}}
    company.put(entity, {**fields, **head, **meta}, "created")
