"""The invoice's page says that QuickBooks no longer has it only where QuickBooks itself says so."""

from __future__ import annotations

import pytest

from tests.integration.ui.conftest import Pages
from tests.support.bookkeeper import invoice_of
from tests.support.flow import Flow

GONE = "no longer has invoice"


def test_an_invoice_that_queries_do_not_show_yet_is_read_by_its_id(pages: Pages, flow: Flow) -> None:
    flow.switch(lag_seconds=600)
    invoice = flow.invoice("100.00")
    flow.post()
    page = pages.as_("user").get(f"/w/1/invoices/{invoice}").text
    assert GONE not in page and "Read from QuickBooks just now." in page


@pytest.mark.parametrize(
    ("how", "words"),
    [("hidden", "does not say that it was deleted"), ("500", "QuickBooks cannot be read now")],
)
def test_an_invoice_that_quickbooks_does_not_show_is_shown_as_it_was_posted(
    pages: Pages, flow: Flow, how: str, words: str
) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.door(f"{flow.realm}/unreadable", entity="Invoice", id=invoice_of(flow, invoice)["Id"], how=how)
    page = pages.as_("user").get(f"/w/1/invoices/{invoice}").text
    assert GONE not in page and words in page and "Shown as answered on" in page


def test_a_deleted_invoice_is_called_that(pages: Pages, flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    flow.person("delete", entity="Invoice", id=invoice_of(flow, invoice)["Id"])
    assert GONE in pages.as_("user").get(f"/w/1/invoices/{invoice}").text
