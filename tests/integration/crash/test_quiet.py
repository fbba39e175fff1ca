"""Few calls when there is work, none when there is none."""

from __future__ import annotations

from collections import Counter

from benchmarks.calls import count_ours, count_script, sizes
from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.crash_sweep import build_scenario
from tests.support.flow import WORKSPACE, Flow

CYCLES = 10


def test_a_first_evening_takes_few_calls_and_a_plain_script_ten_times_as_many(flow: Flow) -> None:
    invoices, clients, payments = sizes(60)
    ours = count_ours(flow, invoices)
    batches = sum(-(-number // 30) for number in (invoices, clients, payments))
    assert ours["batch"] == batches
    assert sum(ours.values()) <= batches + 12

    flow.door("reset", realm=flow.realm)
    flow.switch(limits=False, auto_apply_credit=False)
    script = count_script(flow, invoices)
    assert script == 1 + 2 * invoices + clients + payments
    assert script > 10 * sum(ours.values())


def test_ten_cycles_of_all_jobs_over_a_settled_company_write_nothing(flow: Flow) -> None:
    build_scenario(flow)
    flow.person("record-payment", invoices=[], customer=_some_customer(flow), amount="12.00")
    flow.post()
    statuses = _statuses(flow)
    flow.door("latency", seconds=0)
    before = _operations(flow)

    calls: Counter[str] = Counter()
    for cycle in range(CYCLES):
        for job in (post, import_payments, reconcile):
            with wiring.open_session(WORKSPACE, f"{job.__name__}__{cycle}") as session:
                calls.update(job(session).calls)

    assert calls["cdc"] >= CYCLES  # it did look
    made = _operations(flow) - before
    assert not {name for name in made if name not in ("query", "cdc", "read")}, made
    assert _statuses(flow) == statuses
    assert flow.listed() == {}


def test_what_was_taken_out_of_quickbooks_keeps_its_status_however_many_runs_follow(flow: Flow) -> None:
    voided, deleted, credited = flow.invoice("10.00"), flow.invoice("20.00"), flow.invoice("30.00")
    note = flow.staff.credit(credited)
    flow.post()
    flow.staff.void_credit_note(note.id)
    flow.staff.void_invoice(voided)
    flow.staff.revert_to_draft(deleted)
    flow.staff.delete_draft(deleted)
    flow.post()
    statuses = _statuses(flow)
    assert {status for _, status, _, _ in statuses} == {"Synced"}
    for _ in range(2):
        assert flow.post().counts.get("statuses_written", 0) == 0
    assert _statuses(flow) == statuses
    assert flow.caspen_rows("SELECT quickbooks_status FROM caspen.credit_note") == [("Synced",)]


def _some_customer(flow: Flow) -> str:
    flow.post()
    return flow.books("Customer")[0]["Id"]


def _operations(flow: Flow) -> Counter[str]:
    return Counter(str(request["operation"]) for request in flow.requests() if request["realm"])


def _statuses(flow: Flow) -> list[tuple[object, ...]]:
    """What Caspen shows, and when its rows were last written: writing the same again would show."""
    return flow.caspen_rows(
        "SELECT number, quickbooks_status, quickbooks_status_detail, updated_at "
        "FROM caspen.invoice ORDER BY id"
    )
