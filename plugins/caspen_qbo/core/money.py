"""Exact amounts: rounding half-up as Caspen and QuickBooks do, and splitting without losing a cent."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def to_cents(amount: Decimal) -> Decimal:
    """Round to two decimals, halves away from zero, the sign kept: 0.005 -> 0.01, -0.005 -> -0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """``percent`` of ``amount`` rounded to the cent, e.g. tax on a net amount."""
    return to_cents(amount * percent / 100)


def percent_inside(gross: Decimal, percent: Decimal) -> Decimal:
    """The tax contained in ``gross`` at ``percent``, rounded to the cent."""
    return to_cents(gross * percent / (100 + percent))


def split(total: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """Share ``total``, which may be negative, so that the parts sum to it exactly. All zero: equally.

    :return: A part per weight; leftover cents go to the parts that were cut most, first on ties.
    :raises ValueError: a weight is negative, there is none, or the total holds part of a cent.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError(f"split needs weights that are not negative, got {list(weights)}")
    if total != to_cents(total):
        raise ValueError(f"split needs a total in whole cents, got {total}")
    shares = weights if any(weights) else [Decimal(1)] * len(weights)
    whole, sign = sum(shares, Decimal(0)), -1 if total < 0 else 1
    cents = int(abs(total) / CENT)
    exact = [cents * share / whole for share in shares]
    floors = [int(value) for value in exact]
    leftover = cents - sum(floors)
    by_cut = sorted(range(len(shares)), key=lambda index: (floors[index] - exact[index], index))
    for index in by_cut[:leftover]:
        floors[index] += 1
    return tuple(sign * floor * CENT for floor in floors)
