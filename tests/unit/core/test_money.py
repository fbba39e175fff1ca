"""Promises about cents, each for any amount."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.money import CENT, percent_inside, percent_of, split, to_cents

CENTS = st.integers(-(10**9), 10**9)
MONEY = CENTS.map(lambda cents: Decimal(cents).scaleb(-2))
FINE = st.decimals(min_value=-(10**7), max_value=10**7, places=8)
PERCENT = st.integers(0, 500_000).map(lambda n: Decimal(n).scaleb(-4))
WEIGHTS = st.lists(st.integers(0, 10**7).map(lambda n: Decimal(n).scaleb(-2)), min_size=1, max_size=30)


def half_up(exact: Fraction) -> Decimal:
    """The rule in whole numbers, apart from the code under test."""
    cents = (abs(exact) * 200 + 1) // 2
    return Decimal(int(cents) if exact >= 0 else -int(cents)).scaleb(-2)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049999", "0.00"), ("1.115", "1.12"), ("2.675", "2.68")],
)
def test_halves_go_away_from_zero(amount, rounded):
    assert to_cents(Decimal(amount)) == Decimal(rounded)


@given(FINE)
def test_rounding_is_half_up_to_the_cent(amount):
    assert to_cents(amount) == half_up(Fraction(amount))
    assert to_cents(amount).as_tuple().exponent == -2


@given(FINE)
def test_rounding_twice_is_rounding_once(amount):
    assert to_cents(to_cents(amount)) == to_cents(amount)


@given(MONEY, PERCENT)
def test_a_percentage_is_rounded_once_from_the_exact_value(amount, percent):
    assert percent_of(amount, percent) == half_up(Fraction(amount) * Fraction(percent) / 100)


@given(MONEY, PERCENT)
def test_tax_inside_is_rounded_once_from_the_exact_value(gross, percent):
    assert percent_inside(gross, percent) == half_up(
        Fraction(gross) * Fraction(percent) / (100 + Fraction(percent))
    )


@given(MONEY, WEIGHTS)
def test_parts_sum_to_the_whole(total, weights):
    parts = split(total, weights)
    assert len(parts) == len(weights)
    assert sum(parts, Decimal(0)) == total


@given(MONEY, WEIGHTS)
def test_each_part_is_within_a_cent_of_its_share(total, weights):
    whole = sum(weights) or len(weights)
    shares = weights if any(weights) else [1] * len(weights)
    for part, share in zip(split(total, weights), shares, strict=True):
        assert abs(Fraction(part) - Fraction(total) * Fraction(share) / Fraction(whole)) < Fraction(CENT)


@given(MONEY, WEIGHTS)
def test_a_negative_total_splits_as_the_positive_one_does(total, weights):
    assert split(-total, weights) == tuple(-part for part in split(total, weights))


@given(MONEY, WEIGHTS)
def test_what_weighs_nothing_gets_nothing_unless_nothing_weighs_anything(total, weights):
    if any(weights):
        assert all(
            part == 0 for part, weight in zip(split(total, weights), weights, strict=True) if not weight
        )


def test_leftover_cents_go_to_the_first_of_equals():
    assert split(Decimal("10.00"), [Decimal(1)] * 3) == (Decimal("3.34"), Decimal("3.33"), Decimal("3.33"))


@pytest.mark.parametrize("weights", [[], [Decimal(1), Decimal(-1)]])
def test_weights_that_make_no_sense_are_refused(weights):
    with pytest.raises(ValueError, match="weights that are not negative"):
        split(Decimal("1.00"), weights)


def test_a_total_with_part_of_a_cent_is_refused_because_it_would_be_lost():
    with pytest.raises(ValueError, match="whole cents, got 10.005"):
        split(Decimal("10.005"), [Decimal(1), Decimal(1)])
