"""What the pages work out from what is stored: states, badges and sentences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from caspen_qbo.airflow.api import AirflowRun
from caspen_qbo.core.backfill.approval import Plan, lines_of
from caspen_qbo.core.backfill.verdict import BackfillItem, Verdict
from caspen_qbo.hooks.store.monitoring.pages import JobRun, Ledger, UnsyncedQuery
from caspen_qbo.hooks.store.monitoring.progress import RunProgress
from caspen_qbo.hooks.store.posting.story import FamilyDocument
from caspen_qbo.hooks.store.reconciling.results import ReconciliationEntry
from caspen_qbo.ui.views import activity, backfill, reconciliation
from caspen_qbo.ui.views.lists.columns import address, sorted_by
from caspen_qbo.ui.views.lists.unsynced import COLUMNS
from caspen_qbo.ui.views.progress import Work
from caspen_qbo.wording import standing

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

PAYMENT = FamilyDocument(
    kind="payment",
    id=7,
    number="PAY-7",
    client_id=3,
    date=date(2026, 11, 20),
    total=Decimal("50.00"),
    caspen_status="live",
    wanted="present",
    excluded_reason=None,
    version="v2",
    synced_version="v2",
    quickbooks_type="Payment",
    quickbooks_id="12",
    stored_facts=None,
    posted_at=NOW,
    verified_at=NOW,
    removed=False,
    differs=False,
    matter=None,
    unconfirmed=False,
)


@pytest.mark.parametrize(
    ("document", "badge"),
    [
        (None, ("", "Not processed yet")),
        (PAYMENT, ("done", "Synced")),
        (replace(PAYMENT, differs=True, matter="Books closed"), ("open", "Needs attention")),
        (replace(PAYMENT, matter="Books closed"), ("done", "Synced; Books closed")),
        (replace(PAYMENT, synced_version="v1"), ("partly", "Waits for the next run")),
        (
            replace(PAYMENT, synced_version="v1", unconfirmed=True),
            ("partly", "Sent; the answer is not known yet"),
        ),
        (replace(PAYMENT, synced_version="v1", wanted="as_is"), ("", "Nothing to post")),
        (replace(PAYMENT, removed=True), ("", "Removed from QuickBooks")),
        (
            replace(PAYMENT, excluded_reason="imported"),
            ("", "Does not go to QuickBooks (came from QuickBooks)"),
        ),
    ],
)
def test_where_a_document_stands(document: FamilyDocument | None, badge: tuple[str, str]) -> None:
    assert standing(document) == badge


def run(differences: int | None, *, checked: int = 5, success: bool = True) -> ReconciliationEntry:
    return ReconciliationEntry(
        run_id="reconcile__1",
        started_at=NOW,
        finished_at=NOW + timedelta(minutes=1),
        full_compare=True,
        documents_checked=checked,
        differences=differences,
        unexplained=differences,
        finalised=5,
        synced=5,
        waiting=0,
        listed=0,
        excluded=0,
        success=success,
        checks=None,
        signed_at=None,
        signed_by=None,
        signed_through=None,
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (replace(run(0), finished_at=None), "Running or interrupted"),
        (run(None), "Could not be carried out"),
        (run(0, checked=0), "Nothing to compare"),
        (run(0), "Both sides equal"),
        (run(2), "Differences, all listed"),
        (run(2, success=False), "Differences"),
    ],
)
def test_what_a_reconciliation_found(entry: ReconciliationEntry, words: str) -> None:
    assert reconciliation.run_state(entry)[1] == words


@pytest.mark.parametrize(
    ("newest_first", "words"),
    [
        ([], ""),
        ([0], "No difference."),
        ([0, 0], "No difference in the last 2 runs."),
        ([0, 3], "No difference in the newest run."),
        ([0, 0, 3], "No difference in the newest 2 runs."),
        ([3, 0], "3 differences in the newest run."),
    ],
)
def test_the_trend_in_words(newest_first: list[int], words: str) -> None:
    assert reconciliation.trend_words([run(number) for number in newest_first]) == words


JOB = JobRun(
    run_id="post__1",
    job="post",
    started_at=NOW,
    finished_at=NOW,
    counts={},
    calls={},
    finalised=None,
    synced=None,
    waiting=None,
    listed=None,
    excluded=None,
    success=True,
    message=None,
)


def test_the_state_of_a_run() -> None:
    open_ids = {"post__1"}
    progress = RunProgress("post__1", "post", NOW, 0, 0, 3, None)
    assert activity.run_state(JOB, None, ()) == "success"
    assert activity.run_state(replace(JOB, success=False), None, ()) == "failed"
    assert activity.run_state(replace(JOB, success=False), None, open_ids) == "waiting"
    unfinished = replace(JOB, finished_at=None)
    assert activity.run_state(unfinished, Work(progress, alive=True), ()) == "running"
    assert activity.run_state(unfinished, Work(progress, alive=False), ()) == "interrupted"
    assert activity.run_state(replace(unfinished, job="import"), Work(progress, alive=True), ()) == (
        "interrupted"
    )


def test_what_a_run_did() -> None:
    counts = {"staged": 9, "invoices_posted": 1200, "listed": 1, "refused": 0}
    assert activity.done_words(replace(JOB, counts=counts)) == "Invoices posted 1,200, listed 1"
    assert activity.done_words(JOB) == "Nothing to do"
    assert activity.done_words(replace(JOB, message="All equal.")) == ""
    assert activity.done_words(replace(JOB, success=False)) == ""


@pytest.mark.parametrize(
    ("waiting", "listed", "words"),
    [
        (0, 0, "No invoice waits for the next run."),
        (1, 0, "1 invoice waits for the next run."),
        (2, 1, "2 invoices wait for the next run; 1 needs attention."),
        (0, 1200, "No invoice waits for the next run; 1,200 need attention."),
    ],
)
def test_what_waits_in_words(waiting: int, listed: int, words: str) -> None:
    assert activity.waiting_words(Ledger(9, 0, waiting, listed, 0, NOW)) == words
    died_at_once = RunProgress("post__1", "post", NOW, 0, 0, 0, None)
    interrupted = activity.waiting_words(Ledger(9, 0, waiting, listed, 0, NOW), died_at_once)
    assert interrupted == f"{words} Counted before the run that was interrupted."


def test_what_an_interrupted_run_left_waits() -> None:
    left = RunProgress("post__1", "post", NOW, 2, 0, 3, None)
    before = Ledger(9, 0, 0, 0, 0, NOW)
    after = "Counted after the run that was interrupted."
    assert activity.waiting_words(before, left) == f"3 documents wait for the next run. {after}"
    assert activity.waiting_words(None, replace(left, due=1)) == f"1 document waits for the next run. {after}"
    assert activity.waiting_words(before, replace(left, unanswered=2)) == (
        "3 documents wait for the next run; 2 were sent, and QuickBooks' answer is not known: the next run "
        f"looks that up first. {after}"
    )


def test_an_address_of_the_list_leaves_out_what_is_usual() -> None:
    query = UnsyncedQuery(key="other", page=3)
    number, turn = COLUMNS[0], COLUMNS[-1]
    assert address(UnsyncedQuery()) == "" and turn.sort == ""
    assert address(query) == "key=other&page=3"
    assert sorted_by(query, number) == "key=other&sort=number"
    assert sorted_by(UnsyncedQuery(sort="number"), number) == "sort=number&order=down"
    assert sorted_by(UnsyncedQuery(sort="number", order="down"), number) == "sort=number"


def test_a_plan_is_approved_once_it_is_finished_and_has_something_to_do() -> None:
    plan = AirflowRun("backfill_invoices", "manual__1", "success", conf={"dry_run": True})
    posts, nothing = (
        Plan(1, 1, "manual__1", NOW, lines_of([BackfillItem("INV-1", verdict, "")]), "")
        for verdict in (Verdict.POST, Verdict.NOT_FOUND)
    )
    assert backfill.Report({"post": 3}, (backfill.Item("INV-1", Verdict.POST),)).left_off == 2
    assert [step.label for step in backfill.steps(plan, {"plan_backfill": "success"}, posts)] == [
        "Plan",
        "Approval",
    ]
    assert not backfill.can_approve(plan, nothing)
    assert not backfill.can_approve(plan, None)
    carried = AirflowRun("backfill_invoices", "approved__1", "running", conf={"dry_run": False})
    assert not backfill.can_approve(carried, posts)
    states = [step.state for step in backfill.steps(carried, {"backfill_invoices": "running"}, posts)]
    assert states == ["", "", "partly"]


def test_the_trend_is_drawn_oldest_first_with_what_is_explained_apart() -> None:
    newest, oldest = replace(run(6), run_id="new", unexplained=2), replace(run(0), run_id="old")
    points = reconciliation.trend_points([newest, oldest])
    assert [(point.run_id, point.unexplained, point.explained) for point in points] == [
        ("old", 0, 0),
        ("new", 2, 4),
    ]
