"""The month's figures in the layouts that accountants know: ages of what is due, labels of the statement."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal

from caspen_qbo.core.closing.stored import CodeLine, StatementLine
from caspen_qbo.core.money import ZERO

AGES = ("Current", "1 to 30", "31 to 60", "61 to 90", "91 and over")
"""Days past the due date, as QuickBooks' own ageing report groups them."""
AGE_BOUNDS = (1, 31, 61, 91)
"""The first day of each group but the first."""


def statement_lines(codes: Sequence[CodeLine], country: str) -> tuple[StatementLine, ...]:
    """The labels of the Australian activity statement that sales fill: G1 with GST inside, of it what carries
    none, and 1A. Elsewhere the same sums without labels. Accrual basis: by the documents' own dates.
    """
    free = [line for line in codes if not line.rate]
    labels = ("G1", "of G1", "1A") if country == "AU" else ("", "", "")
    taxed = "GST" if country == "AU" else "tax"
    return (
        StatementLine(
            labels[0],
            f"Total sales, including {taxed}",
            sum((line.caspen_net + line.caspen_tax for line in codes), ZERO),
            sum((line.quickbooks_net + line.quickbooks_tax for line in codes), ZERO),
        ),
        StatementLine(
            labels[1],
            f"Sales at codes without {taxed}",
            sum((line.caspen_net for line in free), ZERO),
            sum((line.quickbooks_net for line in free), ZERO),
        ),
        StatementLine(
            labels[2],
            f"{taxed if taxed == 'GST' else 'Tax'} on sales",
            sum((line.caspen_tax for line in codes), ZERO),
            sum((line.quickbooks_tax for line in codes), ZERO),
        ),
    )


def whole_units(amount: Decimal) -> Decimal:
    """As the statement is filled in: whole dollars, cents left off."""
    return amount.quantize(Decimal(1), ROUND_DOWN)
