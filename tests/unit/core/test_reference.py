"""QuickBooks' lists as they come: absent where null, stale rates, codes of no, one or two sales rates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.reference import (
    ListEntry,
    RatePart,
    RateSpan,
    TaxCode,
    read_company,
    read_entry,
    read_part,
    read_tax_codes,
)
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
    assert read_part(RATE, on).percent == Decimal(percent)


def test_a_rate_without_spans_is_what_it_says():
    assert read_part({"Id": "1", "RateValue": 8}, date(2026, 1, 1)).percent == 8


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


def dated(percent: str, start: str = "", end: str = "") -> dict:
    ends = {"EndDate": f"{end}T23:59:59-08:00"} if end else {}
    return {
        "RateValue": Decimal(percent),
        "EffectiveDate": f"{start}T00:00:00-08:00" if start else "",
        **ends,
    }


def a_rate(rate_id: str, stated: str, *spans: dict) -> dict:
    return {"Id": rate_id, "RateValue": Decimal(stated), "EffectiveTaxRate": list(spans)}


@pytest.mark.parametrize(
    ("rates", "spans", "on"),
    [
        ([a_rate("1", "10")], "10 %", {"1999-01-01": "10", "2040-01-01": "10"}),
        (
            [a_rate("1", "10", dated("10", "2000-01-01", "2026-06-30"), dated("12.5", "2026-07-01"))],
            "10 % until 2026-06-30, 12.5 % from 2026-07-01",
            {"2026-06-30": "10", "2026-07-01": "12.5"},
        ),
        # A change that is still to come.
        (
            [a_rate("1", "10", dated("10", "2000-01-01", "2029-12-31"), dated("15", "2030-01-01"))],
            "10 % until 2029-12-31, 15 % from 2030-01-01",
            {"2026-08-01": "10", "2029-12-31": "10", "2030-01-01": "15"},
        ),
        # A gap is what the undated value says; where two spans overlap the later one counts.
        (
            [a_rate("1", "8", dated("10", "2000-01-01", "2009-12-31"), dated("12", "2012-01-01"))],
            "10 % until 2009-12-31, 8 % from 2010-01-01 until 2011-12-31, 12 % from 2012-01-01",
            {"2009-12-31": "10", "2010-01-01": "8", "2011-12-31": "8", "2012-01-01": "12"},
        ),
        (
            [a_rate("1", "10", dated("10", "2000-01-01"), dated("12", "2020-01-01"))],
            "10 % until 2019-12-31, 12 % from 2020-01-01",
            {"2019-12-31": "10", "2020-01-01": "12"},
        ),
        # Two rates in one code, of which one changes.
        (
            [
                a_rate("1", "5"),
                a_rate("2", "7", dated("8", "2000-01-01", "2026-06-30"), dated("7", "2026-07-01")),
            ],
            "13 % until 2026-06-30, 12 % from 2026-07-01",
            {"2026-06-30": "13", "2026-07-01": "12"},
        ),
        # Two rates that change on one day and come to the same.
        (
            [
                a_rate("1", "6", dated("5", "2000-01-01", "2026-06-30"), dated("6", "2026-07-01")),
                a_rate("2", "7", dated("8", "2000-01-01", "2026-06-30"), dated("7", "2026-07-01")),
            ],
            "13 %",
            {"2026-06-30": "13", "2026-07-01": "13"},
        ),
    ],
)
def test_a_code_answers_for_the_day_of_a_document(rates, spans, on):
    found = read_tax_codes([code("10", *(rate["Id"] for rate in rates))], rates, date(2026, 11, 28))["10"]
    assert found.rates == spans
    for day, percent in on.items():
        assert found.percent_on(date.fromisoformat(day)) == Decimal(percent)
        assert found.on(date.fromisoformat(day)).percent == Decimal(percent)
    assert {Decimal(percent) for percent in on.values()} <= found.percents


DAYS = st.dates(date(2020, 1, 1), date(2020, 2, 9))
SPANS = st.builds(
    RateSpan,
    st.sampled_from([Decimal(0), Decimal(5), Decimal(10), Decimal("12.5")]),
    st.none() | DAYS,
    st.none() | DAYS,
)
PARTS = st.lists(SPANS, max_size=4).map(
    lambda spans: RatePart("1", Decimal(7), tuple(spans), Decimal(7)) if spans else RatePart("1", Decimal(7))
)


@given(st.lists(PARTS, min_size=1, max_size=2), DAYS)
def test_the_spans_of_a_code_say_its_rate_on_every_day(parts, day):
    found = TaxCode("1", "Code", True, tuple(parts))
    latest = [
        max(
            ((s.start or date.min, s.percent) for s in part.spans if s.holds(day)),
            default=(None, part.percent),
        )
        for part in parts
    ]
    assert found.percent_on(day) == sum(percent for _, percent in latest)
    holding = [span.percent for span in found.spans if span.holds(day)]
    began = min((s.start or date.min for part in parts for s in part.spans), default=None)
    if began is None or day >= began:
        assert holding == [found.percent_on(day)]
    assert len(holding) == 1 and all(a.percent != b.percent for a, b in pairwise(found.spans))


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
