"""Signed periods in the report: what changed since, in words and figures."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo.reports.page import render_html
from caspen_qbo.reports.words import change_words, sentences
from caspen_qbo.reports.xlsx import render_xlsx
from tests.unit.reports.stored import figures, model, signed_change, signed_periods
from tests.unit.reports.test_report import SHEET, Tags, sheet_named

NOWHERE = figures(None, None)
WAS = figures("110.00", "110.00")


@pytest.mark.parametrize(
    ("signed", "now", "words"),
    [
        (WAS, figures("99.00", "99.00"), "Caspen total changed; QuickBooks total changed"),
        (NOWHERE, WAS, "New in the signed period, dated 20 October 2026"),
        (WAS, NOWHERE, "In neither system any more: voided, deleted or taken back"),
        (WAS, figures("110.00", None), "No longer in QuickBooks"),
        (figures("110.00", None), WAS, "Now in QuickBooks too"),
        (WAS, {**WAS, "caspen_tax": "0.00"}, "Caspen tax 0.00, signed 10.00"),
        (
            WAS,
            {**WAS, "quickbooks_date": "2026-10-02"},
            "QuickBooks date 2 October 2026, signed 20 October 2026",
        ),
        (
            WAS,
            {**WAS, "caspen_date": "2026-11-01", "quickbooks_date": "2026-11-02"},
            "Now dated 1 November 2026, outside the signed period",
        ),
    ],
)
def test_every_change_is_put_in_words(signed: dict, now: dict, words: str):
    periods = signed_periods(signed_change("INV-1", signed, now))
    [change] = model(signed_periods=periods).report.signed_periods.changes
    assert change_words(change) == words


def test_the_page_names_who_signed_what_and_both_figures():
    stored = signed_periods(
        signed_change("INV-1", WAS, figures("99.00", "99.00")),
        signed_change("CN-<2>", NOWHERE, figures("33.00", None), kind="credit_note"),
    )
    made = model(signed_periods=stored)
    assert "2 documents of a signed period no longer match the signed figures." in sentences(made)
    page = render_html(made)
    tags = Tags()
    tags.feed(page)
    assert tags.open == [] and all(attrs.get("scope") for tag, attrs in tags.seen if tag == "th")
    # Signed at 22:00 UTC: the next day in Sydney.
    assert "up to 31 October 2026, signed by ann on 3 November 2026" in page
    assert page.count("\N{MINUS SIGN}11.00") == 2 and "+33.00" in page
    assert "CN-&lt;2&gt;" in page and "CN-<2>" not in page


def test_what_stands_as_signed_says_so_and_what_was_never_signed_says_nothing():
    quiet = model(signed_periods=signed_periods())
    assert "still matches the signed figures" in render_html(quiet)
    assert not any("signed period" in sentence for sentence in sentences(quiet))
    for unsigned in (model(), model(signed_periods={"sign_offs": [], "changes": [], "in_all": 0})):
        assert "Signed periods" not in render_html(unsigned)


def test_the_spreadsheet_has_the_figures_as_numbers_with_their_sums():
    stored = signed_periods(
        signed_change("INV-1", WAS, figures("99.00", "99.00")),
        signed_change("INV-2", NOWHERE, figures("33.00", None)),
    )
    made = model(signed_periods=stored)
    book = render_xlsx(made)
    cells = {cell.get("r"): cell for cell in sheet_named(book, "Signed periods").iter(f"{SHEET}c")}
    amounts = {"G2": "110", "H2": "99", "I2": "-11", "L2": "-11", "I4": "22", "L4": "-11"}
    for name, amount in amounts.items():
        assert Decimal(cells[name].findtext(f"{SHEET}v")) == Decimal(amount)
    assert cells["G3"].findtext(f"{SHEET}v") is None  # not there is blank, not 0.00
    assert render_xlsx(made) == book


def test_more_than_is_stored_is_said():
    stored = signed_periods(signed_change("INV-1", WAS, NOWHERE), in_all=6001)
    page = render_html(model(signed_periods=stored))
    assert "6,001 documents dated in a signed period no longer" in page
    assert "6,000 are in neither" in page
