"""Retention and forgetting: every table and column is classified; what goes, what stays, nothing twice."""

from __future__ import annotations

import json
import os
from pathlib import Path

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.keeping import TABLES
from caspen_qbo.hooks.store.monitoring import keeping
from ops.local.postgres import Database
from tests.support.bookkeeper import edit
from tests.support.command_line import Finished, run_command
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

TEXTS = """
    SELECT c.table_name, c.column_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'qbo_sync' AND t.table_type = 'BASE TABLE'
      AND c.data_type IN ('text', 'jsonb', 'bytea')
"""
NAMES = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema = 'qbo_sync' AND table_type = 'BASE TABLE'
"""
SECRETS = {("connection", f"{name}token") for name in ("access_", "refresh_", "previous_refresh_")}
"""Encrypted, and gone with the connection."""


def test_every_table_and_every_column_of_text_is_classified(sync_db: Database) -> None:
    with sync_db.connect() as connection:
        real = set(connection.execute(TEXTS).fetchall()) - SECRETS
        tables = {name for (name,) in connection.execute(NAMES)}
    known = {(table.name, column) for table in TABLES for column in (*table.quotes, *table.plain)}
    assert known == real
    assert {table.name for table in TABLES} == tables - {"migration"}
    assert all(not set(table.quotes) & set(table.plain) for table in TABLES)


def everything(flow: Flow) -> str:
    """Every row of every table of ours, as text."""
    tables = [table.name for table in TABLES]
    return "\n".join(
        text for table in tables for (text,) in flow.sync_rows(f"SELECT t::text FROM qbo_sync.{table} t")
    )


def command(*arguments: str, typed: str = "") -> Finished:
    done = run_command(*arguments, typed=typed)
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture
def practice(flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flow:
    """An invoice, a payment and a credit note of one client; an edit in QuickBooks is listed; a report; a
    closed month.
    """
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id, "40.00")
    flow.post()
    other = flow.staff.create_client("Ben", "Ode", email="ben@example.com")
    flow.invoice("50.00", client=other)
    flow.post()
    edit(flow, invoice_id, DueDate="2031-01-31")
    command("reconcile", "--workspace", "1")
    flow.sync_rows(
        "INSERT INTO qbo_sync.document_event (workspace_id, document_kind, document_id, what, detail)"
        " VALUES (1, 'invoice', %s, 'noted', 'Sent to ANN.ONEIL@example.com for Ann O''Neil') RETURNING 1",
        invoice_id,
    )
    names = {"client": "Ann O'Neil (4180203)"}
    aged = {"total": {"client": "Together"}, "lines": [names], "others": {"client": "2 other clients"}}
    pack = {"workspace": "Harbour Allied Health", "company": "", "note": "Ben Ode asked", "aged": aged}
    flow.sync_rows(
        "INSERT INTO qbo_sync.month_close (workspace_id, realm_id, month, run_id, sign_off_id, closed_at,"
        " closed_by, note, pack) VALUES (1, 'r', '2026-10-01', 'x', 1, now(), 'cli:ann', 'Ben Ode asked', %s)"
        " RETURNING 1",
        json.dumps(pack),
    )
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "reconciliation-1-x.html").write_text("Ann O'Neil")
    return flow


def books(flow: Flow) -> list[tuple[str, ...]]:
    return [
        (entity, row["Id"], str(row["TotalAmt"]))
        for entity in ("Invoice", "Payment")
        for row in flow.books(entity)
    ]


def test_what_was_sent_is_kept_without_names_and_words_once_it_is_answered(practice: Flow) -> None:
    kept = practice.sync_rows("SELECT entity, state, payload FROM qbo_sync.request ORDER BY id")
    assert {state for _, state, _ in kept} == {"done"}
    assert {entity: set(payload) for entity, _, payload in kept if entity == "Customer"} == {
        "Customer": set()
    }
    text = json.dumps([payload for _, _, payload in kept])
    assert "Consultation" not in text and "O'Neil" not in text and "@example.com" not in text
    lines = [payload["Line"] for entity, _, payload in kept if entity == "Invoice"]
    assert all(line["Amount"] for invoice in lines for line in invoice)


def test_a_client_is_forgotten_and_nothing_is_doubled(practice: Flow, tmp_path: Path) -> None:
    client, before = practice.client_id, books(practice)
    assert "O'Neil" in everything(practice)
    refused = run_command("forget", "--workspace", "1", "--client", str(client), typed="n\n")
    assert refused.returncode != 0 and "O'Neil" in everything(practice), "asked first"
    assert "Corporations Act 2001, s 286(2)" in refused.stdout and "Ann O'Neil" in refused.stdout
    done = command("forget", "--workspace", "1", "--client", str(client), typed="y\n")
    assert "recorded as done by cli:" in done.stdout
    text = everything(practice)
    assert "o'neil" not in text.lower() and "ann.oneil@" not in text.lower()
    assert f"Sent to client {client} for client {client}" in text
    assert not (tmp_path / "1").exists()
    assert practice.sync_rows("SELECT client_id, who LIKE 'cli:%%' FROM qbo_sync.forgotten") == [
        (client, True)
    ]
    for _ in range(2):
        command("post", "--workspace", "1")
        command("import", "--workspace", "1")
        command("reconcile", "--workspace", "1", "--full")
    assert books(practice) == before
    command("forget", "--workspace", "1", "--client", str(client), "--yes")


def test_a_practice_is_forgotten_and_nothing_is_doubled_when_it_comes_back(
    practice: Flow, tmp_path: Path
) -> None:
    before = books(practice)
    figures = (
        "SELECT document_number, total, quickbooks_total FROM qbo_sync.document JOIN qbo_sync.document_link"
    )
    figures += " USING (workspace_id, document_kind, document_id) ORDER BY 1"
    kept = practice.sync_rows(figures)
    done = command("forget", "--workspace", "1", "--yes")
    assert "disconnected and the consent revoked at Intuit first" in done.stdout
    assert "seven years" in done.stdout
    text = everything(practice).lower()
    for word in ("o'neil", "ode", "@example.com", "consultation", "harbour"):
        assert word not in text, word
    assert practice.sync_rows("SELECT status, refresh_token FROM qbo_sync.connection") == [
        ("disconnected", None)
    ]
    assert practice.sync_rows(figures) == kept and kept
    stays = {table.name for table in TABLES if table.stays}
    left = {t.name for t in TABLES if practice.sync_rows(f"SELECT 1 FROM qbo_sync.{t.name} LIMIT 1")}
    assert left <= stays
    assert not (tmp_path / "1").exists()
    command("forget", "--workspace", "1", "--yes")  # safe to repeat
    practice.connect()
    practice.configure()
    for _ in range(2):
        command("post", "--workspace", "1")
        command("reconcile", "--workspace", "1", "--full")
    assert books(practice) == before


def test_a_practice_that_never_was_is_a_sentence(flow: Flow) -> None:
    done = run_command("forget", "--workspace", "99", "--yes")
    assert done.returncode == 1 and "workspace 99: it was never connected" in done.stderr


AGES = {
    "request": "prepared_at",
    "document_event": "at",
    "unsynced_invoice": "resolved_at",
    "metered_call": "day",
    "oauth_state": "expires_at",
    "sync_run": "started_at",
    "check_result": "at",
    "run_note": "written_at",
    "mail": "decided_at",
    "backfill_plan": "planned_at",
    "reconciliation_run": "started_at",
    "month_close": "closed_at",
    "read_record": "at",
    "forgotten": "at",
}


def test_what_is_older_than_it_is_kept_goes_also_of_practices_that_left(
    practice: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "BATCH", 2)
    assert set(AGES) == set(keeping.AGED)
    command("backfill", "--workspace", "1", "--number", "INV-0002", "--send")
    with psycopg.connect(practice.sync.uri, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.oauth_state VALUES ('x', 1, 'op', now());"
            "INSERT INTO qbo_sync.read_record (workspace_id, who, what, downloaded)"
            " VALUES (1, 'a', 'b', true);"
            "INSERT INTO qbo_sync.forgotten (workspace_id, who, counts) VALUES (1, 'a', '{}');"
            "INSERT INTO qbo_sync.run_note VALUES ('d', 'r', 't', -1, 0, 'w');"
            "INSERT INTO qbo_sync.mail (workspace_id, day, address, kind, state)"
            " VALUES (1, current_date, 'a@b.au', 'needed', 'sent');"
            "INSERT INTO qbo_sync.metered_call VALUES (1, current_date, 'old', 1);"
            "INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id,"
            " document_number, invoice_id, error_key, title, detail, fix, resolved_at)"
            " VALUES (1, 'invoice', 9, 'N', 9, 'other', 't', 'd', 'f', now())"
        )
    assert "deleted: nothing" in command("prune").stdout
    practice.sync_rows(  # as an earlier version left it
        'UPDATE qbo_sync.request SET payload = payload || \'{"DisplayName": "Ann"}\' RETURNING 1'
    )
    assert "words of requests" in command("prune").stdout
    assert practice.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE payload ? 'DisplayName'") == [(0,)]
    with psycopg.connect(practice.sync.uri, autocommit=True) as connection:
        for table, column in AGES.items():
            moved = f"UPDATE qbo_sync.{table} SET {column} = {column} - interval '3000 days'"
            assert connection.execute(moved).rowcount > 0, table
        connection.execute("UPDATE qbo_sync.request SET state = 'prepared' WHERE id = 1")
    (tmp_path / "1" / "notes.txt").write_text("not ours")
    os.utime(tmp_path / "1" / "reconciliation-1-x.html", (1, 1))
    command("prune")
    left = {table: len(practice.sync_rows(f"SELECT 1 FROM qbo_sync.{table}")) for table in AGES}
    open_rows = practice.sync_rows("SELECT count(*) FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    assert left.pop("unsynced_invoice") == open_rows[0][0] > 0, "open rows stay, however old"
    assert left.pop("request") == 1, "an unconfirmed request stays"
    assert set(left.values()) == {0}
    assert [path.name for path in (tmp_path / "1").iterdir()] == ["notes.txt"]
    assert practice.sync_rows("SELECT count(*) > 0 FROM qbo_sync.document") == [(True,)]

    command("disconnect", "--workspace", "1")
    practice.sync_rows(
        "UPDATE qbo_sync.connection SET disconnected_at = now() - interval '8 years' RETURNING 1"
    )
    command("prune")
    assert everything(practice) == ""


def test_a_command_that_writes_a_report_is_recorded_as_a_download(practice: Flow, tmp_path: Path) -> None:
    command("report", "--workspace", "1", "--html", str(tmp_path / "r.html"))
    shown = json.loads(command("readers", "--workspace", "1", "--downloads", "--json").stdout)
    assert [(read["what"][:10], read["downloaded"]) for read in shown] == [("report of ", True)]
    assert "report of" in command("readers", "--workspace", "1").stdout
    with wiring.open_store() as store:
        assert store.for_workspace(2).readers.fetch(who=None, downloads=False, limit=9) == []
