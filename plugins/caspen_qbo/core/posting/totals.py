"""Line, tax and document totals, and where QuickBooks rounds: per line or once per tax rate, and from net or
gross where tax is inside. Caspen rounds per line, half-up. Every way is predicted; only where one would
differ is the tax stated explicitly. See docs/decisions/0003-tax-override.md.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.money import ZERO, percent_inside, percent_of, split, to_cents
from caspen_qbo.core.records import CreditNoteLine, InvoiceLine, TaxMode
from caspen_qbo.core.reference import TaxCode

UNIT_PRICE_PLACES = Decimal("0.0000001")
"""QuickBooks keeps seven decimals of a unit price."""


@dataclass(frozen=True, slots=True)
class LineAmounts:
    net: Decimal
    gross: Decimal
    tax: Decimal
    quantity: Decimal
    unit_price: Decimal
    """``round_half_up(quantity * unit_price, 2) == net``, or QuickBooks refuses the line (fault 6070)."""
    tax_code: TaxCode | None


@dataclass(frozen=True, slots=True)
class TaxLine:
    """The tax of one QuickBooks tax rate over the whole document."""

    rate_id: str
    percent: Decimal
    amount: Decimal
    net_taxable: Decimal


def line_amounts(line: InvoiceLine | CreditNoteLine, mode: TaxMode, code: TaxCode | None) -> LineAmounts:
    """Quantity times unit price is exactly the net. The line's own price is kept where that works out."""
    if mode is TaxMode.INCLUSIVE:
        net, gross, tax = line.amount - line.tax_amount, line.amount, line.tax_amount
    elif mode is TaxMode.EXCLUSIVE:
        net, gross, tax = line.amount, line.amount + line.tax_amount, line.tax_amount
    else:
        net, gross, tax = line.amount, line.amount, ZERO
    own_price = line.unit_price if isinstance(line, InvoiceLine) and mode is not TaxMode.INCLUSIVE else None
    quantity, unit_price = quantity_and_price(line.quantity, own_price, net)
    return LineAmounts(net, gross, tax, quantity, unit_price, code)


def quantity_and_price(quantity: Decimal, own_price: Decimal | None, net: Decimal) -> tuple[Decimal, Decimal]:
    """The own price if it multiplies to ``net``, else one that does, to the cent; (1, net) if none does."""
    if quantity > 0:
        if own_price is not None and to_cents(quantity * own_price) == net:
            return quantity, own_price
        price = (net / quantity).quantize(UNIT_PRICE_PLACES)
        if to_cents(quantity * price) == net:
            return quantity, price
    return Decimal(1), net


def tax_lines(lines: Sequence[LineAmounts]) -> tuple[TaxLine, ...]:
    """By rate id. A code with two rates shares a line's tax between them by their percents, no cent lost."""
    tax: dict[str, Decimal] = defaultdict(lambda: ZERO)
    net: dict[str, Decimal] = defaultdict(lambda: ZERO)
    percent: dict[str, Decimal] = {}
    for line in lines:
        if line.tax_code is None:
            continue
        parts = line.tax_code.parts
        for part, amount in zip(parts, split(line.tax, [part.percent for part in parts]), strict=True):
            tax[part.rate_id] += amount
            net[part.rate_id] += line.net
            percent[part.rate_id] = part.percent
    return tuple(
        TaxLine(rate_id, percent[rate_id], tax[rate_id], net[rate_id]) for rate_id in sorted(percent)
    )


def predicted_taxes(lines: Sequence[LineAmounts], mode: TaxMode) -> frozenset[Decimal]:
    """Every total tax QuickBooks may compute, over the ways it is documented to round."""
    if mode is TaxMode.NONE:
        return frozenset({ZERO})
    parts = [
        _Part(part.rate_id, part.percent, line.net, line.gross)
        for line in lines
        if line.tax_code is not None
        for part in line.tax_code.parts
    ]
    groups = (parts, _summed_by_rate(parts))  # rounded per line, or once per rate
    found = {sum((percent_of(p.net, p.percent) for p in group), ZERO) for group in groups}
    if mode is TaxMode.INCLUSIVE:
        found |= {sum((percent_inside(p.gross, p.percent) for p in group), ZERO) for group in groups}
        found |= {sum((p.gross - _net_inside(p.gross, p.percent) for p in group), ZERO) for group in groups}
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Part:
    rate_id: str
    percent: Decimal
    net: Decimal
    gross: Decimal


def _summed_by_rate(parts: Sequence[_Part]) -> list[_Part]:
    summed: dict[str, _Part] = {}
    for part in parts:
        before = summed.get(part.rate_id)
        net, gross = (
            (part.net, part.gross) if before is None else (before.net + part.net, before.gross + part.gross)
        )
        summed[part.rate_id] = _Part(part.rate_id, part.percent, net, gross)
    return list(summed.values())


def _net_inside(gross: Decimal, percent: Decimal) -> Decimal:
    """The other way to take tax out of a price: round what remains, and let the tax be the rest."""
    return to_cents(gross * 100 / (100 + percent))


def needs_override(lines: Sequence[LineAmounts], mode: TaxMode, tax: Decimal) -> bool:
    """Whether some documented way of rounding would give another total tax than Caspen's ``tax``."""
    return mode is not TaxMode.NONE and predicted_taxes(lines, mode) != {tax}
