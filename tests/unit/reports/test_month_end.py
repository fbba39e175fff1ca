"""The pack of a month: what it says and adds up, and that a stored one is rendered with the same bytes."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from caspen_qbo.core.closing.checklist import settle
from caspen_qbo.core.closing.figures import AGES, whole_units
from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.hooks.store.codec import decode, encode
from caspen_qbo.reports.month_end.page import render_pack_html
from caspen_qbo.reports.month_end.shaping import TakingsSum, all_aged, days, headline, methods
from caspen_qbo.reports.month_end.workbook import render_pack_xlsx

STORED = Path(__file__).parents[2] / "golden" / "stored" / "month_closed.json"


def pack() -> MonthPack:
    return decode(MonthPack, json.loads(STORED.read_text()))


def cells(pack: MonthPack) -> str:
    """All texts and numbers of the workbook."""
    with zipfile.ZipFile(io.BytesIO(render_pack_xlsx(pack))) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))


def test_a_stored_pack_gives_the_same_bytes_later() -> None:
    again = decode(MonthPack, json.loads(encode(pack())))
    assert render_pack_html(again) == render_pack_html(pack())
    assert render_pack_xlsx(again) == render_pack_xlsx(pack())


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    hostile = replace(pack(), workspace="<script>alert(1)</script>", note="=HYPERLINK()")
    html = render_pack_html(hostile)
    assert "<script" not in html
    assert not re.search(r"(src|href)=\"(?!#)", html)
    book = cells(hostile)
    assert "<f>=HYPERLINK" not in book
    assert "=INV-0500" in book


def test_it_says_what_is_closed_and_what_is_not() -> None:
    shown = pack()
    assert headline(shown).startswith("October 2026 is closed: Caspen and QuickBooks agree, but for")
    equal = replace(shown, tie_outs=tuple(one for one in shown.tie_outs if one.equal))
    assert headline(equal) == "October 2026 is closed: Caspen and QuickBooks agree to the cent."
    checks = (replace(shown.checks[0], met=False, missing="Wait."), *shown.checks[1:])
    draft = replace(shown, closed_by="", checks=checks)
    assert headline(draft) == "October 2026 is not closed: 1 check of 10 not met."
    html = render_pack_html(draft)
    assert "✗ not met" in html
    assert "A draft, made" in html
    assert (
        headline(replace(shown, closed_by="")) == "October 2026 is not closed yet; nothing stands in the way."
    )


def test_the_figures_add_up() -> None:
    shown = pack()
    whole = TakingsSum.of(shown.takings)
    assert sum(total.quickbooks for _, _, total in days(shown)) == whole.quickbooks
    assert sum(total.received for _, total in methods(shown)) == whole.received
    assert methods(shown)[-1][0] == "In QuickBooks alone"
    g1, _, tax = shown.sales_tax.statement
    codes = shown.sales_tax.codes
    assert g1.quickbooks == sum(line.quickbooks_net + line.quickbooks_tax for line in codes)
    assert tax.caspen == sum(line.caspen_tax for line in codes)
    assert whole_units(Decimal("-1.99")) == -1
    rows = all_aged(shown)
    for index, _ in enumerate(AGES):
        of_caspen = sum(row.amounts[index] for row in rows if row.side != "QuickBooks")
        assert of_caspen == shown.aged.total.caspen[index]
    assert [settle(one)[0] for one in shown.tie_outs] == [True] * 4
