"""The figures behind docs/decisions/0003 and 0004: how often tax must be stated, by the form of a discount.

python -m tests.support.discount_evidence
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.core.money import ZERO, percent_of, to_cents
from caspen_qbo.core.posting.totals import LineAmounts, line_amounts, needs_override
from caspen_qbo.core.records import Invoice, TaxMode
from caspen_qbo.core.reference import TaxCode
from tests.support.money_sweep import random_invoice
from tests.support.records import a_code

PERCENTS = [Decimal(text) for text in ("0", "10", "12.5", "15", "8.1234")]
CODES = [a_code(f"c{index}", f"Code {index}", str(percent)) for index, percent in enumerate(PERCENTS)]


@dataclass
class Figures:
    """Counts of invoices."""

    invoices: int = 0
    discounted: int = 0
    """Taxed, with a discount on at least one line; the rest of the counts are of these."""
    stated_with_net_price: int = 0
    stated_with_negative_lines: int = 0
    wrong_with_one_discount_line: int = 0
    """One discount for the whole form, spread by QuickBooks: a rate's tax differs from Caspen's."""
    undiscounted: int = 0
    stated_undiscounted: int = 0


def measure(discounted: int = 1000, seed: int = 4) -> Figures:
    rng, result = random.Random(seed), Figures()
    while result.discounted < discounted:
        invoice = random_invoice(rng, result.invoices, PERCENTS)
        result.invoices += 1
        if invoice.tax_mode is TaxMode.NONE:
            continue
        net_lines = [_amounts(invoice, index) for index in range(len(invoice.lines))]
        stated = needs_override(net_lines, invoice.tax_mode, invoice.tax_total)
        if not any(line.discount_amount for line in invoice.lines):
            result.undiscounted += 1
            result.stated_undiscounted += stated
            continue
        result.discounted += 1
        result.stated_with_net_price += stated
        split = [part for index in range(len(invoice.lines)) for part in _with_negative_line(invoice, index)]
        result.stated_with_negative_lines += needs_override(split, invoice.tax_mode, invoice.tax_total)
        result.wrong_with_one_discount_line += _one_discount_line_differs(invoice, net_lines)
    return result


def _code(invoice: Invoice, index: int) -> TaxCode:
    return CODES[invoice.lines[index].tax_rate_id or 0]


def _amounts(invoice: Invoice, index: int) -> LineAmounts:
    return line_amounts(invoice.lines[index], invoice.tax_mode, _code(invoice, index))


def _with_negative_line(invoice: Invoice, index: int) -> Iterator[LineAmounts]:
    """The line at its full price, and its discount as a line of its own of the same tax code."""
    line, code = invoice.lines[index], _code(invoice, index)
    for amount in (line.amount + line.discount_amount, -line.discount_amount):
        if amount == 0 and line.discount_amount == 0:
            continue
        inclusive = invoice.tax_mode is TaxMode.INCLUSIVE
        net = to_cents(amount * 100 / (100 + line.tax_percent)) if inclusive else amount
        tax = amount - net if inclusive else percent_of(net, line.tax_percent)
        yield LineAmounts(net, net + tax, tax, Decimal(1), net, code)


def _one_discount_line_differs(invoice: Invoice, lines: list[LineAmounts]) -> bool:
    """QuickBooks spreads its single discount line over all lines by their share, whatever they were."""
    full = [line.amount + line.discount_amount for line in invoice.lines]
    whole, discount = sum(full, ZERO), sum((line.discount_amount for line in invoice.lines), ZERO)
    spread: dict[str, Decimal] = {}
    caspen: dict[str, Decimal] = {}
    for line, amounts, before in zip(invoice.lines, lines, full, strict=True):
        code = _code(invoice, line.position - 1)
        after = before - (discount * before / whole if whole else ZERO)
        inclusive = invoice.tax_mode is TaxMode.INCLUSIVE
        base = 100 + code.percent if inclusive else Decimal(100)
        spread[code.id] = spread.get(code.id, ZERO) + to_cents(after * code.percent / base)
        caspen[code.id] = caspen.get(code.id, ZERO) + amounts.tax
    return spread != caspen


if __name__ == "__main__":
    print(measure())
