"""Caspen's invoice arithmetic: exact decimals, rounded half-up to the cent, line by line.

Pure functions. Amounts are in major units (dollars) of the invoice's currency and never negative; rates and
percentages are in percent (10 means 10 %).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from typing import Literal

TaxMode = Literal["exclusive", "inclusive", "none"]
DiscountType = Literal["none", "fixed", "percentage"]
Number = Decimal | int | str
"""What a caller may pass for a number. Never a float: 0.1 is not one tenth in binary."""

TAX_MODES: tuple[TaxMode, ...] = ("exclusive", "inclusive", "none")
DISCOUNT_TYPES: tuple[DiscountType, ...] = ("none", "fixed", "percentage")

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
# Quantity times price has up to 24 digits; with 60, a division cannot land on a false half cent.
PRECISION = 60


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """The money of one line."""

    gross: Decimal
    """Quantity times unit price, before the discount, in the invoice's tax mode."""

    discount_amount: Decimal
    """Money taken off the line; never more than `gross`."""

    amount: Decimal
    """`gross` less the discount, in the invoice's tax mode: it contains the tax when inclusive."""

    tax_amount: Decimal
    """On top of `amount` when exclusive, inside it when inclusive, 0 when none."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The money of one document."""

    subtotal: Decimal
    """Net of discounts, before tax."""

    discount_total: Decimal
    """Sum of the lines' discounts, in the invoice's tax mode."""

    tax_total: Decimal
    total: Decimal
    """What the client owes: `subtotal + tax_total`."""


def exact(value: Number, what: str, places: int = 4, *, above_zero: bool = False) -> Decimal:
    """Read a number as the Decimal that Caspen's column would hold.

    :param places: Decimals the column has. A finer number is refused, because the database would round it.
    :raises TypeError: a float (or a bool) was given.
    :raises ValueError: not a finite number, negative, zero where `above_zero`, too fine, or over 12 digits.
    """
    if isinstance(value, bool) or not isinstance(value, (Decimal, int, str)):
        raise TypeError(f"{what} is {value!r} ({type(value).__name__}), expected a Decimal, an int or a str")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{what} is {value!r}, expected a number") from None
    if not number.is_finite() or number < 0 or (above_zero and number == 0):
        raise ValueError(f"{what} is {value}, expected a number {'above' if above_zero else 'of at least'} 0")
    limit = Decimal(10) ** (12 - places)
    if number >= limit:
        raise ValueError(f"{what} is {value}, expected less than {limit}")
    with localcontext(prec=PRECISION):
        rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded != number:
        raise ValueError(f"{what} is {value}, expected at most {places} decimals")
    return rounded


def half_up(value: Decimal) -> Decimal:
    """Round to the cent, half cents up. `value` is never negative here."""
    with localcontext(prec=PRECISION):
        return value.quantize(CENT, rounding=ROUND_HALF_UP)


def compute_tax(amount: Decimal, tax_mode: TaxMode, tax_percent: Number) -> Decimal:
    """The tax on (exclusive), or inside (inclusive), an amount of money."""
    rate = exact(tax_percent, "tax_percent")
    with localcontext(prec=PRECISION):
        match tax_mode:
            case "exclusive":
                return half_up(amount * rate / HUNDRED)
            case "inclusive":
                return half_up(amount * rate / (HUNDRED + rate))
            case "none":
                return ZERO
    raise ValueError(f"tax_mode is {tax_mode!r}, expected one of {', '.join(TAX_MODES)}")


def compute_line(
    quantity: Number,
    unit_price: Number,
    *,
    discount_type: DiscountType = "none",
    discount_value: Number = 0,
    tax_mode: TaxMode = "exclusive",
    tax_percent: Number = 0,
) -> LineAmounts:
    """The money of one line, each step rounded half-up to the cent.

    :param quantity: A count or hours, above 0, at most 4 decimals.
    :param unit_price: In the invoice's tax mode, at most 4 decimals.
    :param discount_value: Money off the line (`fixed`) or percent (`percentage`).
    :raises ValueError: a number or a word that Caspen's columns would not take.
    """
    with localcontext(prec=PRECISION):
        gross = half_up(exact(quantity, "quantity", above_zero=True) * exact(unit_price, "unit_price"))
        value = exact(discount_value, "discount_value")
        match discount_type:
            case "none":
                discount = ZERO
            case "fixed":
                discount = half_up(value)
            case "percentage":
                discount = half_up(gross * value / HUNDRED)
            case _:
                raise ValueError(
                    f"discount_type is {discount_type!r}, expected one of {', '.join(DISCOUNT_TYPES)}"
                )
        discount = min(discount, gross)
        amount = gross - discount
    return LineAmounts(gross, discount, amount, compute_tax(amount, tax_mode, tax_percent))


def compute_totals(lines: Iterable[LineAmounts], tax_mode: TaxMode) -> Totals:
    """The money of a document from its lines; all zero when there are none."""
    lines = tuple(lines)
    amount = sum((line.amount for line in lines), ZERO)
    tax = sum((line.tax_amount for line in lines), ZERO)
    subtotal = amount - tax if tax_mode == "inclusive" else amount
    return Totals(
        subtotal=subtotal,
        discount_total=sum((line.discount_amount for line in lines), ZERO),
        tax_total=tax,
        total=subtotal + tax,
    )
