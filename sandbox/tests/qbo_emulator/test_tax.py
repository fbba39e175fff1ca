"""Behaviours 8, 9 and 10: how tax is rounded, overridden and refused, and the amount check."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbo_emulator.entities import KINDS
from qbo_emulator.rules.tax import TaxableLine, tax_of
from qbo_emulator.seed import COUNTRIES, seed_company
from qbo_emulator.testing import CA, GB, US, Books, Refused, Sandbox
from qbo_emulator.values.clock import Clock
from qbo_emulator.values.money import dec, half_up

TWELVE = [("29", "1.59"), ("2", "17.49")]


def gst(books: Books, *amounts: str, **fields: object) -> dict:
    code = books.tax_code("10")
    lines = [books.line(amount, code) for amount in amounts]
    return books.create("Invoice", books.form(books.customer(), *lines, **fields))


def test_tax_is_rounded_per_line_and_summed(books: Books) -> None:
    """8: three lines of 0.05 at 10 % are three times a cent, not two cents."""
    invoice = gst(books, "0.05", "0.05", "0.05")
    assert invoice["TxnTaxDetail"]["TotalTax"] == 0.03
    assert len(invoice["TxnTaxDetail"]["TaxLine"]) == 1


def test_the_published_twelve_percent_example_fits_per_line_rounding() -> None:
    """8: 29 x 1.59 and 2 x 17.49 at 12 % gave 9.71, where the subtotal method gives 9.73."""
    company = _company_at("12")
    lines = [TaxableLine(Decimal(price), None, "1") for count, price in TWELVE for _ in range(int(count))]
    assert tax_of(company, lines, "2026-01-01", None)["TotalTax"] == 9.71
    company.switches.tax_rounding = "per_rate"
    assert tax_of(company, lines, "2026-01-01", None)["TotalTax"] == 9.73


def _company_at(percent: str):
    company = seed_company(COUNTRIES[0], Clock())
    rate = company.table("TaxRate").rows["1"]
    company.bump("TaxRate", rate, {"EffectiveTaxRate": None, "RateValue": float(percent)})
    return company


@given(
    st.lists(st.decimals("0.01", "9999.99", places=2), min_size=1, max_size=20), st.sampled_from(["10", "12"])
)
@settings(max_examples=60, deadline=None)
def test_both_roundings_add_up_to_their_definition(amounts: list[Decimal], percent: str) -> None:
    """8, as a property."""
    company, rate = _company_at(percent), Decimal(percent) / 100
    lines = [TaxableLine(amount, None, "1") for amount in amounts]
    assert dec(tax_of(company, lines, "2026-01-01", None)["TotalTax"]) == sum(
        half_up(amount * rate) for amount in amounts
    )
    company.switches.tax_rounding = "per_rate"
    assert dec(tax_of(company, lines, "2026-01-01", None)["TotalTax"]) == half_up(sum(amounts) * rate)


@given(st.lists(st.decimals("0.01", "9999.99", places=2), min_size=1, max_size=20))
@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("rounding", ["per_line", "per_rate"])
def test_inclusive_lines_total_their_gross_whatever_the_rounding(
    rounding: str, grosses: list[Decimal]
) -> None:
    company = _company_at("10")
    company.switches.tax_rounding = rounding
    lines = [TaxableLine(gross, gross, "12"[n % 2]) for n, gross in enumerate(grosses)]
    detail = tax_of(company, lines, "2026-01-01", None)
    assert sum(line.net for line in lines) + dec(detail["TotalTax"]) == sum(grosses)


def test_credits_round_like_their_invoices(books: Books) -> None:
    """8: half-up away from zero, so a negative line mirrors a positive one."""
    assert gst(books, "0.25", "0.15", "-0.15")["TxnTaxDetail"]["TotalTax"] == 0.03


def test_the_switch_rounds_once_per_rate(sandbox: Sandbox) -> None:
    """8."""
    assert (
        gst(sandbox.books(tax_rounding="per_rate"), "0.05", "0.05", "0.05")["TxnTaxDetail"]["TotalTax"]
        == 0.02
    )


def test_mixed_rates_have_one_tax_line_each(books: Books) -> None:
    """8."""
    lines = [books.line(100, books.tax_code("10")), books.line(50, books.untaxed_code)]
    detail = books.create("Invoice", books.form(books.customer(), *lines))["TxnTaxDetail"]
    shown = [(t["Amount"], t["TaxLineDetail"]["NetAmountTaxable"]) for t in detail["TaxLine"]]
    assert shown == [(10, 100), (0, 50)]


def test_a_supplied_tax_amount_stands_and_shows_its_difference(books: Books) -> None:
    """8: override honoured with OverrideDeltaAmount."""
    first = gst(books, "100")["TxnTaxDetail"]
    line = {**first["TaxLine"][0], "Amount": 10.02}
    invoice = gst(books, "100", TxnTaxDetail={"TotalTax": 10.02, "TaxLine": [line]})
    assert invoice["TotalAmt"] == 110.02
    assert invoice["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]["OverrideDeltaAmount"] == 0.02


def test_overrides_can_be_switched_off(sandbox: Sandbox) -> None:
    books = sandbox.books(honour_tax_override=False)
    line = {**gst(books, "100")["TxnTaxDetail"]["TaxLine"][0], "Amount": 10.02}
    assert gst(books, "100", TxnTaxDetail={"TaxLine": [line]})["TotalAmt"] == 110


def test_an_echoed_tax_detail_freezes_the_tax(books: Books) -> None:
    """8: the classic trap of updating a line."""
    invoice = gst(books, "100")
    invoice["Line"][0]["Amount"] = 200
    assert books.update("Invoice", invoice)["TotalAmt"] == 210
    again = books.again("Invoice", invoice)
    del again["TxnTaxDetail"]
    assert books.update("Invoice", again)["TotalAmt"] == 220


def test_a_tax_line_without_a_rate_is_recalculated(books: Books) -> None:
    """8: what python-quickbooks can send."""
    sent = {"TotalTax": 99, "TaxLine": [{"Amount": 99, "DetailType": "TaxLineDetail", "TaxLineDetail": {}}]}
    assert gst(books, "100", TxnTaxDetail=sent)["TotalAmt"] == 110


@pytest.mark.parametrize("code", [None, "TAX", "NON"])
def test_a_line_without_a_usable_code_is_refused_in_the_countrys_words(
    books: Books, code: str | None
) -> None:
    """9."""
    line = books.line(10)
    line["SalesItemLineDetail"]["TaxCodeRef"] = code and {"value": code}
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), line))
    assert refused.value.code == "6000"
    assert refused.value.detail == (
        "Business Validation Error: Make sure all your transactions have a GST rate before you save."
    )


def test_britain_says_vat_and_canada_wants_the_mode_too(sandbox: Sandbox) -> None:
    """9."""
    for realm, word in ((GB, "VAT rate"), (CA, "GST/HST rate")):
        books = sandbox.books(realm)
        line = books.line(10)
        if realm == GB:
            del line["SalesItemLineDetail"]["TaxCodeRef"]
        with pytest.raises(Refused) as refused:
            books.create("Invoice", books.form(books.customer(), line))
        assert word in refused.value.detail


@pytest.mark.parametrize("name", ["GST on capital", "no such code"])
def test_a_purchase_code_or_an_unknown_one_cannot_be_calculated(books: Books, name: str) -> None:
    """9."""
    found = books.rows(f"select * from TaxCode where Name = '{name}'")
    with pytest.raises(Refused) as refused:
        books.create(
            "Invoice", books.form(books.customer(), books.line(10, found[0]["Id"] if found else "77"))
        )
    assert "QuickBooks encountered an error while calculating tax" in refused.value.detail


def test_tax_detail_with_not_applicable_is_6170(books: Books) -> None:
    """9."""
    detail = gst(books, "100")["TxnTaxDetail"]
    with pytest.raises(Refused) as refused:
        gst(books, "100", GlobalTaxCalculation="NotApplicable", TxnTaxDetail=detail)
    assert refused.value.code == "6170"
    untaxed = gst(books, "100", GlobalTaxCalculation="NotApplicable")
    assert (untaxed["TotalAmt"], untaxed["TxnTaxDetail"]) == (100, {"TotalTax": 0})


def test_inclusive_lines_carry_net_and_gross(books: Books) -> None:
    line = books.line("90.91", books.tax_code("10"), TaxInclusiveAmt=100)
    invoice = books.create("Invoice", books.form(books.customer(), line, GlobalTaxCalculation="TaxInclusive"))
    assert (invoice["TotalAmt"], invoice["Line"][0]["Amount"]) == (100, 90.91)
    assert invoice["TxnTaxDetail"]["TotalTax"] == 9.09


def test_two_rates_of_one_code_are_both_charged(sandbox: Sandbox) -> None:
    books = sandbox.books(CA)
    code = books.rows("select * from TaxCode where Name = 'GST/QST QC - 9.975'")[0]["Id"]
    body = books.form(books.customer(), books.line("4495.16", code), GlobalTaxCalculation="TaxExcluded")
    amounts = [line["Amount"] for line in books.create("Invoice", body)["TxnTaxDetail"]["TaxLine"]]
    assert amounts == [224.76, 448.39]


def test_us_lines_are_tax_or_non_and_a_total_tax_stands(sandbox: Sandbox) -> None:
    books = sandbox.books(US)
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), books.line(10, "1")))
    assert refused.value.code == "6100"
    taxed = books.form(books.customer(), books.line(100, "TAX"))
    assert books.create("Invoice", taxed)["TotalAmt"] == 109.1
    assert books.create("Invoice", {**taxed, "TxnTaxDetail": {"TotalTax": 5}})["TotalAmt"] == 105


def test_the_rate_in_force_on_the_day_counts_not_rate_value(sandbox: Sandbox, books: Books) -> None:
    rate = sandbox.world.companies[books.realm].table("TaxRate").rows["1"]
    sandbox.world.companies[books.realm].bump(
        "TaxRate",
        rate,
        {
            "EffectiveTaxRate": [
                {
                    "RateValue": 10,
                    "EffectiveDate": "2000-01-01T00:00:00-08:00",
                    "EndDate": "2026-06-30T00:00:00-07:00",
                },
                {"RateValue": 15, "EffectiveDate": "2026-07-01T00:00:00-07:00"},
            ]
        },
    )
    assert gst(books, "100", TxnDate="2026-06-30")["TotalAmt"] == 110
    assert gst(books, "100", TxnDate="2026-07-01")["TotalAmt"] == 115


def test_a_discount_is_spread_before_tax_or_takes_its_own_code(books: Books) -> None:
    code = books.tax_code("10")
    lines = [books.line(100, code), books.line(100, books.untaxed_code)]
    discount = {
        "Amount": 20,
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": False},
    }
    spread = books.create("Invoice", books.form(books.customer(), *lines, discount))
    assert (spread["TxnTaxDetail"]["TotalTax"], spread["TotalAmt"]) == (9, 189)
    discount["DiscountLineDetail"] = {"PercentBased": False, "TaxCodeRef": {"value": code}}
    own = books.create("Invoice", books.form(books.customer(), *lines, discount))
    assert (own["TxnTaxDetail"]["TotalTax"], own["TotalAmt"]) == (8, 188)


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("128.35", "14.5", "1861.07"), ("3", "0.333", "0.99"), ("1", "1000", "999")],
)
def test_the_amount_is_checked_half_up_in_decimal(
    books: Books, quantity: str, price: str, amount: str
) -> None:
    """10."""
    with pytest.raises(Refused) as refused:
        books.create(
            "Invoice", books.form(books.customer(), books.line(amount, Qty=quantity, UnitPrice=price))
        )
    assert refused.value.code == "6070"
    exact = str(half_up(Decimal(quantity) * Decimal(price)))
    books.create("Invoice", books.form(books.customer(), books.line(exact, Qty=quantity, UnitPrice=price)))


def test_the_amount_in_the_refusal_has_separators(books: Books) -> None:
    """10."""
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), books.line(1000, Qty=1, UnitPrice=999)))
    assert refused.value.error["Message"] == "Amount is not equal to UnitPrice * Qty"
    assert refused.value.detail == "Amount is not equal to UnitPrice * Qty. Supplied value:1,000"


def test_a_document_below_zero_is_6000(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), books.line(10), books.line(-11)))
    assert refused.value.detail == "Business Validation Error: Transaction amount must be 0 or greater."


def test_every_seeded_tax_code_outside_the_us_is_a_group(books: Books) -> None:
    codes = books.rows("select * from TaxCode")
    assert codes and all(code["TaxGroup"] and code["Taxable"] for code in codes)
    assert set(KINDS) >= {"TaxCode", "TaxRate", "TaxAgency"}
