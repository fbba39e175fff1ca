"""The gate: everything that can be known before sending, all at once, each with what one fix repairs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from caspen_qbo.core.posting.readiness import (
    check_credit_note,
    check_invoice,
    check_payment,
    check_sale,
    check_setup,
)
from caspen_qbo.core.reference import ListEntry
from tests.support.records import FREE, GST, a_code, a_context, a_credit_note, a_line, an_invoice


def keys(problems):
    return [problem.error_key for problem in problems]


def test_an_invoice_in_order_has_no_problem():
    assert check_invoice(an_invoice(a_line(), a_line("9.90", rate=FREE)), a_context()) == []
    assert check_credit_note(a_credit_note(), a_context()) == []
    assert check_payment(date(2026, 11, 5), a_context()) == []
    assert check_setup(a_context()) == []


def test_all_problems_are_told_at_once():
    invoice = an_invoice(
        a_line(rate=99),
        a_line(rate=98),
        number="A-NUMBER-LONGER-THAN-21",
        currency="NZD",
        total=Decimal("1.00"),
    )
    problems = check_invoice(invoice, a_context(closing_date=date(2026, 11, 3)))
    assert keys(problems) == [
        "number_too_long",
        "currency_mismatch",
        "period_closed",
        "business_validation_tax",
        "business_validation_tax",
        "inconsistent_in_caspen",
    ]
    assert [str(p.cause or "") for p in problems] == ["", "", "books", "tax_rate:99", "tax_rate:98", ""]


@pytest.mark.parametrize(("length", "problems"), [(1, []), (21, []), (22, ["number_too_long"])])
def test_numbers(length, problems):
    assert keys(check_invoice(an_invoice(a_line(), number="9" * length), a_context())) == problems
    assert keys(check_credit_note(a_credit_note(number="9" * length), a_context())) == problems


def test_no_lines():
    assert keys(check_invoice(an_invoice(), a_context())) == ["required_param_missing"]
    assert "required_param_missing" in keys(check_credit_note(a_credit_note(lines=()), a_context()))


@pytest.mark.parametrize(("count", "problems"), [(750, []), (751, ["other"])])
def test_as_many_lines_as_quickbooks_takes(count, problems):
    found = check_invoice(an_invoice(*([a_line("1.00")] * count)), a_context())
    assert keys(found) == problems
    assert all("751" in p.detail and "750" in p.detail for p in found)


@pytest.mark.parametrize(
    ("closing", "problems"), [(date(2026, 11, 2), []), (date(2026, 11, 3), ["period_closed"]), (None, [])]
)
def test_books_closed_up_to_and_including_a_day(closing, problems):
    context = a_context(closing_date=closing)
    assert keys(check_invoice(an_invoice(a_line()), context)) == problems
    assert keys(check_payment(date(2026, 11, 3), context)) == problems
    assert keys(check_credit_note(a_credit_note(issue_date=date(2026, 11, 3)), context)) == problems


@pytest.mark.parametrize(
    ("codes", "words"),
    [
        ({}, "no longer in QuickBooks"),
        ({"10": a_code("10", "GST", "10", active=False)}, "inactive or not for sales"),
        ({"10": a_code("10", "GST on purchases")}, "inactive or not for sales"),
        ({"10": a_code("10", "GST", "12.5")}, "taxed at 10 %; the linked tax code GST is 12.5 %"),
    ],
)
def test_a_tax_code_that_cannot_be_used(codes, words):
    [problem] = check_invoice(an_invoice(a_line(), a_line()), a_context(codes=codes))
    assert (problem.error_key, str(problem.cause)) == ("business_validation_tax", f"tax_rate:{GST}")
    assert words in problem.detail


@pytest.mark.parametrize(("on", "held"), [(True, False), (None, False), (False, True)])
def test_with_gst_switched_off_what_carries_tax_is_held_and_nothing_else(on, held):
    context, free = a_context(tax_on=on, links={GST: "10"}), a_line(rate=FREE)
    for taxed in (an_invoice(a_line()), a_credit_note()):
        found = check_sale(taxed, context)
        assert [str(problem.cause) for problem in found] == ["sales_tax"] * held
        assert all("GST is switched off in QuickBooks" in problem.detail for problem in found)
    # Without tax no code is named, so that an unlinked rate holds it only where there are codes.
    assert keys(check_invoice(an_invoice(free), context)) == [] if held else ["business_validation_tax"]


def test_an_unlinked_rate_is_named_once_however_many_lines_use_it():
    [problem] = check_invoice(an_invoice(*([a_line()] * 5)), a_context(links={}))
    assert "not linked" in problem.detail


def test_without_tax_no_code_is_needed():
    assert (
        check_invoice(an_invoice(a_line(mode="none", rate=None), mode="none"), a_context(links={}, codes={}))
        == []
    )


def test_a_taxed_line_without_a_rate():
    invoice = an_invoice(replace(a_line(rate=FREE), tax_rate_id=None))
    assert keys(check_invoice(invoice, a_context())) == ["business_validation_tax"]


@pytest.mark.parametrize("mode", ["exclusive", "inclusive", "none"])
@pytest.mark.parametrize("field", ["subtotal", "tax_total", "total"])
def test_an_invoice_that_does_not_add_up_in_caspen_is_held_with_both_sums(mode, field):
    rate = None if mode == "none" else GST
    good = an_invoice(a_line(mode=mode, rate=rate), a_line("3.33", mode=mode, rate=rate), mode=mode)
    wrong = replace(good, **{field: getattr(good, field) + Decimal("0.01")})
    assert check_invoice(good, a_context()) == []
    [problem] = check_invoice(wrong, a_context())
    assert problem.error_key == "inconsistent_in_caspen"
    assert str(getattr(good, field)) in problem.detail and str(getattr(wrong, field)) in problem.detail


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        (
            {"items": (ListEntry("20", "Products", "Inventory", True),)},
            "default Service item",
            "not in QuickBooks",
        ),
        (
            {"items": (ListEntry("19", "S", "Service", False), ListEntry("20", "P", "Inventory", True))},
            "default Service item",
            "made inactive",
        ),
        (
            {"items": (ListEntry("19", "S", "Service", True), ListEntry("20", "P", "Service", True))},
            "default Product item",
            "must be NonInventory or Inventory",
        ),
        (
            {"accounts": (ListEntry("35", "Sales", "Income", True),)},
            "payment account",
            "must be Bank or Other Current Asset",
        ),
        ({"accounts": (ListEntry("35", "Bank", "Bank", False),)}, "payment account", "made inactive"),
    ],
)
def test_choices_that_no_longer_hold(changes, cause, words):
    [problem] = check_setup(a_context(**changes))
    assert (problem.error_key, str(problem.cause)) == ("setup_incomplete", f"setting:{cause}")
    assert words in problem.detail


def test_a_clearing_account_is_a_payment_account():
    assert check_setup(a_context(accounts=(ListEntry("35", "Clearing", "Other Current Asset", True),))) == []
