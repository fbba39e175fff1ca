"""GST switched off in QuickBooks, and rates that change on a date, as the pages show them."""

from __future__ import annotations

import re

from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_taxes_set_up_and_the_card_say_that_gst_is_off_and_what_waits(pages: Pages, flow: Flow) -> None:
    op = pages.as_("op")
    assert "GST is switched off" not in op.get("/w/1/taxes").text
    flow.switch(using_sales_tax=False)
    for _ in range(2):
        flow.invoice("10.00")
    flow.post()
    taxes, setup = plain(op.get("/w/1/taxes").text), plain(op.get("/w/1/setup").text)
    assert "GST is switched off in QuickBooks" in taxes and "2 documents wait for it." in taxes
    assert "GST is switched off in QuickBooks" in setup and "GST is off" in setup
    cards = op.get("/w/1/unsynced").text
    assert cards.count('<li class="card') == 1
    assert "2 documents" in plain(cards) and "Switch GST on in QuickBooks (Taxes)" in plain(cards)
    flow.switch(using_sales_tax=True)
    flow.post()
    assert "GST is switched off" not in op.get("/w/1/taxes").text + op.get("/w/1/setup").text


def test_the_list_of_codes_shows_each_rate_with_its_days(pages: Pages, flow: Flow) -> None:
    flow.person("change-tax-rate", rate="GST (sales)", percent="12.5", **{"from": "2026-07-01"})
    op, new = pages.as_("op"), flow.staff.create_tax_rate("GST 12.5", "12.5")
    text = plain(op.get(f"/w/1/taxes/{new}").text)
    assert "GST 10 % until 2026-06-30, 12.5 % from 2026-07-01" in text
    assert "QuickBooks has no active sales tax code" not in text
