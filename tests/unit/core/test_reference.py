"""QuickBooks' lists as they come: absent where null, stale rates, codes of no, one or two sales rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caspen_qbo.core.reference import ListEntry, effective_percent, read_company, read_entry, read_tax_codes
from tests.support.records import a_context

RATE = {
    "Id": "11",
    "RateValue": Decimal("10"),
    "EffectiveTaxRate": [
        {
            "RateValue": Decimal("10"),
            "EffectiveDate": "2000-07-01T00:00:00-07:00",
            "EndDate": "2026-06-30T00:00:00-07:00",
        },
        {"RateValue": Decimal("12.5"), "EffectiveDate": "2026-07-01T00:00:00-07:00"},
    ],
}


@pytest.mark.parametrize(
    ("on", "percent"),
    [
        (date(2026, 6, 30), "10"),
        (date(2026, 7, 1), "12.5"),
        (date(2030, 1, 1), "12.5"),
        (date(1999, 1, 1), "10"),
        (None, "10"),
    ],
)
def test_the_rate_in_force_on_the_day_wins_over_the_one_printed_on_it(on, percent):
    assert effective_percent(RATE, on) == Decimal(percent)


def test_a_rate_without_spans_is_what_it_says():
    assert effective_percent({"Id": "1", "RateValue": 8}, date(2026, 1, 1)) == 8


def code(code_id, *rates, **more):
    details = [{"TaxRateRef": {"value": rate}} for rate in rates]
    return {"Id": code_id, "Name": f"Code {code_id}", "SalesTaxRateList": {"TaxRateDetail": details}, **more}


def test_codes_of_one_two_and_no_sales_rates():
    rates = [{"Id": "1", "RateValue": Decimal("5")}, {"Id": "2", "RateValue": Decimal("9.975")}]
    found = read_tax_codes(
        [code("10", "1"), code("11", "1", "2"), code("12"), code("13", "1", Active=False), {"Id": "TAX"}],
        rates,
    )
    assert found["10"].percent == 5
    assert found["11"].percent == Decimal("14.975") and len(found["11"].parts) == 2
    assert {key for key, one in found.items() if one.usable_for_sales} == {"10", "11"}


def test_codes_are_read_for_a_day():
    assert read_tax_codes([code("10", "11")], [RATE], date(2026, 8, 1))["10"].percent == Decimal("12.5")


def test_what_is_not_said_to_be_inactive_is_active():
    assert read_entry({"Id": 19, "Name": "Hours", "Type": "Service"}, type_property="Type") == ListEntry(
        "19", "Hours", "Service", True
    )
    assert not read_entry({"Id": "19", "Active": False}).active


def test_a_company_that_says_little():
    facts = read_company({"CompanyName": "Clinic", "Country": "AU"}, {})
    assert (facts.home_currency, facts.multi_currency, facts.custom_numbers, facts.closing_date) == (
        "",
        False,
        None,
        None,
    )


def test_a_company_that_says_all():
    facts = read_company(
        {
            "CompanyName": "Clinic",
            "Country": "AU",
            "NameValue": [{"Name": "SubscriptionStatus", "Value": "PAID"}],
        },
        {
            "SalesFormsPrefs": {"CustomTxnNumbers": True, "AutoApplyCredit": False},
            "CurrencyPrefs": {"HomeCurrency": {"value": "AUD"}, "MultiCurrencyEnabled": True},
            "AccountingInfoPrefs": {"BookCloseDate": "2026-06-30"},
            "TaxPrefs": {"UsingSalesTax": True},
        },
    )
    assert (facts.home_currency, facts.multi_currency, facts.custom_numbers) == ("AUD", True, True)
    assert (facts.auto_apply_credit, facts.tax_on, facts.subscription) == (False, True, "PAID")
    assert facts.closing_date == date(2026, 6, 30)


def test_a_payment_method_is_found_by_its_name_without_case_and_only_if_active():
    methods = {"1": ListEntry("1", "Cash", "", False), "2": ListEntry("2", " Credit Card", "", True)}
    reference = replace(a_context().reference, payment_methods=methods)
    assert reference.payment_method_named("CREDIT card ").id == "2"
    assert reference.payment_method_named("cash") is None
