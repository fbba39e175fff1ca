"""What pages say where there is nothing to show: never that all is well, always what to do."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

LISTS = ("unsynced", "reconciliation", "activity", "backfill")


def test_a_workspace_that_was_never_connected_is_led_to_its_set_up(pages: Pages, flow: Flow) -> None:
    with flow.sync.connect(autocommit=True) as connection:
        connection.execute("DELETE FROM qbo_sync.settings")
        connection.execute("DELETE FROM qbo_sync.connection")
    viewer = pages.as_("viewer")
    for path in LISTS:
        text = viewer.get(f"/w/1/{path}").text
        assert 'class="btn" href="/quickbooks/w/1/setup"' in text, path
        assert "Nothing to do" not in text and "equal" not in text, path
    assert "connect in Set-up" in viewer.get("/w/1/taxes").text
    assert (
        "The set-up check reads from QuickBooks: connect the workspace first."
        in viewer.get("/w/1/setup/doctor").text
    )


def test_a_workspace_without_settings_is_led_to_them(pages: Pages, flow: Flow) -> None:
    with flow.sync.connect(autocommit=True) as connection:
        connection.execute("DELETE FROM qbo_sync.settings")
    viewer = pages.as_("viewer")
    for path in ("unsynced", "reconciliation"):
        assert 'class="btn" href="/quickbooks/w/1/setup#settings"' in viewer.get(f"/w/1/{path}").text, path


def test_before_the_first_run_nothing_is_called_well(pages: Pages, flow: Flow) -> None:
    viewer = pages.as_("viewer")
    for path in ("unsynced", "reconciliation"):
        text = viewer.get(f"/w/1/{path}").text
        assert "Nothing has run yet" in text and 'href="/quickbooks/w/1/activity">Open Activity' in text, path
    assert "Nothing has run yet" in viewer.get("/w/1/activity").text


def test_a_reconciliation_over_nothing_says_so(pages: Pages, flow: Flow) -> None:
    with wiring.open_session(1, "reconcile__1") as session:
        reconcile(session)
    op = pages.as_("op")
    listed, run = op.get("/w/1/reconciliation").text, op.get("/w/1/reconciliation/reconcile__1").text
    for text in (listed, run):
        assert "Nothing to compare" in text and "Both sides equal" not in text and "No difference" not in text
        assert "No invoice is in QuickBooks yet" in text and ">Open Activity</a>" in text
    assert "says nothing about the figures" in run and "Sign off</button>" not in run
    said = op.message(op.post("/w/1/reconciliation/reconcile__1/sign"))
    assert said == "This run compared nothing; there is nothing to sign."


def test_once_an_invoice_is_synced_nothing_needs_anybody(pages: Pages, flow: Flow) -> None:
    flow.invoice("10.00")
    flow.post()
    assert "Nothing to do" in pages.as_("viewer").get("/w/1/unsynced").text
    with flow.sync.connect(autocommit=True) as connection:
        connection.execute("UPDATE qbo_sync.connection SET status = 'disconnected'")
    text = pages.as_("viewer").get("/w/1/unsynced").text
    assert "Nothing to do" not in text and "Disconnected" in text
