"""A page opens each database once, whatever it shows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from caspen_qbo.hooks.database import Database
from tests.integration.ui.conftest import Pages
from tests.integration.ui.routes import address, closed
from tests.support.flow import Flow


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Sessions opened since it was last cleared, by Airflow connection."""
    counts: Counter[str] = Counter()
    open_ = Database._open

    def counting(database: Database) -> Any:
        counts[database.conn_id] += 1
        return open_(database)

    monkeypatch.setattr(Database, "_open", counting)
    return counts


ASK_QUICKBOOKS = {
    "GET /w/{workspace_id}/customers/{client_id}",
    "GET /w/{workspace_id}/setup",
    "GET /w/{workspace_id}/setup/doctor",
    "GET /w/{workspace_id}/taxes",
    "GET /w/{workspace_id}/taxes/{tax_rate_id}",
    "GET /w/{workspace_id}/invoices/{invoice_id}",
}
TOKENS_AND_PACE = 1
"""A token refresh commits on its own, and so does each turn to call."""


def test_a_page_opens_one_session_to_each_database(
    pages: Pages, places: dict[str, str], opened: Counter[str]
) -> None:
    op = pages.as_("op")
    for route in closed(pages, "GET /w/"):
        opened.clear()
        assert op.get(address(route, places)[1]).status_code in (200, 303), route
        of_quickbooks = TOKENS_AND_PACE if route in ASK_QUICKBOOKS else 0
        assert opened["caspen_db"] == 1, route
        assert 1 <= opened["sync_db"] <= 1 + of_quickbooks, route


def test_an_invoice_next_to_what_quickbooks_shows_opens_no_more(
    pages: Pages, places: dict[str, str], opened: Counter[str]
) -> None:
    text = pages.as_("viewer").get(f"/w/1/invoices/{places['invoice_id']}").text
    assert "Read from QuickBooks just now." in text
    assert opened == {"caspen_db": 1, "sync_db": 1 + TOKENS_AND_PACE}


def test_connecting_and_disconnecting_open_no_second_store(
    pages: Pages, flow: Flow, opened: Counter[str]
) -> None:
    admin = pages.as_("admin")
    for form in ("connect", "disconnect"):
        opened.clear()
        assert admin.post(f"/w/1/{form}").status_code == 303
        assert opened == {"caspen_db": 1, "sync_db": 1}, form
