"""Text from QuickBooks in a file that a spreadsheet opens: it stays text."""

from __future__ import annotations

import csv
import io

import psycopg
import pytest

from caspen_qbo.ui.routes import reconciliation
from ops.local.postgres import Database
from tests.integration.ui.conftest import Pages

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.sandbox]

FORMULA = "=cmd|'/C calc'!A0"


def test_the_differences_of_a_run_hold_no_formula(places: dict[str, str], pages: Pages, sync_db: Database):
    with psycopg.connect(sync_db.uri, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.reconciliation_difference (run_id, workspace_id, document_kind,"
            " document_id, document_number, field, caspen_value, quickbooks_value, delta)"
            " VALUES (%s, 1, 'invoice', 1, %s, 'number', '-2+3', %s, -5.00)",
            [places["run_id"], FORMULA, FORMULA],
        )
    answer = pages.as_("viewer").get(f"/w/1/reconciliation/{places['run_id']}/differences.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["document_number"] == row["quickbooks_value"] == f"'{FORMULA}"
    assert row["caspen_value"] == "'-2+3"
    assert row["delta"] == "-5.00", "an amount stays a number"


def test_a_large_run_is_streamed_and_its_report_is_made_elsewhere(
    places: dict[str, str], pages: Pages, sync_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page's thread holds neither a file nor a report of any size."""
    run_id, number = places["run_id"], 7001
    with psycopg.connect(sync_db.uri, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.reconciliation_difference (run_id, workspace_id, document_kind,"
            " document_id, document_number, field, caspen_value, quickbooks_value, delta)"
            " SELECT %s, 1, 'invoice', n, 'INV-' || n %% 50, 'total', '1.00', '2.00', 1.00"
            " FROM generate_series(1, %s) n",
            [run_id, number],
        )
        connection.execute("UPDATE qbo_sync.reconciliation_run SET differences = %s", [number])
    viewer, address = pages.as_("viewer"), f"/w/1/reconciliation/{run_id}"
    rows = list(csv.DictReader(io.StringIO(viewer.get(f"{address}/differences.csv").text)))
    assert len(rows) == number, "each once, also where a page of them ends among equals"
    monkeypatch.setattr(reconciliation, "REPORT_ROWS_MAX", 7000)
    for report in ("report.xlsx", "report.html"):
        assert "are too many for a report made on a page" in viewer.message(viewer.get(f"{address}/{report}"))
