"""What a person types to find a document: whatever it may be is looked for."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.monitoring.search import TEXT_MAX, read_sought

AMOUNTS = {
    "44": "44",
    "44.": "44",
    "44.5": "44.50",
    ".50": "0.50",
    "$44": "44",
    "A$ 44.00": "44",
    "AUD 44": "44",
    "44 aud": "44",
    "1,234.50": "1234.50",
    "$1,234.50": "1234.50",
    "1 234.50": "1234.50",
    "1\u202f234.50": "1234.50",
    "-44.00": "44",
    "(44.00)": "44",
    "\u2212$44": "44",
    "$-44": "44",
    " 44 ": "44",
    "0": "0",
}
NO_AMOUNT = (
    "INV-0042",
    "$",
    ".",
    "12,34",
    "1.234",
    "44.555",
    "1234567890123",
    "four",
    "44 $$",
    "\u0664\u0664",
    "--",
    "44;1",
)


@pytest.mark.parametrize("typed", AMOUNTS)
def test_amounts_as_people_type_them(typed: str) -> None:
    assert read_sought(typed).amount == Decimal(AMOUNTS[typed])


@pytest.mark.parametrize("typed", NO_AMOUNT)
def test_what_is_no_amount(typed: str) -> None:
    assert read_sought(typed).amount is None


@pytest.mark.parametrize(
    ("typed", "ends", "quickbooks_id"),
    [
        ("0042", "42", "0042"),
        ("#42", "42", "42"),
        ("000", None, "000"),
        ("INV-42", None, None),
        ("4.2", None, None),
    ],
)
def test_digits_are_the_end_of_a_number_and_an_id(
    typed: str, ends: str | None, quickbooks_id: str | None
) -> None:
    sought = read_sought(typed)
    assert (sought.ends, sought.quickbooks_id) == (ends, quickbooks_id)


@given(st.text(max_size=300))
def test_any_text_is_read(typed: str) -> None:
    sought = read_sought(typed)
    if sought is not None:
        assert 0 < len(sought.text) <= TEXT_MAX
        assert sought.amount is None or sought.amount >= 0


@given(st.decimals(min_value=0, max_value=Decimal("999999999.99"), places=2))
def test_an_amount_as_our_pages_write_it_is_read_back(amount: Decimal) -> None:
    for written in (f"{amount:,.2f}", f"{amount:.2f}", f"{amount:,.2f} AUD", f"${amount:,.2f}"):
        assert read_sought(written).amount == amount
