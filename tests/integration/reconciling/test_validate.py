"""The checks on the frozen table of a real database, without either outside system."""

from __future__ import annotations

import json

import psycopg
import pytest

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError
from caspen_qbo.quality.validate import validate
from ops.local.environment import connection_json
from ops.local.postgres import Database

SAME = {
    "subtotal": "100.00",
    "tax": "10.00",
    "total": "110.00",
    "balance": "5.00",
    "customer": "7",
    "date": "2026-11-01",
    "number": "INV-1",
}
ROW = {
    "document_kind": "invoice",
    "document_number": "INV-1",
    "in_caspen": True,
    "in_quickbooks": True,
    "balance_settled": True,
    **{f"{side}_{name}": value for side in ("caspen", "quickbooks") for name, value in SAME.items()},
}


@pytest.fixture
def freeze(sync_db: Database, monkeypatch: pytest.MonkeyPatch):
    """Puts one row into the frozen table: ``freeze(workspace, id, column=value)``."""
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))

    def insert(workspace_id: int, document_id: int, **changes: object) -> None:
        row = {**ROW, "workspace_id": workspace_id, "document_id": document_id, **changes}
        columns = ", ".join(row)
        with psycopg.connect(sync_db.uri, autocommit=True) as connection:
            connection.execute(
                f"INSERT INTO qbo_sync.comparison ({columns}) SELECT {columns}"
                " FROM jsonb_populate_record(NULL::qbo_sync.comparison, %s::jsonb)",
                [json.dumps(row)],
            )

    return insert


def failing(workspace_id: int, documents: int) -> dict[str, int]:
    checks = validate(workspace_id, {DocumentKind.INVOICE: documents})
    return {check.name: check.failing for check in checks if not check.success}


def test_each_workspace_sees_its_own_rows(freeze):
    freeze(1, 1)
    freeze(2, 1, quickbooks_total="110.01")
    freeze(2, 2)
    assert failing(1, 1) == {}
    assert failing(2, 2) == {"total": 1}
    with pytest.raises(BrokenCheckError, match="saw 2 documents, but 3"):
        validate(2, {DocumentKind.INVOICE: 3})


def test_what_is_missing_fails_and_what_neither_side_has_does_not(freeze):
    freeze(1, 1, quickbooks_tax=None)
    freeze(1, 2, caspen_subtotal=None, quickbooks_subtotal=None)
    freeze(1, 3, in_quickbooks=False, **{name: None for name in ROW if name.startswith("quickbooks_")})
    freeze(1, -9, in_caspen=False, **{name: None for name in ROW if name.startswith("caspen_")})
    freeze(1, 5, balance_settled=False, quickbooks_balance="1.00")
    freeze(1, 6, changed_fields=2)
    assert failing(1, 6) == {"tax": 1, "in_quickbooks": 1, "in_caspen": 1, "edited": 1}


def test_a_cent_in_ten_billion_is_seen(freeze):
    freeze(1, 1, caspen_total="9999999999.99", quickbooks_total="9999999999.98")
    assert failing(1, 1) == {"total": 1}


def test_several_practices_are_checked_in_one_process_and_nothing_of_them_is_kept(freeze):
    freeze(1, 1)
    freeze(2, 1, quickbooks_total="110.01")
    assert failing(1, 1) == {}
    assert failing(2, 1) == {"total": 1}
    with pytest.raises(BrokenCheckError):
        failing(1, 5)
    assert failing(2, 1) == {"total": 1}
