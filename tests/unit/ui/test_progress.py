"""Work under way in words: counted where it can be, waiting where it waits, never an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.hooks.store.monitoring.progress import RunProgress
from caspen_qbo.ui.views.progress import Work

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
POST = RunProgress(
    run_id="run",
    job="post",
    started_at=NOW - timedelta(minutes=2),
    sent=40,
    refused=2,
    due=58,
    answered_at=NOW - timedelta(seconds=3),
)
SYDNEY = ZoneInfo("Australia/Sydney")


def bar(work: Work) -> tuple[int, int] | None:
    """Done and in all; None where there is no bar."""
    return (work.handled, work.total) if work.total else None


def test_posting_is_counted():
    work = Work(POST, alive=True)
    assert work.title == "Posting to QuickBooks"
    assert work.since(SYDNEY, NOW) == "started 23 Nov 2026, 13:58, 2 minutes ago"
    assert (bar(work), work.text) == ((42, 100), "42 of 100 documents; 2 refused and listed.")
    assert work.waits(NOW) == ""


def test_before_anything_is_known_it_looks_for_changes():
    work = Work(replace(POST, sent=0, refused=0, due=0, answered_at=None), alive=True)
    assert (bar(work), work.text) == (None, "Looking for changes.")


def test_a_limit_that_is_used_up_is_waiting():
    work = Work(POST, alive=True, limit="40 batches a minute")
    assert "Waiting for QuickBooks: its limit of 40 batches a minute is used up." in work.waits(NOW)


def test_quickbooks_not_answering_is_waiting():
    work = Work(replace(POST, answered_at=NOW - timedelta(seconds=75)), alive=True)
    assert work.waits(NOW).startswith("QuickBooks' last answer: 1 minute ago.")


def test_a_run_that_died_waits_for_the_next():
    work = Work(POST, alive=False, limit="40 batches a minute")
    assert (bar(work), work.waits(NOW)) == (None, "")
    assert work.text.startswith("It was interrupted. Nothing is lost")


def test_what_cannot_be_counted_has_no_bar():
    assert Work(replace(POST, job="reconcile", sent=0, refused=0), alive=True).text == "Reading both sides."
    backfill = Work(replace(POST, job="backfill"), alive=True)
    assert (bar(backfill), backfill.text) == (None, "40 documents sent; 2 refused and listed.")
