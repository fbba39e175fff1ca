"""Reconciliation against the sandbox: equal sides, differences, their listing and their going away."""

from __future__ import annotations

from tests.integration.reconcile.runs import run
from tests.support.flow import Flow


def test_equal_sides_are_proved_equal(flow: Flow):
    paid, credited = flow.invoice("100.00"), flow.invoice("80.00", "20.00")
    flow.invoice("33.33", rate="GST free")
    flow.pay(paid)
    flow.staff.credit(credited, {1: 1})
    flow.post()
    result = run(flow)
    assert result.message == "5 documents compared, all equal."
    (row,) = flow.sync_rows(
        "SELECT documents_checked, differences, success, jsonb_array_length(checks), report -> 'tie_outs' -> 0 -> 'rows'"
        " FROM qbo_sync.reconciliation_run"
    )
    assert row[:3] == (5, 0, True)
    assert row[3] == 12 + 12 + 10
    assert row[4] == [
        {
            "label": "Open balances of synced invoices",
            "caspen": "55.33",
            "quickbooks": "55.33",
            "delta": "0.00",
        }
    ]
    assert flow.listed() == {}
