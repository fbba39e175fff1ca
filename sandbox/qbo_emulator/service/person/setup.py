"""Settings a bookkeeper makes: currencies and their rates, tax rates from a day on, custom fields."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from qbo_emulator.rules.currency import CURRENCIES, ensure_currency
from qbo_emulator.rules.custom_fields import defined_fields
from qbo_emulator.service.person.basics import BadRequest
from qbo_emulator.service.person.company import change_switches
from qbo_emulator.store import Company, Document
from qbo_emulator.values.money import plain_number


def enable_multi_currency(company: Company, asked: dict[str, Any]) -> Document:
    """Switch several currencies on, for good; ``currencies`` are added to the list. Gives the preferences."""
    codes = asked.get("currencies", [])
    if not isinstance(codes, list) or set(codes) - set(CURRENCIES):
        raise BadRequest(f"enable-multi-currency wants currencies, a list out of {', '.join(CURRENCIES)}")
    change_switches(company, {"multi_currency": True})
    for code in codes:
        ensure_currency(company, code)
    return company.preferences


def set_exchange_rate(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """From ``date`` (today) on one unit of ``currency`` is ``rate`` units of the home currency."""
    code, day = str(asked.get("currency")), _day(company, asked.get("date"))
    if not company.switches.multi_currency or code not in CURRENCIES or code == company.home_currency:
        raise BadRequest("set-exchange-rate wants currency, a foreign one of a company with several")
    rate = _number(asked.get("rate"), "set-exchange-rate wants rate, home units for one")
    if rate <= 0:
        raise BadRequest("set-exchange-rate wants rate, above 0")
    ensure_currency(company, code)
    known = [(since, old) for since, old in company.exchange_rates.get(code, []) if since != day]
    company.exchange_rates[code] = sorted([*known, (day, str(rate))])
    return {"currency": code, "rates": company.exchange_rates[code]}


def change_tax_rate(company: Company, asked: dict[str, Any]) -> Document:
    """``rate`` (Id or name) is ``percent`` from the day ``from`` on; ``stale``: RateValue stays as it was."""
    wanted = str(asked.get("rate"))
    rate = company.get("TaxRate", wanted) or next(
        iter(company.table("TaxRate").equal_to("Name", wanted)), None
    )
    if rate is None:
        names = ", ".join(row["Name"] for row in company.table("TaxRate").rows.values())
        raise BadRequest(f"change-tax-rate wants rate, an Id or one of {names}")
    percent = _number(asked.get("percent"), "change-tax-rate wants percent, such as 12.5")
    day = _day(company, asked.get("from"))
    before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
    kept = []
    for effective in rate["EffectiveTaxRate"]:
        if effective["EffectiveDate"][:10] >= day:
            continue  # a later change gives way to this one
        ends = effective.get("EndDate", "9999-12-31")[:10]
        kept.append({**effective, "EndDate": f"{before}T23:59:59-08:00"} if ends >= day else effective)
    value = plain_number(percent)
    changes: dict[str, Any] = {
        "EffectiveTaxRate": [*kept, {"RateValue": value, "EffectiveDate": f"{day}T00:00:00-08:00"}]
    }
    if not asked.get("stale"):
        changes["RateValue"] = value
    return company.bump("TaxRate", rate, changes)


def define_custom_field(company: Company, asked: dict[str, Any]) -> Document:
    """Give sales form field ``id`` (1 to 3) a ``name``; null takes it away. Gives the preferences."""
    number, name = str(asked.get("id")), asked.get("name")
    if number not in ("1", "2", "3") or not (name is None or 0 < len(str(name)) <= 31):
        raise BadRequest("define-custom-field wants id, 1 to 3, and name, of at most 31 characters, or null")
    sales = company.preferences["SalesFormsPrefs"]
    named = {**defined_fields(company), number: name}
    named = {key: text for key, text in named.items() if text is not None}
    uses = [
        {"Name": f"SalesFormsPrefs.UseSalesCustom{n}", "Type": "BooleanType", "BooleanValue": n in named}
        for n in ("1", "2", "3")
    ]
    names = [
        {"Name": f"SalesFormsPrefs.SalesCustomName{n}", "Type": "StringType", "StringValue": str(named[n])}
        for n in sorted(named)
    ]
    fields = [{"CustomField": uses}, *([{"CustomField": names}] if names else [])]
    company.preferences = company.bump(
        "Preferences", company.preferences, {"SalesFormsPrefs": {**sales, "CustomField": fields}}
    )
    return company.preferences


def _day(company: Company, given: Any) -> str:
    if given is None:
        return company.clock.data_centre_today().isoformat()
    try:
        return date.fromisoformat(str(given)).isoformat()
    except ValueError as error:
        raise BadRequest(f"a day is YYYY-MM-DD, not {given!r}") from error


def _number(given: Any, wanted: str) -> Decimal:
    try:
        return Decimal(str(given))
    except InvalidOperation as error:
        raise BadRequest(wanted) from error
