"""How amounts, dates and times read on the pages, and what a spreadsheet must not take for a formula."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from caspen_qbo import plain_text, wording
from caspen_qbo.core import faults
from caspen_qbo.ui.page import style_hashes
from ops.paths import PLUGINS


def test_amounts_carry_sign_and_currency() -> None:
    assert wording.money(Decimal("1234.5"), "AUD") == "1,234.50 AUD"
    assert wording.money(Decimal("-0.01"), "AUD") == "-0.01 AUD"
    assert wording.money(None, "AUD") == "–"
    assert wording.signed(Decimal("0.01"), "AUD") == "+0.01 AUD"
    assert wording.signed(Decimal("-1234.00"), "NZD") == "-1,234.00 NZD"


def test_large_amounts_stay_exact() -> None:
    assert wording.money(Decimal("90071992547409.93"), "AUD") == "90,071,992,547,409.93 AUD"


def test_times_are_in_the_practices_zone() -> None:
    at = datetime(2026, 11, 3, 14, 5, tzinfo=UTC)
    assert wording.moment(at, ZoneInfo("Australia/Sydney")) == "4 Nov 2026, 01:05"
    assert wording.moment(at, wording.zone_of("Not/AZone")) == "3 Nov 2026, 14:05"
    assert wording.day(date(2026, 2, 9)) == "9 Feb 2026"


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=12), "12 days ago"),
    ],
)
def test_how_long_ago(past: timedelta, words: str) -> None:
    now = datetime(2026, 11, 3, tzinfo=UTC)
    assert wording.ago(now - past, now) == words


@pytest.mark.parametrize(
    "value",
    [
        *("=1+1", "+61 2 5550", "@SUM(A1)", "\tx", "\rx", "-x", "-", "-2+3+cmd|'/C calc'!A0", "|calc"),
        *("  =1", "\n=1", "\uff1d1+1", "\u00a0=1", "\ufeff=1", "-1 and more", "+1;=2"),
    ],
)
def test_formulas_are_quoted(value: str) -> None:
    assert wording.no_formula(value) == f"'{value}"


@pytest.mark.parametrize("value", ["", "INV-1", "-12.00", "+1", "12.00", "a=b", "12", "Ms O'Brien"])
def test_plain_values_are_left_alone(value: str) -> None:
    assert wording.no_formula(value) == value


def test_a_documents_styles_are_named_by_their_hashes() -> None:
    html = '<style>a{}</style><svg><style>b{}</style><g style="fill: red"/><g style="fill: red"></g></svg>'
    assert len(style_hashes(html)) == 3
    # sha256 of "a{}", as `printf 'a{}' | openssl dgst -sha256 -binary | base64` gives it
    assert "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='" in style_hashes(html)


def test_a_long_text_ends_at_a_whole_word():
    assert wording.clipped("short enough", 20) == "short enough"
    assert wording.clipped("subtotal: Caspen 80.00; tax: Caspen 8.00", 24) == "subtotal: Caspen 80.00 …"


@pytest.mark.parametrize(
    "text",
    [
        "\x1b[2J\x1b[31mred",
        "two\nlines",
        "back\rover",
        "nul\0",
        "bell\a",
        "c1\x9b31m",
        "\u202eleft",
        "line\u2028break",
    ],
)
def test_text_from_outside_steers_nothing(text: str) -> None:
    for shown in (plain_text.plain(text), faults.clean(text)):
        assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in shown)
        assert "\u202e" not in shown and "\n" not in shown
    assert "\x1b" not in plain_text.plain(text, lines=True) and "\r" not in plain_text.plain(text, lines=True)
    assert not {"\0", "\x1b"} & set(wording.no_formula(text))


def test_every_writer_of_cells_goes_through_the_one_function() -> None:
    """A CSV or a spreadsheet written elsewhere would have to be added here, with its escape."""
    writers = {
        path.name: path.read_text()
        for path in PLUGINS.rglob("*.py")
        if re.search(r"csv\.(writer|DictWriter)|xlsxwriter|openpyxl|to_csv|to_excel", path.read_text())
    }
    assert set(writers) == {"columns.py", "sheets.py"}
    assert all("no_formula" in code or "plain(" in code for code in writers.values())
    assert '"strings_to_formulas": False' in writers["sheets.py"]
