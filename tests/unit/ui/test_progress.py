"""Work under way in words: counted where it can be, waiting where it waits, never an error."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.ui.progress import Progress
from caspen_qbo.ui.views.progress import ProgressView, progress_view

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
POST = Progress("run", "post", NOW - timedelta(minutes=2), True, 40, 2, 58, NOW - timedelta(seconds=3), "")


def view(progress: Progress) -> ProgressView:
    return progress_view(ZoneInfo("Australia/Sydney"), progress, NOW)


def test_posting_is_counted():
    shown = view(POST)
    assert shown.title == "Posting to QuickBooks"
    assert shown.since == "started 23 Nov 2026, 13:58, 2 minutes ago"
    assert (shown.done, shown.total, shown.text) == (42, 100, "42 of 100 documents; 2 refused and listed.")
    assert shown.waits == ""


def test_before_anything_is_known_it_looks_for_changes():
    shown = view(replace(POST, sent=0, refused=0, due=0, answered_at=None))
    assert (shown.done, shown.text) == (None, "Looking for changes.")


def test_a_limit_that_is_used_up_is_waiting():
    shown = view(replace(POST, limit="40 batches a minute"))
    assert "Waiting for QuickBooks: its limit of 40 batches a minute is used up." in shown.waits


def test_quickbooks_not_answering_is_waiting():
    shown = view(replace(POST, answered_at=NOW - timedelta(seconds=75)))
    assert shown.waits.startswith("QuickBooks' last answer: 1 minute ago.")


def test_a_run_that_died_waits_for_the_next():
    shown = view(replace(POST, alive=False, limit="40 batches a minute"))
    assert (shown.done, shown.waits) == (None, "")
    assert shown.text.startswith("It was interrupted. Nothing is lost")


def test_what_cannot_be_counted_has_no_bar():
    assert view(replace(POST, job="reconcile", sent=0, refused=0)).text == "Reading both sides."
    backfill = view(replace(POST, job="backfill"))
    assert (backfill.done, backfill.text) == (None, "40 documents sent; 2 refused and listed.")
