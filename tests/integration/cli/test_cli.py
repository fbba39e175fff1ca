"""The command line as people type it: its names, its output and its exit codes, in processes of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping

import httpx
import pytest

from caspen_seed import NewLine
from ops.local.postgres import Database
from ops.paths import ROOT
from tests.support.command_line import run_command as run
from tests.support.flow import REALM, Flow
from tests.support.services import Sandbox


@pytest.fixture
def flow(flow: Flow) -> Flow:
    """A connected workspace with an open, a lineless and an over-long invoice."""
    flow.invoice("25.00")
    empty = flow.staff.draft_invoice(flow.client_id, [])
    flow.staff.finalise(empty)
    line = NewLine("service", "Visit", "10.00", tax_rate_id=flow.rates["GST"])
    long = flow.staff.draft_invoice(flow.client_id, [line], number="A-NUMBER-OF-THIRTY-CHARACTERS-")
    flow.staff.finalise(long)
    return flow


def test_a_day_on_the_command_line(flow: Flow) -> None:
    command = [sys.executable, "-m", "caspen_qbo", "migrate"]
    typed = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True)
    assert typed.returncode == 0, typed.stderr  # safe to repeat
    posted = run("post", "--workspace", "1")
    assert posted.returncode == 0, posted.stderr
    assert "invoices posted 1" in posted.stdout

    status = json.loads(run("status", "--workspace", "1", "--json").stdout)
    assert {name: status[name] for name in ("finalised", "synced", "waiting", "listed", "excluded")} == {
        "finalised": 3,
        "synced": 1,
        "waiting": 0,
        "listed": 2,
        "excluded": 0,
    }
    rows = json.loads(run("unsynced", "--workspace", "1", "--json").stdout)
    assert {row["error_key"] for row in rows} == {"required_param_missing", "number_too_long"}
    assert all(row["title"] and row["fix"] and row["detail"] and row["attempts"] == 1 for row in rows)

    retried = run("retry", "--workspace", "1", "--key", "number_too_long")
    assert "1 document(s) released" in retried.stdout
    both = run("retry", "--workspace", "1", "--number", *(row["document_number"] for row in rows))
    assert "2 document(s) released" in both.stdout
    assert run("retry", "--workspace", "1").returncode == 2
    assert run("retry", "--workspace", "1", "--key", "no_such_key").returncode == 2
    assert run("post").returncode == 0  # all connected workspaces
    rows = json.loads(run("unsynced", "--workspace", "1", "--json").stdout)
    assert [row["attempts"] for row in rows] == [2, 2]


def test_what_airflow_warns_of_does_not_get_into_the_json(flow: Flow) -> None:
    connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
    # So short a secret cannot be masked, says Airflow.
    env = {**os.environ, "AIRFLOW_CONN_QUICKBOOKS": json.dumps({**connection, "password": "abc"})}
    command = [sys.executable, "-m", "caspen_qbo", "doctor", "--workspace", "1"]
    finished = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert "too short" in finished.stderr
    assert "too short" not in finished.stdout


def test_set_up_refuses_what_is_wrong_and_says_why(flow: Flow) -> None:
    income = next(row for row in flow.books("Account") if row["AccountType"] == "Income")
    service = next(row for row in flow.books("Item") if row["Type"] == "Service")
    wrong = run(
        "settings",
        "--workspace",
        "1",
        "--payment-account",
        income["Id"],
        "--service-item",
        service["Id"],
        "--product-item",
        service["Id"],
    )
    assert wrong.returncode == 1
    assert "must be Bank or Other Current Asset" in wrong.stderr
    assert "must be NonInventory or Inventory" in wrong.stderr

    free = next(iter(flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 0")))[0]
    mismatch = run("link-tax", "--workspace", "1", "--tax-rate", str(flow.rates["GST"]), "--tax-code", free)
    assert mismatch.returncode == 1
    assert "10 %" in mismatch.stderr and "0 %" in mismatch.stderr

    healthy = run("doctor", "--workspace", "1")
    assert healthy.returncode == 0, healthy.stdout
    flow.switch(custom_txn_numbers=False)
    ill = run("doctor", "--workspace", "1")
    assert ill.returncode == 1
    assert "custom transaction numbers" in ill.stdout


def test_connecting_by_token_and_the_words_for_what_is_missing(
    connections: Mapping[str, str],
    caspen_db: Database,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unknown = run("post", "--workspace", "1")
    assert unknown.returncode == 1
    assert "Caspen has no such workspace" in unknown.stderr
    with caspen_db.connect() as connection:
        connection.execute("INSERT INTO caspen.workspace (id, name) VALUES (1, 'Practice')")
    unconnected = run("post", "--workspace", "1")
    assert unconnected.returncode == 1
    assert "not connected to QuickBooks" in unconnected.stderr
    token = httpx.post(f"{sandbox.url}/_sandbox/token", json={"realm": REALM}).json()["refresh_token"]
    connected = run("connect", "--workspace", "1", "--realm", REALM, "--refresh-token", token)
    assert connected.returncode == 0, connected.stderr
    assert token not in connected.stdout + connected.stderr
    assert "process list" in connected.stderr, "an argument is read by whoever lists the processes"
    token = httpx.post(f"{sandbox.url}/_sandbox/token", json={"realm": REALM}).json()["refresh_token"]
    arguments = ("connect", "--workspace", "1", "--realm", REALM, "--refresh-token", "-")
    typed = run(*arguments, typed=f"{token}\n")
    assert typed.returncode == 0 and "process list" not in typed.stderr
    token = httpx.post(f"{sandbox.url}/_sandbox/token", json={"realm": REALM}).json()["refresh_token"]
    monkeypatch.setenv("CASPEN_QBO_REFRESH_TOKEN", token)
    by_environment = run("connect", "--workspace", "1", "--realm", REALM)
    assert by_environment.returncode == 0 and "process list" not in by_environment.stderr
    waiting = run("post", "--workspace", "1")
    assert waiting.returncode == 0
    assert "Set-up incomplete" in waiting.stdout


def test_text_from_outside_steers_no_terminal_and_no_table(flow: Flow) -> None:
    """What a person in QuickBooks typed may look like a style, a colour or another line."""
    odd = "[/red][bold]INV:smile: \x1b[2J\x1b]0;title\x07\u202e"
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    changed = "UPDATE qbo_sync.unsynced_invoice SET document_number = %s, title = %s, detail = %s RETURNING 1"
    assert set(flow.sync_rows(changed, odd, odd, odd)) == {(1,)}
    done = run("unsynced", "--workspace", "1")
    assert done.returncode == 0, done.stderr
    shown = "".join(done.stdout.split())
    assert "[/red][bold]INV:smile:" in shown
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)
    refused = run("history", "--workspace", "1", "--number", "\x1b[2J")
    assert refused.returncode == 1 and "\x1b" not in refused.stdout + refused.stderr
