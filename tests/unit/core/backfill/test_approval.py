"""What an approval covers: case by case, and what the refusal says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.core.backfill.approval import NEXT_STEP, Plan, decide_approved, fingerprint_of, lines_of
from caspen_qbo.core.backfill.verdict import BackfillItem, Verdict

AT = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
POST = BackfillItem("INV-1", Verdict.POST, "not in QuickBooks", Decimal("110.00"), version="v1")
OTHER = replace(POST, number="INV-2")
NOTHING = BackfillItem("INV-3", Verdict.NOT_FOUND, "Caspen has no such invoice.")


def approved(*items: BackfillItem) -> Plan:
    lines = lines_of(items)
    return Plan(
        id=1,
        workspace_id=1,
        plan_run_id="manual__1",
        planned_at=AT,
        lines=lines,
        fingerprint=fingerprint_of(lines),
        run_id="approved__manual__1",
        approved_by="airflow:op",
        approved_at=AT,
        expires_at=AT + timedelta(hours=12),
    )


def becomes(item: BackfillItem, verdict: Verdict, **changes: Any) -> BackfillItem:
    return replace(item, verdict=verdict, **changes)


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        (POST, POST, ""),
        (POST, replace(POST, reason="other words for the same"), ""),
        (POST, replace(POST, version="v2"), "INV-1 (post 110.00) was changed"),
        (POST, replace(POST, total=Decimal("220.00")), "approved as post 110.00 and is now post 220.00"),
        (POST, replace(POST, hanging="; 1 x post payment"), "INV-1 (post 110.00) was changed"),
        (POST, becomes(POST, Verdict.LINK), "approved as post 110.00 and is now link 110.00"),
        (POST, becomes(POST, Verdict.UPDATE), "is now update 110.00"),
        (becomes(POST, Verdict.CLASH), POST, "approved as clash 110.00 and is now post 110.00"),
        (becomes(POST, Verdict.NOT_ELIGIBLE), becomes(POST, Verdict.LINK), "is now link 110.00"),
        (becomes(POST, Verdict.LIST), POST, "is now post 110.00"),
        (OTHER, POST, "INV-1 was not among the approved numbers"),
        # An interrupted run goes on: it was posted, or cannot go any more, or its request is not confirmed.
        (POST, becomes(POST, Verdict.SYNCED, hanging="; 1 x post payment"), ""),
        (POST, becomes(POST, Verdict.WAIT, hanging="; 1 x wait payment"), ""),
        (POST, becomes(POST, Verdict.LIST), ""),
        (POST, becomes(POST, Verdict.VOID), ""),
        (
            NOTHING,
            replace(NOTHING, verdict=Verdict.SYNCED, hanging="; 1 x post payment"),
            "is now already synced",
        ),
    ],
)
def test_an_approval_holds_for_the_plan_it_was_given_for(
    before: BackfillItem, now: BackfillItem, said: str
) -> None:
    refusal = decide_approved(approved(before), lines_of([now]), AT)
    assert (said in refusal and refusal.endswith(NEXT_STEP)) if said else refusal == ""


def test_without_an_approval_nothing_is_carried_out() -> None:
    refusal = decide_approved(None, lines_of([POST, OTHER, NOTHING]), AT)
    assert "no person with the right to has approved this run (INV-1, INV-2)" in refusal
    assert refusal.startswith("Nothing was sent") and NEXT_STEP in refusal
    assert decide_approved(replace(approved(POST), approved_at=None), lines_of([POST]), AT) != ""


def test_where_nothing_would_be_done_no_approval_is_needed() -> None:
    done = becomes(POST, Verdict.SYNCED)
    assert decide_approved(None, lines_of([done, NOTHING]), AT) == ""


def test_an_approval_ends_and_holds_once() -> None:
    plan = approved(POST)
    assert decide_approved(plan, lines_of([POST]), AT + timedelta(hours=11, minutes=59)) == ""
    ended = decide_approved(plan, lines_of([POST]), AT + timedelta(hours=12))
    assert "airflow:op approved it at 2026-11-28 03:00 UTC" in ended and "the approval ended at" in ended
    used = decide_approved(replace(plan, carried_out_at=AT), lines_of([POST]), AT)
    assert "it was carried out at 2026-11-28 03:00 UTC" in used and "An approval holds once" in used


def test_many_changed_numbers_are_counted() -> None:
    items = [replace(POST, number=f"INV-{n}") for n in range(1, 8)]
    changed = [replace(item, version="v2") for item in items]
    refusal = decide_approved(approved(*items), lines_of(changed), AT)
    assert "INV-3 (post 110.00)" in refusal and "; and 4 more" in refusal and "INV-4" not in refusal
    assert "INV-3 and 4 more" in decide_approved(None, lines_of(items), AT)
