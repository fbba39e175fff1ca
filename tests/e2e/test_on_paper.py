"""What is printed keeps every column, whatever a client or a document is called."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.reports.month_end.page import render_pack_html

STORED = Path(__file__).parents[1] / "golden" / "stored" / "month_closed.json"
A4_WITHIN_ITS_MARGINS = 688
"""CSS pixels: 182 mm."""


@pytest.mark.parametrize("client", ["Ann O'Neil", "X" * 90 + " " + "Y" * 90, "Wilhelmina Alexandrina " * 8])
def test_no_column_of_the_pack_is_cut_off(browser: Browser, client: str) -> None:
    stored = decode(MonthPack, json.loads(STORED.read_text()))
    lines = tuple(replace(line, client=client) for line in stored.aged.lines)
    exceptions = tuple(replace(one, number="PHYSIO-2026-NDIS-0000017" * 3) for one in stored.exceptions)
    assert lines
    assert exceptions
    page = browser.new_page(viewport={"width": A4_WITHIN_ITS_MARGINS, "height": 900})
    page.emulate_media(media="print")
    page.set_content(
        render_pack_html(replace(stored, aged=replace(stored.aged, lines=lines), exceptions=exceptions))
    )
    assert page.get_by_text(client.strip()).first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= A4_WITHIN_ITS_MARGINS
    page.close()
