"""The report of a stored run: its words, and that they are the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.reports import sheets
from caspen_qbo.reports.page import render_html
from caspen_qbo.reports.shaping import age_of, listed_by_age
from caspen_qbo.reports.words import headline, sentences
from caspen_qbo.reports.xlsx import render_xlsx
from caspen_qbo.wording import delta_words
from tests.unit.reports.stored import difference, listed, model, run

DIFFERENCES = (
    difference("INV-1", "total", "110.00", "120.00", "10.00"),
    difference("INV-1", "date", "2026-11-01", "2026-11-02"),
    difference("INV-2", "balance", "50.00", "20.00", "-30.00", explained=True),
)
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheet_named(book: bytes, name: str) -> ElementTree.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        names = [
            s.get("name")
            for s in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        return ElementTree.fromstring(archive.read(f"xl/worksheets/sheet{names.index(name) + 1}.xml"))


class Tags(HTMLParser):
    """Every tag with its attributes, and what was opened and not closed."""

    VOID = frozenset({"meta", "br", "hr", "img", "input", "link", "path", "use", "defs"})

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
            self.open.pop()


def test_the_summary_says_what_differs_and_whose_turn_it_is():
    found = model(*DIFFERENCES)
    assert headline(found) == "1 of 9 documents compared differs between Caspen and QuickBooks."
    text = " ".join(sentences(found))
    assert (
        "12 invoices finalised: 8 synced, 1 waiting for the next run, 2 listed for a person, 1 left out"
        in text
    )
    assert "3 fields differ; 1 of them follows from a cause that is listed." in text
    assert "Finance (in QuickBooks): 1" in text
    assert "Sums that differ: Accounts receivable." in text


def test_equal_sides_and_no_documents_are_told_apart():
    equal = model(listed=[], tie_outs=[])
    assert headline(equal) == "All 9 documents compared are equal in Caspen and QuickBooks, to the cent."
    assert headline(model(documents=0, listed=[], tie_outs=[])).startswith("Nothing is synced yet")


def test_a_difference_says_which_side_shows_more():
    assert delta_words(Decimal("-1234.5")) == "1,234.50 less in QuickBooks"
    assert delta_words(Decimal("2")) == "2.00 more in QuickBooks"
    assert delta_words(None) == delta_words(Decimal("0.00")) == ""


def test_rows_that_share_a_cause_are_one_card():
    rows = [
        listed("A", "business_validation_tax", 1, cause_ref="tax_rate:1", title="Tax"),
        listed("B", "business_validation_tax", 3, cause_ref="tax_rate:1", title="Tax"),
        listed("C", "business_validation_tax", 3, cause_ref="tax_rate:2", title="Tax"),
        listed("D", "changed_in_quickbooks", 40, "1.50"),
        listed("E", "changed_in_quickbooks", 0, "-4.00"),
    ]
    made = model(listed=rows)
    cards = [("Changed in QuickBooks", ["D", "E"]), ("Tax", ["A", "B"]), ("Tax", ["C"])]
    assert [(card.title, [row.number for row in card.rows]) for card in made.cards] == cards
    first = made.cards[0]
    assert (delta_words(first.delta), first.oldest_days) == ("2.50 less in QuickBooks", 40)
    assert "2.50 less in QuickBooks" in render_html(made)
    table = listed_by_age(made)
    assert table.rows == (("Tax", (0, 3, 0, 0, 3)), ("Changed in QuickBooks", (1, 0, 0, 1, 2)))
    assert table.totals == (1, 3, 0, 1, 5)
    ages = ["today", *["1 to 6 days"] * 2, *["7 to 29 days"] * 2, "30 days and more"]
    assert [age_of(days) for days in (0, 1, 6, 7, 29, 30)] == ages


def test_the_page_stands_alone_and_escapes_what_it_shows():
    page = render_html(model(*DIFFERENCES))
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    loaded = {"src", "href", "xlink:href", "action", "srcset", "poster"}
    outside = [
        v for _, attrs in tags.seen for n, v in attrs.items() if n in loaded and not str(v).startswith("#")
    ]
    assert outside == []
    assert not re.search(r"url\((?!#)|@import|<script", page)
    assert "Harbour &amp; Sons &lt;Physio&gt;" in page and "<Physio>" not in page
    assert {attrs.get("lang") for tag, attrs in tags.seen if tag == "html"} == {"en"}
    assert all(attrs.get("scope") for tag, attrs in tags.seen if tag == "th")
    assert "prefers-color-scheme: dark" in page and "@media print" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_same_run_gives_the_same_bytes():
    first, second = (model(*DIFFERENCES) for _ in range(2))
    assert render_html(first) == render_html(second)
    assert render_xlsx(first) == render_xlsx(second)


def test_the_spreadsheet_holds_numbers_frozen_headers_filters_and_totals():
    book = render_xlsx(model(*DIFFERENCES))
    sheet = sheet_named(book, "Tie-outs")
    cells = {cell.get("r"): cell for cell in sheet.iter(f"{SHEET}c")}
    assert cells["C2"].get("t") is None
    assert Decimal(cells["C2"].findtext(f"{SHEET}v")) == Decimal("12345678.10")
    assert sheet.find(f".//{SHEET}pane").get("state") == "frozen"
    items = sheet_named(book, "Tie-out items")
    total = next(cell for cell in items.iter(f"{SHEET}c") if cell.get("r") == "G3")
    assert "SUBTOTAL" in total.findtext(f"{SHEET}f")
    assert Decimal(total.findtext(f"{SHEET}v")) == Decimal("10")
    steps = [cells[name].findtext(f"{SHEET}v") for name in ("D3", "D4")]
    assert [Decimal(text) for text in steps] == [Decimal("-5"), Decimal("12345683.10")]
    found = {cell.get("r"): cell for cell in sheet_named(book, "Differences").iter(f"{SHEET}c")}
    amounts = [found[name].findtext(f"{SHEET}v") for name in ("D2", "E2", "F2")]
    assert [Decimal(text) for text in amounts] == [Decimal("110"), Decimal("120"), Decimal("10")]
    assert {found[name].get("t") for name in ("D2", "E2", "F2")} == {None}  # numbers
    assert {found[name].get("t") for name in ("D3", "E3")} == {"s"}  # a date is shown as it was read
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        tables = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/tables/")]
    assert tables and all("autoFilter" in table for table in tables)


def test_a_run_from_before_sums_had_items_of_their_own_is_still_read():
    older = run()["report"]["tie_outs"][0]
    older = {**older, "items_delta": "10.00"}
    older["rows"] = [{k: v for k, v in row.items() if k != "explained"} for row in older["rows"]]
    older["items"] = [{k: v for k, v in item.items() if k not in ("of", "kind")} for item in older["items"]]
    del older["steps"], older["leads_to"]
    read = model(tie_outs=[older])
    page = render_html(read)
    assert "10.00 more in QuickBooks" in page and "Left over" not in page
    assert "Left over" in render_html(model())
    assert render_xlsx(read)


def test_thousands_of_rows_stay_readable_and_all_reach_the_spreadsheet():
    many = [difference(f"INV-{n}", "total", "1.00", "2.00", "1.00") for n in range(3000)]
    large = model(*many, listed=[listed(f"INV-{n}", "changed_in_quickbooks", n % 40) for n in range(3000)])
    page = render_html(large)
    assert "2,500 more are in the spreadsheet." in page
    assert len(page) < 700_000
    assert len(sheet_named(render_xlsx(large), "Differences").findall(f".//{SHEET}row")) == 3001


def test_no_word_of_ours_stands_for_a_whole_document():
    assert str(Difference("presence", "110.00", "nothing", Decimal("-110.00"))) == (
        "the whole document: Caspen 110.00, QuickBooks nothing (110.00 less in QuickBooks)"
    )


def test_a_sheet_has_an_end_and_says_what_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_MAX", 2)
    many = [difference(f"INV-{n}", "total", "1.00", "2.00", "1.00") for n in range(5)]
    sheet = render_xlsx(model(*many))
    rows = sheet_named(sheet, "Differences").findall(f".//{SHEET}row")
    assert len(rows) == 1 + 2 + 1
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert "3 more rows are not here" in texts and "INV-1<" in texts and "INV-2<" not in texts


def test_a_text_too_long_for_a_cell_is_cut_and_not_left_out() -> None:
    sheet = render_xlsx(model(difference("INV-1", "number", "x" * 40_000, "y")))
    with zipfile.ZipFile(io.BytesIO(sheet)) as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert "x" * sheets.CELL_MAX in texts
