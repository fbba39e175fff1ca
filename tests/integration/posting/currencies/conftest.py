"""A company of several currencies, and what a bookkeeper does there in another one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.bookkeeper import edit, invoice_of
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "currency_mismatch"
USD, AUD = {"value": "USD"}, {"value": "AUD"}


def command(*arguments: str) -> str:
    done = run_command(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(command("unsynced", "--workspace", "1", "--json"))
    return rows


def post() -> str:
    return command("post", "--workspace", "1")


def number_of(flow: Flow, invoice_id: int) -> str:
    return str(flow.staff.invoice(invoice_id).number)


def name_of(flow: Flow) -> str:
    return f"Ann O'Neil (Caspen {str(flow.client_id)[-5:]})"


@pytest.fixture
def several(flow: Flow) -> Flow:
    """A company that keeps US dollars at 1.5 too."""
    flow.person("enable-multi-currency", currencies=["USD"])
    flow.person("set-exchange-rate", currency="USD", rate="1.5", date="2020-01-01")
    command("retry", "--workspace", "1", "--all")  # what is read from QuickBooks is read again
    return flow


def customer(flow: Flow, name: str, currency: dict[str, str], **more: Any) -> str:
    document = {"DisplayName": name, "CurrencyRef": currency, **more}
    return str(flow.person("create", entity="Customer", document=document)["Id"])


def link_client(flow: Flow, customer_id: str) -> None:
    """As a version linked it that did not compare currencies."""
    flow.sync_rows(
        "INSERT INTO qbo_sync.customer_link (workspace_id, realm_id, client_id, customer_id, matched_by)"
        " VALUES (1, %s, %s, %s, 'name') RETURNING 1",
        *(flow.realm, flow.client_id, customer_id),
    )


def move_abroad(flow: Flow, invoice_id: int) -> str:
    """A bookkeeper gives our posted invoice to a customer kept in US dollars."""
    abroad = customer(flow, f"Abroad {invoice_id}", USD)
    edit(flow, invoice_id, CustomerRef={"value": abroad}, CurrencyRef=USD, ExchangeRate=1.5)
    assert invoice_of(flow, invoice_id)["CurrencyRef"]["value"] == "USD"
    return abroad
