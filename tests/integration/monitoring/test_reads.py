"""Calls are counted as Intuit meters them, whoever makes them, and shown with the month's forecast."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import httpx
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.jobs import RunResult
from caspen_qbo.usecases.shared.session import Session
from tests.support.command_line import run_command as run
from tests.support.flow import WORKSPACE, Flow


def _metered(flow: Flow) -> tuple[int, int]:
    """What the sandbox counted: reads, which cost, and writes."""
    counters = httpx.get(f"{flow.sandbox.url}/_sandbox/counters", timeout=60, verify=False).json()
    return counters["by_meter"].get("CorePlus", 0), counters["by_meter"].get("Core", 0)


def _stored(flow: Flow) -> tuple[int, int]:
    rows = flow.sync_rows("SELECT kind, sum(calls)::int FROM qbo_sync.metered_call GROUP BY kind")
    kinds = Counter(dict(rows))
    return kinds["query"] + kinds["cdc"] + kinds["read"], kinds["write"]


def test_every_visit_is_counted_as_intuit_meters_it(flow: Flow) -> None:
    """Set-up, every job and a look at the set-up: reads one by one, a batch's items each for itself."""
    reads, writes = _stored(flow)  # of the set-up, as are those of the sandbox
    metered = _metered(flow)
    for number in range(3):
        flow.pay(flow.invoice(f"{10 + number}.00"))
    for job in (post, import_payments, reconcile):
        _do(job)
    assert run("doctor", "--workspace", "1").returncode == 0
    stored = (_stored(flow)[0] - reads, _stored(flow)[1] - writes)
    assert stored == (_metered(flow)[0] - metered[0], _metered(flow)[1] - metered[1])
    assert stored[1] == 1 + 3 + 3, "a customer, three invoices, three payments"


def test_the_command_shows_practice_and_app_with_the_forecast(flow: Flow) -> None:
    flow.sync_rows(
        "INSERT INTO qbo_sync.metered_call "
        "SELECT 2, (now() AT TIME ZONE 'UTC')::date, 'query', 499000 RETURNING 1"
    )
    shown = json.loads(run("reads", "--json").stdout)
    (practice,) = shown["practices"]
    reads, _ = _stored(flow)
    reads -= 499_000
    assert practice["month"]["used"] == reads <= practice["month"]["forecast"]
    assert shown["month"]["used"] == reads + 499_000
    assert (shown["allowance"], shown["budget"]) == (500_000, "near")
    text = run("reads", "--workspace", "1")
    assert f"{reads + 499_000:,} of 500,000 reads" in text.stdout


def test_what_intuit_turns_away_is_not_counted(flow: Flow) -> None:
    before = _stored(flow)
    rule = {"kind": "throttled", "endpoint": "cdc", "times": 1}
    flow.door("faults", seed=1, rules=[rule])
    assert run("import", "--workspace", "1").returncode == 0
    assert _stored(flow)[0] - before[0] == 1


def test_running_out_is_one_sentence_and_all_goes_on_once_the_allowance_is_raised(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every job meets it: none fails, nothing is listed document by document, nothing is lost."""
    flow.post()
    for amount in ("40.00", "50.00"):
        flow.pay(flow.invoice(amount))
    flow.switch(core_plus_quota=1)
    monkeypatch.setattr(settings, "READS_PER_MONTH", 1)
    for job in (post, import_payments, reconcile):
        assert "allowance of reads for this month is used up" in _do(job).message
    assert flow.listed() == {} and flow.books("Invoice") == []
    assert flow.sync_rows(REFUSED) == [(3,)]
    assert flow.sync_rows("SELECT bool_and(success) FROM qbo_sync.sync_run") == [(True,)]

    flow.switch(core_plus_quota=500_000)
    monkeypatch.setattr(settings, "READS_PER_MONTH", 500_000)
    flow.post()
    assert len(flow.books("Invoice")) == len(flow.books("Payment")) == 2
    assert flow.sync_rows(REFUSED) == [(0,)]


REFUSED = "SELECT coalesce(sum(calls), 0)::int FROM qbo_sync.metered_call WHERE kind = 'refused'"


def _do(job: Callable[[Session], RunResult]) -> RunResult:
    with wiring.open_session(WORKSPACE, wiring.new_run_id("job")) as session:
        return job(session)
