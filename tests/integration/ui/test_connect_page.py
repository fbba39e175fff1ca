"""Connecting on the pages: through the sandbox's consent page, and every abuse of the return address."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from ops.demo.consent import approve
from ops.local.postgres import Database
from tests.integration.ui.conftest import Door, Pages
from tests.support.flow import REALM, Flow
from tests.support.services import Sandbox


@pytest.fixture
def practice(connections: Mapping[str, str], flow: Flow, sync_db: Database) -> Flow:
    """A practice that was never connected."""
    with sync_db.connect(autocommit=True) as connection:
        connection.execute("DELETE FROM qbo_sync.connection")
        connection.execute("DELETE FROM qbo_sync.settings")
    return flow


def start(door: Door) -> str:
    """Press Connect; where it leads."""
    answer = door.post("/w/1/connect")
    assert answer.status_code == 303, answer.text[-300:]
    return answer.headers["location"]


def test_connect_leads_to_the_consent_page_and_back(pages: Pages, practice: Flow, sandbox: Sandbox) -> None:
    op = pages.as_("op")
    setup = op.get("/w/1/setup")
    assert "Not connected" in setup.text
    assert f"form-action 'self' {sandbox.url}" in setup.headers["content-security-policy"]
    address = start(op)
    assert address.startswith(sandbox.url)
    brought = approve(address, REALM)
    answer = op.get("/connect/callback", params=brought)
    assert answer.headers["location"] == "/quickbooks/w/1/setup"
    said = op.message(answer)
    assert said.startswith(f"Connected to QuickBooks: Harbour Street Allied Health (company {REALM}).")
    kept = practice.sync_rows("SELECT realm_id, status, connected_by FROM qbo_sync.connection")
    assert kept == [(REALM, "connected", "airflow:op")]
    assert "Harbour Street Allied Health" in op.get("/w/1/setup").text


def test_the_return_from_intuit_works_once_and_for_its_user_only(pages: Pages, practice: Flow) -> None:
    op, admin = pages.as_("op"), pages.as_("admin")
    brought = approve(start(op), REALM)
    assert "invalid, already used, or expired" in admin.message(
        admin.get("/connect/callback", params=brought)
    )
    assert "invalid, already used, or expired" in op.message(op.get("/connect/callback", params=brought)), (
        "used up"
    )
    assert practice.sync_rows("SELECT 1 FROM qbo_sync.connection") == []


@pytest.mark.parametrize("state", ["", "guessed", "x" * 200])
def test_a_state_that_was_not_made_here_connects_nothing(pages: Pages, practice: Flow, state: str) -> None:
    op = pages.as_("op")
    brought = approve(start(op), REALM)
    answer = op.get("/connect/callback", params={**brought, "state": state})
    assert "invalid, already used, or expired" in op.message(answer)
    assert practice.sync_rows("SELECT 1 FROM qbo_sync.connection") == []


def test_the_return_from_intuit_leads_nowhere_else(pages: Pages, practice: Flow) -> None:
    op = pages.as_("op")
    for name in ("next", "redirect", "redirect_uri", "url", "state"):
        answer = op.get(
            "/connect/callback", params={"code": "c", "realmId": REALM, name: "https://evil.example/"}
        )
        assert answer.headers["location"] == "/quickbooks/"
    declined = op.get("/connect/callback", params={"error": "access_denied", "state": "https://evil.example"})
    assert declined.headers["location"] == "/quickbooks/"
    assert "declined at Intuit" in op.message(declined)


def test_form_answers_lead_to_our_own_pages_only(pages: Pages, practice: Flow) -> None:
    user = pages.as_("user")
    for back in (
        "//evil.example",
        "https://evil.example",
        "\r\nLocation: https://evil.example",
        "@evil.example",
    ):
        answer = user.post("/w/1/unsynced/retry", {"back": back})
        location = answer.headers["location"]
        assert location.startswith("/quickbooks/w/1/unsynced?")
        assert urlsplit(location).netloc == ""


def test_the_login_leads_back_to_our_own_pages_only(pages: Pages, practice: Flow) -> None:
    answer = pages.as_(None).get("/w/1/unsynced")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["next"][0].startswith("/quickbooks/") and urlsplit(query["next"][0]).netloc == ""


def test_disconnect_asks_first_and_keeps_settings(pages: Pages, flow: Flow) -> None:
    op = pages.as_("op")
    assert "Disconnect QuickBooks?" in op.get("/w/1/disconnect").text
    assert flow.sync_rows("SELECT status FROM qbo_sync.connection") == [("connected",)]
    assert "Disconnected." in op.message(op.post("/w/1/disconnect"))
    assert flow.sync_rows("SELECT status, refresh_token FROM qbo_sync.connection") == [("disconnected", None)]
    assert len(flow.sync_rows("SELECT 1 FROM qbo_sync.settings")) == 1
    assert "QuickBooks is disconnected. Nothing posts." in op.get("/w/1/unsynced").text
    assert "by airflow:op" in op.get("/w/1/setup").text
    history = flow.sync_rows("SELECT what, who FROM qbo_sync.connection_event ORDER BY id")
    assert history[-1] == ("disconnected", "airflow:op")


def test_a_company_of_another_workspace_is_refused(pages: Pages, practice: Flow, sync_db: Database) -> None:
    with sync_db.connect(autocommit=True) as connection:
        connection.execute("INSERT INTO qbo_sync.connection (workspace_id, realm_id) VALUES (2, %s)", [REALM])
    op = pages.as_("op")
    answer = op.get("/connect/callback", params=approve(start(op), REALM))
    assert "is connected to another workspace" in op.message(answer)


def test_a_connection_that_is_about_to_end_or_has_is_said_on_every_page(
    pages: Pages, flow: Flow, sync_db
) -> None:
    viewer = pages.as_("viewer")
    assert 'aria-label="Connection"' not in viewer.get("/w/1/taxes").text
    with sync_db.connect(autocommit=True) as connection:
        connection.execute(
            "UPDATE qbo_sync.connection SET refresh_expires_at = now() + interval '6 days 1 hour'"
        )
        assert "The connection to QuickBooks ends in 6 days" in viewer.get("/w/1/taxes").text
        connection.execute("UPDATE qbo_sync.connection SET status = 'needs_reconnect'")
    for path in ("/w/1/taxes", "/w/1/unsynced", "/w/1/activity", "/w/1/setup"):
        assert "The connection to QuickBooks was lost." in viewer.get(path).text


def test_settings_of_a_wrong_type_are_refused_in_words(pages: Pages, flow: Flow) -> None:
    op = pages.as_("op")
    income = next(row for row in flow.books("Account") if row["AccountType"] == "Income")
    service = next(row for row in flow.books("Item") if row["Type"] == "Service")
    form = {"payment_account": income["Id"], "service_item": service["Id"], "product_item": service["Id"]}
    said = op.message(op.post("/w/1/settings", form))
    assert "is of type Income; it must be Bank or Other Current Asset" in said
    assert "is of type Service; it must be NonInventory or Inventory" in said
    page = op.get("/w/1/setup").text
    assert f'value="{income["Id"]}"' not in page.split('id="payment_account"')[1].split("</select>")[0]


def test_a_tax_code_of_another_rate_is_refused_with_both_rates(pages: Pages, flow: Flow) -> None:
    op = pages.as_("op")
    odd = flow.staff.create_tax_rate("Old GST", "5")
    assert "Not synced" in op.get("/w/1/taxes").text
    listed = op.get(f"/w/1/taxes/{odd}").text
    assert "QuickBooks has no active sales tax code of 5 %" in listed
    gst = flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")[0][0]
    answer = op.post(f"/w/1/taxes/{odd}", {"tax_code": gst})
    assert answer.headers["location"] == f"/quickbooks/w/1/taxes/{odd}"
    said = op.message(answer)
    assert "Old GST is 5 %" in said and "is 10 %" in said
    assert "2 of 3 linked" in op.get("/w/1/setup").text


def test_quickbooks_being_away_is_said_and_the_page_stays(pages: Pages, flow: Flow, monkeypatch) -> None:
    """The database is still read; what needs QuickBooks says why it cannot be shown."""
    httpx.post(f"{flow.sandbox.url}/_sandbox/{flow.realm}/person/disconnect", json={}, timeout=30)
    answer = pages.as_("op").get("/w/1/setup")
    assert answer.status_code == 200
    assert "The lists cannot be read from QuickBooks now" in answer.text
