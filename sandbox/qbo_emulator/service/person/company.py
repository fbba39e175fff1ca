"""The company itself: closing the books, its subscription, its name, and its switches."""

from __future__ import annotations

from typing import Any

from qbo_emulator.service.person.basics import BadRequest
from qbo_emulator.state.oauth import Authority
from qbo_emulator.store import Company, Document
from qbo_emulator.store.switches import Switches


def close_books(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Close the books ``through`` a date (YYYY-MM-DD), or open them again with null."""
    through = asked.get("through")
    if through is not None and len(str(through)) != 10:
        raise BadRequest("close-books wants through: a date YYYY-MM-DD, or null")
    company.books_closed_through = through
    return {"books_closed_through": through}


def end_subscription(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Stop paying Intuit: writes give 6190, reads go on."""
    return _subscription(company, False)


def restart_subscription(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Pay again."""
    return _subscription(company, True)


def set_connected(company: Company, authority: Authority, connected: bool) -> dict[str, Any]:
    """Disconnect the app (its tokens die, the API answers 403) or let it connect again."""
    company.connected = connected
    if not connected:
        authority.end_company(company.realm)
    return {"connected": connected}


def rename_company(company: Company, asked: dict[str, Any]) -> Document:
    """Change the company's ``name``."""
    if not asked.get("name"):
        raise BadRequest("rename-company wants name")
    company.info = company.bump("CompanyInfo", company.info, {"CompanyName": str(asked["name"])})
    return company.info


def change_switches(company: Company, changes: dict[str, Any]) -> Switches:
    """Set switches, keeping the readable preferences in step; ValueError names what is wrong."""
    switches = company.switches
    if switches.multi_currency and changes.get("multi_currency") is False:
        raise ValueError("switch multi_currency cannot be turned off again, as in QuickBooks")
    switches.change(changes)
    shown: dict[str, dict[str, Any]] = {
        "SalesFormsPrefs": {
            "CustomTxnNumbers": switches.custom_txn_numbers,
            "AutoApplyCredit": switches.auto_apply_credit,
        },
        "TaxPrefs": {"UsingSalesTax": switches.using_sales_tax},
        "CurrencyPrefs": {"MultiCurrencyEnabled": switches.multi_currency},
        "AccountingInfoPrefs": {
            "TrackDepartments": switches.track_departments,
            "ClassTrackingPerTxn": switches.class_tracking == "per_txn",
            "ClassTrackingPerTxnLine": switches.class_tracking == "per_line",
        },
    }
    wanted = {name: {**company.preferences[name], **part} for name, part in shown.items()}
    if any(company.preferences[name] != part for name, part in wanted.items()):
        company.preferences = company.bump("Preferences", company.preferences, wanted)
    return switches


def _subscription(company: Company, active: bool) -> dict[str, Any]:
    company.subscription_active = active
    status = "PAID" if active else "SUBSCRIPTION_EXPIRED"
    values = [
        {**pair, "Value": status} if pair["Name"] == "SubscriptionStatus" else pair
        for pair in company.info["NameValue"]
    ]
    company.info = company.bump("CompanyInfo", company.info, {"NameValue": values})
    return {"subscription_active": active}
