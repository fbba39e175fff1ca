"""Exact amounts: documents carry JSON numbers, every calculation is done in Decimal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")


def half_up(amount: Decimal, step: Decimal = CENT) -> Decimal:
    """Round to ``step``, halves away from zero, so that a credit mirrors its invoice."""
    return amount.quantize(step, rounding=ROUND_HALF_UP)


def dec(value: object) -> Decimal:
    """The Decimal meant by a stored JSON number.

    ``repr`` of a float is its shortest exact text, so an amount of up to 15 digits comes back unchanged.
    Absent means zero, as in QuickBooks' own documents.
    """
    return ZERO if value is None else value if isinstance(value, Decimal) else Decimal(repr(value))


def amount_number(value: Decimal) -> int | float:
    """A money amount the way QuickBooks prints one: ``0`` for nothing, else with a decimal point
    (``100.0``).
    """
    return 0 if value == 0 else float(value)


def plain_number(value: Decimal) -> int | float:
    """A quantity, price or rate: whole numbers without a decimal point (``4``), others with (``14.5``)."""
    return int(value) if value == value.to_integral_value() else float(value)


def with_separators(value: Decimal) -> str:
    """An amount as the 6070 fault prints it: ``1,861.07``, ``1,000``."""
    text = f"{value.normalize():,f}"
    return text if "." not in text or len(text.rsplit(".", 1)[1]) != 1 else text + "0"
