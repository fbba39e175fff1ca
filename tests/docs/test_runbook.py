"""The runbook has a heading for whatever a person can meet, and its SQL does what it says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import psycopg
import pytest

from caspen_qbo import errors
from caspen_qbo.catalogue import CATALOGUE, CatalogueEntry
from ops.local.postgres import Database
from tests.docs.conftest import DOCS, sections
from tests.support.flow import Flow

RUNBOOK = (DOCS / "runbook.md").read_text()
SECTIONS = sections(RUNBOOK)
GROUPS = {
    errors.StopError: "*Stops.*",
    errors.RetryError: "*Tries again",
    errors.HoldError: "*Holds one document.*",
}


def concrete_errors() -> Iterator[type[errors.SyncError]]:
    for _, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, errors.SyncError) and found not in (errors.SyncError, *GROUPS):
            yield found


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=list(CATALOGUE))
def test_every_error_a_page_shows_has_its_section(entry: CatalogueEntry):
    text = SECTIONS[entry.key]
    assert f"**{entry.title}.**" in text
    assert "*Cause:*" in text and "*Action:*" in text
    turn = {"admin": "administrator", "nobody": "no one"}.get(entry.turn.value, entry.turn.value)
    assert f"*Who acts:* {turn}." in text
    assert ("*Fixed together" in text) or not entry.released_together


@pytest.mark.parametrize("error", list(concrete_errors()), ids=lambda error: error.__name__)
def test_every_error_a_log_names_has_its_section(error: type[errors.SyncError]):
    text = SECTIONS[error.__name__]
    group = next(base for base in GROUPS if issubclass(error, base))
    expected = "*Fails the task" if error is errors.QuotaExhaustedError else GROUPS[group]
    assert expected in text


def test_no_section_is_about_an_error_that_is_gone():
    part = RUNBOOK.split("## Errors a page shows")[1].split("## Jobs")[0]
    headed = set(re.findall(r"^### (\w+)$", part, re.MULTILINE))
    assert headed == set(CATALOGUE) | {error.__name__ for error in concrete_errors()}


def test_forgetting_a_workspace_forgets_all_of_it_and_nothing_else(sync_db: Database):
    (block,) = re.findall(r"```sql\n(.*?)```", SECTIONS["Move to another QuickBooks company"], re.DOTALL)
    statements = [line.strip() for line in block.splitlines() if "DELETE" in line]
    with sync_db.connect() as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.columns JOIN information_schema.tables"
                " USING (table_schema, table_name)"
                " WHERE table_schema = 'qbo_sync' AND table_type = 'BASE TABLE'"
                " AND column_name = 'workspace_id'"
            )
        }
        cascades = {"reconciliation_difference"}
        assert {re.findall(r"qbo_sync\.(\w+)", s)[0] for s in statements} == tables - cascades
        for workspace in (1, 2):
            connection.execute(
                "INSERT INTO qbo_sync.connection (workspace_id, realm_id) VALUES (%s, %s)",
                [workspace, str(workspace)],
            )
            connection.execute(
                "INSERT INTO qbo_sync.reconciliation_run (run_id, workspace_id) VALUES ('r', %s)", [workspace]
            )
        connection.execute(
            "INSERT INTO qbo_sync.reconciliation_difference"
            " (run_id, workspace_id, document_kind, document_id, document_number, field)"
            " VALUES ('r', 1, 'invoice', 1, 'A', 'total')"
        )
        for statement in statements:
            connection.execute(statement.replace(":workspace", "1"))
        for table in ("connection", "reconciliation_run"):
            assert connection.execute(f"SELECT workspace_id FROM qbo_sync.{table}").fetchall() == [(2,)]
        assert connection.execute("SELECT 1 FROM qbo_sync.reconciliation_difference").fetchall() == []


def test_a_restored_backup_that_forgot_payments_links_them_again_and_doubles_none(flow: Flow):
    """The steps of "Restore a backup of qbo_sync", with two payments posted after the backup was taken."""
    assert "linked again" in SECTIONS["Restore a backup of qbo_sync"]
    invoice = flow.invoice("100.00")
    flow.post()
    for amount in ("30.00", "20.00"):
        flow.pay(invoice, amount)
        flow.post()
    before = flow.books("Payment")
    assert len(before) == 2
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        for table in ("document_link", "document", "request", "document_event"):
            connection.execute(f"DELETE FROM qbo_sync.{table} WHERE document_kind = 'payment'")
        connection.execute("UPDATE qbo_sync.cursor SET position = position - interval '1 hour'")
    result = flow.post()
    assert result.counts["relinked"] == 2
    assert flow.books("Payment") == before
    assert flow.listed() == {}
