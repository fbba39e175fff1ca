"""A month is closed from the command line, and what changes in it afterwards is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.bookkeeper import edit_line
from tests.support.busy_month import BusyMonth, dated, reconcile_once, run_all, run_busy_month
from tests.support.command_line import Finished, run_command
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


def month_end(busy: BusyMonth, *more: str) -> Finished:
    return run_command("month-end", "--workspace", "1", "--month", str(busy.month), *more)


def state(busy: BusyMonth, *more: str) -> dict[str, Any]:
    return json.loads(month_end(busy, *more, "--json").stdout)


def unmet(busy: BusyMonth) -> set[str]:
    return {check["key"] for check in state(busy)["checks"] if not check["met"]}


def stored_pack(flow: Flow) -> dict[str, Any]:
    [(pack,)] = flow.sync_rows("SELECT pack FROM qbo_sync.month_close WHERE reopened_at IS NULL")
    return pack


@pytest.fixture
def busy(flow: Flow) -> BusyMonth:
    return run_busy_month(flow)


def test_what_cannot_be_checked_is_not_met(flow: Flow, busy: BusyMonth) -> None:
    sums = {"receivables", "payment_account", "tax", "credit_notes"}
    assert unmet(busy) == {"runs", "reconciled", "waiting", "differences", *sums}, "nothing was read yet"
    flow.post()
    reconcile_once(flow)
    assert unmet(busy) == {"runs"}, "the import has not run"
    for broken in (
        "UPDATE qbo_sync.sync_run SET success = false WHERE job = 'post' RETURNING 1",
        "UPDATE qbo_sync.sync_run SET finished_at = NULL, success = NULL WHERE job = 'post' RETURNING 1",
    ):
        flow.sync_rows(broken)
        found = next(check for check in state(busy)["checks"] if check["key"] == "runs")
        assert not found["met"]
        assert "Posting: the newest run" in found["found"]
    assert "waiting" not in unmet(busy)
    flow.sync_rows("DELETE FROM qbo_sync.frozen_run RETURNING 1")  # as after a crash of the server
    assert unmet(busy) == {"runs", "reconciled", "differences", *sums}
    flow.sync_rows("UPDATE qbo_sync.connection SET status = 'disconnected' RETURNING 1")
    assert "connection" in unmet(busy)
    refused = month_end(busy, "--sign")
    assert refused.returncode == 1
    this_month = run_command("month-end", "--workspace", "1", "--month", str(busy.month.after), "--json")
    assert not json.loads(this_month.stdout)["checks"][0]["met"], "it is not over"


def test_what_no_run_has_read_in_caspen_yet_waits(flow: Flow, busy: BusyMonth) -> None:
    """Billed, paid, credited or taken back a moment ago: it is in no table of ours yet."""
    run_all(flow)
    assert unmet(busy) == set()
    acts: dict[str, Callable[[], object]] = {
        "invoice": lambda: dated(flow, busy.month.last, "10.00"),
        "payment": lambda: flow.staff.pay(
            flow.client_id, {busy.owed: "7.00"}, payment_date=busy.month.last, method="Cash"
        ),
        "credit note": lambda: flow.staff.credit(busy.owed, {1: "0.1"}, issue_date=busy.month.last),
    }
    for what, act in acts.items():
        act()
        seen = next(check for check in state(busy)["checks"] if check["key"] == "waiting")
        assert not seen["met"] and f": {what} " in seen["found"], (what, seen)
        assert "no run has read it in Caspen yet" in seen["found"]
        assert month_end(busy, "--sign").returncode == 1, what
        run_all(flow)
        assert unmet(busy) == set(), what
    dated(flow, busy.month.after.first, "5.00")
    assert unmet(busy) == set(), "of another month"
    unpaid = dated(flow, busy.month.first, "15.00")
    run_all(flow)
    assert unmet(busy) == set()
    flow.staff.revert_to_draft(unpaid)
    assert "waiting" in unmet(busy)


def test_a_month_is_closed_with_the_figures_of_its_reconciliation(flow: Flow, busy: BusyMonth) -> None:
    run_all(flow)
    assert unmet(busy) == set()
    waits = dated(flow, busy.month.last, "10.00")
    run_command("post", "--workspace", "1")
    assert unmet(busy) == {"waiting"}, "sent since the last reconciliation"
    refused = month_end(busy, "--sign")
    assert refused.returncode == 1
    assert "cannot be closed yet" in refused.stderr
    flow.staff.void_invoice(waits)
    run_all(flow)
    calls = len(flow.requests())
    closed = state(busy, "--sign", "--note", "=checked by Ann")
    assert len(flow.requests()) == calls, "closing asks QuickBooks nothing"
    assert closed["closed"]["note"] == "=checked by Ann"
    pack = stored_pack(flow)
    [gst, free] = pack["sales_tax"]["codes"]
    assert (gst["caspen_net"], gst["quickbooks_tax"], free["quickbooks_net"]) == ("280.00", "28.00", "80.00")
    statement = {
        line["label"]: (line["caspen"], line["quickbooks"]) for line in pack["sales_tax"]["statement"]
    }
    assert statement == {"G1": ("388.00", "388.00"), "of G1": ("80.00", "80.00"), "1A": ("28.00", "28.00")}
    takings = {(t["method"], t["received"], t["caspen"], t["quickbooks"]) for t in pack["takings"]}
    assert takings == {("EFTPOS", "150.00", "110.00", "110.00"), ("Medicare", "80.00", "80.00", "80.00")}
    # 220.00 less 22.00 credited; the 50.00 came after the month.
    [owes] = pack["aged"]["lines"]
    assert (owes["caspen"], owes["quickbooks"]) == ((["0.00", "198.00", "0.00", "0.00", "0.00"],) * 2)
    assert month_end(busy, "--sign").returncode == 1, "closed already"


def test_a_later_change_in_a_closed_month_is_shown_by_document_and_amount(
    flow: Flow, busy: BusyMonth
) -> None:
    run_all(flow)
    assert month_end(busy, "--sign").returncode == 0
    before = stored_pack(flow)
    assert month_end(busy).returncode == 0
    edit_line(flow, busy.owed, amount="190.00")
    added = dated(flow, busy.month.last, "30.00")
    dated(flow, busy.month.after.first, "5.00")
    run_all(flow)
    found = state(busy)["closed"]["changes"]
    changes = {change["number"]: change for change in found["changes"]}
    number = flow.staff.invoice(busy.owed).number
    assert set(changes) == {number, flow.staff.invoice(added).number}
    assert changes[number]["quickbooks_closed"]["total"] == "220.00"
    assert changes[number]["quickbooks_now"]["total"] == "209.00"
    assert changes[number]["caspen_now"] == changes[number]["caspen_closed"]
    table = month_end(busy)
    assert table.returncode == 1
    assert "Changed since it was closed: 2" in table.stdout
    assert stored_pack(flow) == before, "what was signed stays as it was signed"
    assert unmet(busy) == {"differences", "tax", "receivables"}, "listed, and nobody has decided"
    assert "why" in month_end(busy, "--reopen", " ").stderr
    reopened = state(busy, "--reopen", "a late bill")
    assert reopened["closed"] is None
    assert reopened["history"][0]["reopened_reason"] == "a late bill"
    assert "is not closed" in month_end(busy, "--reopen", "again").stderr
    accepted = run_command("accept", "--workspace", "1", "--number", number)
    assert accepted.returncode == 0, accepted.stderr
    reconcile_once(flow)
    assert unmet(busy) == set(), month_end(busy).stdout
    closed = state(busy, "--sign")
    assert (closed["closed"]["changed"], len(closed["history"])) == (0, 2)
    [line] = [each for each in stored_pack(flow)["exceptions"] if each["number"] == number]
    assert (line["decided"], line["decided_by"][:4], line["ended"] is None) == (
        "accepted as it is in QuickBooks",
        "cli:",
        False,
    )


def test_a_change_in_a_closed_month_that_is_put_back_leaves(flow: Flow, busy: BusyMonth) -> None:
    run_all(flow)
    assert month_end(busy, "--sign").returncode == 0
    for amount, changed in (("190.00", 1), ("200.00", 0)):
        edit_line(flow, busy.owed, amount=amount)
        run_all(flow)
        assert state(busy)["closed"]["changed"] == changed, amount
    assert month_end(busy).returncode == 0


def test_a_month_is_closed_though_its_pack_cannot_be_kept(
    flow: Flow, busy: BusyMonth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept as page and spreadsheet, one for each closing; what takes none holds nothing up."""
    run_all(flow)
    taken = tmp_path / "taken"
    taken.write_text("a file where a folder should be")
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(taken))
    closed = month_end(busy, "--sign")
    assert closed.returncode == 0 and "was closed by" in closed.stdout
    told = " ".join(closed.stdout.split())
    assert "It was not written to where reports are kept" in told
    assert f"`month-end --workspace 1 --month {busy.month} --keep` writes it" in told
    assert month_end(busy, "--keep").returncode == 1
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path / "kept"))
    for _ in range(2):
        assert month_end(busy, "--keep").returncode == 0
    kept = sorted((tmp_path / "kept" / "1").iterdir())
    assert [file.suffix for file in kept] == [".html", ".xlsx"]
    assert kept[0].name.startswith(f"month-end-1-{busy.month}-closed-")
    assert month_end(busy, "--pack", str(tmp_path / "own")).returncode == 0
    assert [file.read_bytes() for file in kept] == [
        file.read_bytes() for file in sorted((tmp_path / "own").iterdir())
    ]
