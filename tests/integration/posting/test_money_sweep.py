"""Cents by construction: random invoices under both of QuickBooks' ways of rounding. The long form is `make
sweep`.
"""

from __future__ import annotations

import random

import pytest

from tests.support.money_sweep import Books, random_percents, sweep
from tests.support.services import Sandbox


@pytest.mark.parametrize("rounding", ["per_line", "per_rate"])
def test_every_invoice_ends_equal_to_the_cent(sandbox: Sandbox, rounding: str) -> None:
    books = Books(sandbox.url)
    percents = random_percents(random.Random(11))
    result = sweep(books, 450, seed=11, rounding=rounding, context=books.context(percents), percents=percents)
    print(f"\n{rounding}: {result}")
    assert result.faults == 0
    assert result.equal_at_once + result.corrected == result.invoices == 450
    assert result.held == 0


def test_where_quickbooks_insists_on_its_own_tax_the_difference_is_seen_and_held(sandbox: Sandbox) -> None:
    books = Books(sandbox.url)
    books.switch(honour_tax_override=False)
    percents = random_percents(random.Random(12))
    context = books.context(percents)
    result = sweep(books, 300, seed=12, rounding="per_rate", context=context, percents=percents)
    print(f"\ninsisting: {result}")
    assert result.held > 0
    assert result.equal_at_once + result.corrected + result.held == result.invoices
