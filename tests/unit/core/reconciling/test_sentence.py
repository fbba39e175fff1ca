"""One change is said once: its cause and what it makes of the total."""

from decimal import Decimal

import pytest

from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.sentence import put_in_words


def money(field: str, caspen: str, quickbooks: str) -> Difference:
    return Difference(field, caspen, quickbooks, Decimal(quickbooks) - Decimal(caspen))


PRICE = (
    money("subtotal", "100.00", "110.00"),
    money("tax", "10.00", "11.00"),
    money("total", "110.00", "121.00"),
    money("balance", "110.00", "121.00"),
    money("line 1 amount", "80.00", "90.00"),
    money("line 1 unit price", "80.00", "90.00"),
)
TOTAL = "total: Caspen 110.00, QuickBooks 121.00 (11.00 more in QuickBooks), from"

SENTENCES = {
    "a price": (
        PRICE,
        f"{TOTAL} line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks)",
    ),
    "a quantity": (
        (*PRICE[:5], money("line 1 quantity", "1.00", "1.12"), money("line 1 unit price", "80.00", "80.36")),
        (
            f"{TOTAL} line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks); "
            "line 1 quantity: Caspen 1.00, QuickBooks 1.12 (0.12 more in QuickBooks); "
            "line 1 unit price: Caspen 80.00, QuickBooks 80.36 (0.36 more in QuickBooks)"
        ),
    ),
    "a line more": (
        (*PRICE[:4], Difference("lines", "1", "2")),
        f"{TOTAL} lines: Caspen 1, QuickBooks 2",
    ),
    "a price, and part of it paid there": (
        (*PRICE[:3], money("balance", "110.00", "71.00"), *PRICE[4:]),
        (
            f"{TOTAL} line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks); "
            "balance: Caspen 110.00, QuickBooks 71.00 (39.00 less in QuickBooks)"
        ),
    ),
    "totals alone": (PRICE[:4], "total: Caspen 110.00, QuickBooks 121.00 (11.00 more in QuickBooks)"),
    "the tax alone": (
        (
            money("tax", "10.00", "2.00"),
            money("total", "110.00", "102.00"),
            money("balance", "110.00", "102.00"),
        ),
        (
            "total: Caspen 110.00, QuickBooks 102.00 (8.00 less in QuickBooks), from tax: Caspen 10.00, "
            "QuickBooks 2.00 (8.00 less in QuickBooks)"
        ),
    ),
    "a tax code": (
        (
            money("tax", "10.00", "2.00"),
            money("total", "110.00", "102.00"),
            Difference("line 1 tax code", "GST [1]", "GST free [2]"),
        ),
        (
            "total: Caspen 110.00, QuickBooks 102.00 (8.00 less in QuickBooks), from line 1 tax code: "
            "Caspen GST [1], QuickBooks GST free [2]"
        ),
    ),
    "subtotal and tax that cancel out": (
        (money("subtotal", "100.00", "101.00"), money("tax", "10.00", "9.00")),
        (
            "subtotal: Caspen 100.00, QuickBooks 101.00 (1.00 more in QuickBooks); tax: Caspen 10.00, "
            "QuickBooks 9.00 (1.00 less in QuickBooks)"
        ),
    ),
    "parts that do not add up to the total": (
        (
            money("subtotal", "100.00", "101.00"),
            money("tax", "10.00", "11.00"),
            money("total", "110.00", "113.00"),
        ),
        (
            "total: Caspen 110.00, QuickBooks 113.00 (3.00 more in QuickBooks), from subtotal: Caspen "
            "100.00, QuickBooks 101.00 (1.00 more in QuickBooks); tax: Caspen 10.00, QuickBooks 11.00 "
            "(1.00 more in QuickBooks)"
        ),
    ),
    "quantity and price, the same amount": (
        (money("line 1 quantity", "1.00", "2.00"), money("line 1 unit price", "80.00", "40.00")),
        (
            "line 1 quantity: Caspen 1.00, QuickBooks 2.00 (1.00 more in QuickBooks); line 1 unit price: "
            "Caspen 80.00, QuickBooks 40.00 (40.00 less in QuickBooks)"
        ),
    ),
    "the balance alone": (
        (money("balance", "110.00", "0.00"),),
        "balance: Caspen 110.00, QuickBooks 0.00 (110.00 less in QuickBooks)",
    ),
    "a date, and a price": (
        (Difference("date", "2026-11-28", "2026-11-29"), *PRICE),
        (
            f"{TOTAL} line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks); "
            "date: Caspen 2026-11-28, QuickBooks 2026-11-29"
        ),
    ),
    "a price, and words": (
        (*PRICE[:5], Difference("line 1 description", "Consultation", "Visit"), PRICE[5]),
        (
            f"{TOTAL} line 1 amount: Caspen 80.00, QuickBooks 90.00 (10.00 more in QuickBooks); "
            "line 1 description: Caspen Consultation, QuickBooks Visit"
        ),
    ),
    "words, and tax of another code": (
        (
            money("tax", "10.00", "2.00"),
            money("total", "110.00", "102.00"),
            Difference("line 1 description", "Consultation", "Visit"),
            Difference("line 1 tax code", "GST [1]", "GST free [2]"),
        ),
        (
            "total: Caspen 110.00, QuickBooks 102.00 (8.00 less in QuickBooks), from line 1 tax code: "
            "Caspen GST [1], QuickBooks GST free [2]; line 1 description: Caspen Consultation, "
            "QuickBooks Visit"
        ),
    ),
    "the whole document": (
        (Difference("presence", "nothing", "there"),),
        "the whole document: Caspen nothing, QuickBooks there",
    ),
    "nothing": ((), ""),
}


@pytest.mark.parametrize(("differences", "sentence"), SENTENCES.values(), ids=SENTENCES)
def test_it_says_each_change_once(differences: tuple[Difference, ...], sentence: str):
    assert put_in_words(differences) == sentence


def test_money_that_differs_is_never_left_out():
    """Whatever is left out, the total's difference, or the balance's where only that differs, is said."""
    for differences, sentence in SENTENCES.values():
        fields = {one.field: one for one in differences}
        said = fields.get("total") or fields.get("balance")
        if said is not None:
            assert f"{abs(said.delta or 0):.2f}" in sentence
