"""The tax of a QuickBooks document, by the code of its lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from caspen_qbo.core.documents import DocumentFacts, LineFacts, TaxFacts
from caspen_qbo.core.reconciling.tax_by_code import net_by_code, tax_by_code
from tests.support.records import facts as invoice_facts

PERCENTS = {"5": Decimal(10), "6": Decimal(0), "7": Decimal(10), "8": Decimal(15)}


def document(
    lines: list[tuple[str, str]], taxes: list[tuple[str, str]], tax: str | None = None
) -> DocumentFacts:
    """``lines`` as (code, net), ``taxes`` as (percent, amount)."""
    empty = LineFacts(Decimal(0), "", "", "", None, None, None, None)
    amounts = [Decimal(amount) for _, amount in taxes]
    total = Decimal(tax) if tax else sum(amounts, Decimal(0))
    return invoice_facts(
        tax=total,
        lines=tuple(replace(empty, tax_code_id=code, amount=Decimal(net)) for code, net in lines),
        taxes=tuple(TaxFacts(Decimal(p) if p else None, a) for (p, _), a in zip(taxes, amounts, strict=True)),
    )


@pytest.mark.parametrize(
    ("lines", "taxes", "expected"),
    [
        ([("5", "80.00"), ("5", "20.00")], [("10", "10.00")], {"5": "10.00"}),
        ([("5", "80.00"), ("6", "20.00")], [("10", "8.00"), ("0", "0.00")], {"5": "8.00"}),
        ([("5", "80.00"), ("8", "20.00")], [("10", "8.00"), ("15", "3.00")], {"5": "8.00", "8": "3.00"}),
        # Two codes of one rate share it by their nets, to the cent.
        ([("5", "0.10"), ("7", "0.20")], [("10", "0.04")], {"5": "0.01", "7": "0.03"}),
        # A code of two rates, not linked here: the only one that bears tax.
        ([("99", "50.00"), ("6", "50.00")], [("5", "2.50"), ("7", "3.50")], {"99": "6.00"}),
        # A rate that several codes could bear and none has: no code.
        ([("5", "50.00"), ("8", "50.00")], [("12", "6.00")], {"": "6.00"}),
        # Kept before taxes by rate were: all of it, where only one code bears tax.
        ([("5", "50.00"), ("6", "50.00")], [], {"5": "5.00"}),
    ],
)
def test_a_rate_belongs_to_the_code_that_has_it(lines, taxes, expected):
    facts = document(lines, taxes, tax=None if taxes else "5.00")
    assert tax_by_code(facts, PERCENTS) == {code: Decimal(amount) for code, amount in expected.items()}
    assert sum(tax_by_code(facts, PERCENTS).values()) == facts.tax


def test_a_total_typed_over_by_hand_is_nobodys():
    facts = document([("5", "100.00")], [("10", "10.00")], tax="10.05")
    assert tax_by_code(facts, PERCENTS) == {"5": Decimal("10.00"), "": Decimal("0.05")}


def test_nets_are_added_by_code():
    nets = net_by_code(document([("5", "80.00"), ("6", "1.00"), ("5", "20.00")], []))
    assert nets == {"5": Decimal("100.00"), "6": Decimal("1.00")}
