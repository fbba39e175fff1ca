"""Caspen's invoice arithmetic: figures worked by hand, and promises for any figures."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings

from caspen_seed import LineAmounts, NewLine, compute_line, compute_totals
from caspen_seed.strategies import draft_drawn, invoices


def as_text(line: LineAmounts) -> tuple[str, str, str, str]:
    return str(line.gross), str(line.discount_amount), str(line.amount), str(line.tax_amount)


@pytest.mark.parametrize(
    "quantity, price, discount, mode, rate, expected",
    [
        ("1", "100", ("none", "0"), "exclusive", "10", ("100.00", "0.00", "100.00", "10.00")),
        ("1", "100", ("none", "0"), "inclusive", "10", ("100.00", "0.00", "100.00", "9.09")),
        ("1", "100", ("none", "0"), "none", "10", ("100.00", "0.00", "100.00", "0.00")),
        # 0.33 h of 193.99 is 64.0167; a tenth of 64.02 is 6.402
        ("0.33", "193.99", ("none", "0"), "exclusive", "10", ("64.02", "0.00", "64.02", "6.40")),
        # half cents go up: 0.5 * 0.01, 5 % of 0.10, 12.5 % of 0.20, 10 % of 0.05
        ("0.5", "0.01", ("none", "0"), "exclusive", "0", ("0.01", "0.00", "0.01", "0.00")),
        ("1", "0.10", ("percentage", "5"), "none", "0", ("0.10", "0.01", "0.09", "0.00")),
        ("1", "0.20", ("none", "0"), "exclusive", "12.5", ("0.20", "0.00", "0.20", "0.03")),
        ("1", "0.05", ("none", "0"), "exclusive", "10", ("0.05", "0.00", "0.05", "0.01")),
        # 0.01 * 100 / 200 is exactly half a cent inside
        ("1", "0.01", ("none", "0"), "inclusive", "100", ("0.01", "0.00", "0.01", "0.01")),
        # gross is rounded before the percentage: 3 * 33.335 = 100.005 -> 100.01, a third of it 33.3366
        ("3", "33.335", ("percentage", "33.3333"), "exclusive", "10", ("100.01", "33.34", "66.67", "6.67")),
        ("2", "50", ("percentage", "100"), "exclusive", "10", ("100.00", "100.00", "0.00", "0.00")),
        ("2", "50", ("percentage", "120"), "exclusive", "10", ("100.00", "100.00", "0.00", "0.00")),
        ("1", "20", ("fixed", "25"), "exclusive", "10", ("20.00", "20.00", "0.00", "0.00")),
        ("1", "20", ("fixed", "7.125"), "inclusive", "15", ("20.00", "7.13", "12.87", "1.68")),
        ("1", "110", ("none", "0"), "exclusive", "8.1234", ("110.00", "0.00", "110.00", "8.94")),
        (
            "1000",
            "99999.9999",
            ("none", "0"),
            "exclusive",
            "10",
            ("99999999.90", "0.00", "99999999.90", "9999999.99"),
        ),
    ],
)
def test_one_line(quantity, price, discount, mode, rate, expected):
    line = compute_line(
        quantity,
        price,
        discount_type=discount[0],
        discount_value=discount[1],
        tax_mode=mode,
        tax_percent=rate,
    )
    assert as_text(line) == expected


def test_tax_is_rounded_per_line_and_not_on_the_sum():
    lines = [compute_line("1", "0.05", tax_mode="exclusive", tax_percent="10")] * 3
    totals = compute_totals(lines, "exclusive")
    assert (totals.subtotal, totals.tax_total, totals.total) == (
        Decimal("0.15"),
        Decimal("0.03"),
        Decimal("0.18"),
    )


def test_inclusive_totals_take_the_tax_out_of_the_subtotal():
    lines = [compute_line("1", "33.33", tax_mode="inclusive", tax_percent=rate) for rate in ("10", "0", "15")]
    totals = compute_totals(lines, "inclusive")
    assert (totals.subtotal, totals.tax_total, totals.total) == (
        Decimal("92.61"),
        Decimal("7.38"),
        Decimal("99.99"),
    )


def test_no_lines_are_zero_with_cents():
    totals = compute_totals([], "exclusive")
    assert [str(value) for value in (totals.subtotal, totals.discount_total, totals.total)] == ["0.00"] * 3


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"quantity": "0"}, "quantity is 0, expected a number above 0"),
        ({"quantity": "-1"}, "quantity is -1"),
        ({"quantity": "0.00001"}, "at most 4 decimals"),
        ({"unit_price": "-0.01"}, "unit_price is -0.01"),
        ({"unit_price": "NaN"}, "unit_price is NaN"),
        ({"unit_price": "1e20"}, "expected less than 100000000"),
        ({"unit_price": "ten"}, "'ten', expected a number"),
        ({"tax_percent": "1.23456"}, "tax_percent is 1.23456"),
        ({"tax_mode": "gross"}, "tax_mode is 'gross', expected one of exclusive, inclusive, none"),
        ({"discount_type": "half"}, "discount_type is 'half'"),
    ],
)
def test_what_the_columns_would_not_take_is_refused(wrong, message):
    values = {"quantity": "1", "unit_price": "1", **wrong}
    with pytest.raises(ValueError, match=message):
        compute_line(values.pop("quantity"), values.pop("unit_price"), **values)


def test_floats_are_refused():
    with pytest.raises(TypeError, match=r"unit_price is 0\.1 \(float\)"):
        compute_line(1, 0.1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="kind is 'gift'"):
        NewLine("gift", "Voucher", "1")


@settings(max_examples=60, deadline=None)
@given(invoice=invoices(max_lines=12))
def test_any_invoice_adds_up_and_each_step_is_the_nearest_cent(invoice):
    for line in invoice.lines:
        amounts = line.amounts
        assert 0 <= amounts.discount_amount <= amounts.gross
        assert amounts.amount == amounts.gross - amounts.discount_amount
        rate = Fraction(line.tax_percent)
        whole = 100 + rate if invoice.tax_mode == "inclusive" else Fraction(100)
        true_tax = Fraction(amounts.amount) * rate / whole
        assert Fraction(-1, 200) < Fraction(amounts.tax_amount) - true_tax <= Fraction(1, 200)
        true_gross = Fraction(line.typed.quantity) * Fraction(line.typed.unit_price)
        assert Fraction(-1, 200) < Fraction(amounts.gross) - true_gross <= Fraction(1, 200)
    totals = invoice.totals
    assert totals.total == totals.subtotal + totals.tax_total
    amount = sum(line.amounts.amount for line in invoice.lines)
    assert totals.total == amount + (totals.tax_total if invoice.tax_mode == "exclusive" else 0)


@pytest.mark.postgres
def test_the_database_computes_the_same_amounts(clinic):
    """PostgreSQL's own numeric arithmetic is the second opinion, on the lines as they are stored."""
    rates: dict[Decimal, int] = {}

    @settings(max_examples=25, deadline=None)
    @given(invoice=invoices(max_lines=8))
    def check(invoice):
        for percent in invoice.tax_percents - set(rates):
            rates[percent] = clinic.staff.create_tax_rate(f"{percent} %", percent)
        drawn = draft_drawn(clinic.staff, clinic.client, invoice, rates)
        clinic.staff.finalise(drawn)
        seen = clinic.staff.invoice(drawn)
        assert (seen.subtotal, seen.discount_total, seen.tax_total, seen.total) == (
            invoice.totals.subtotal,
            invoice.totals.discount_total,
            invoice.totals.tax_total,
            invoice.totals.total,
        )

    check()
    different = clinic.connection.execute(
        """
        WITH gross AS (
          SELECT l.*, i.tax_mode, round(l.quantity * l.unit_price, 2) AS gross
          FROM caspen.invoice_line l JOIN caspen.invoice i ON i.id = l.invoice_id
        ), net AS (
          SELECT *, gross - least(gross, CASE discount_type WHEN 'fixed' THEN round(discount_value, 2)
            WHEN 'percentage' THEN round(gross * discount_value / 100, 2) ELSE 0 END) AS net FROM gross
        )
        SELECT count(*), count(*) FILTER (WHERE amount <> net OR discount_amount <> gross - net
          OR tax_amount <> CASE tax_mode WHEN 'exclusive' THEN round(net * tax_percent / 100, 2)
            WHEN 'inclusive' THEN round(net * tax_percent / (100 + tax_percent), 2) ELSE 0 END)
        FROM net
        """
    ).fetchone()
    assert different[0] > 25
    assert different[1] == 0
