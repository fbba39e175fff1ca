"""What has to hold before a month is closed: each thing missing makes its own line red, and no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from caspen_qbo.core.closing.checklist import (
    JOBS,
    Covering,
    Health,
    JobState,
    MonthFacts,
    OpenDocument,
    check_month,
    month_of_tax,
    settle,
)
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.reconciling.stored import TieOut, TieOutItem, TieOutRow
from caspen_qbo.core.reconciling.tie_outs import ACCEPTED

SYDNEY = ZoneInfo("Australia/Sydney")
OCTOBER = Month(date(2026, 10, 1))
ENDS = OCTOBER.ends(SYDNEY)
SUMS = {"receivables", "payment_account", "tax", "credit_notes"}


def tie_out(key: str, delta: str = "0.00", *reasons: str, in_all: int | None = None) -> TieOut:
    change = Decimal(delta)
    row = TieOutRow("Sum", Decimal("100.00"), 100 + change, change, change, month=OCTOBER.first)
    each = change / len(reasons) if reasons else Decimal(0)
    items = tuple(
        TieOutItem(f"INV-{place}", None, each, each, reason, "Sum") for place, reason in enumerate(reasons)
    )
    return TieOut(key, key, "", (row,), items, len(items) if in_all is None else in_all, ())


RUN = Covering("r", ENDS + timedelta(hours=2), True, 9, 0, 0, True, tuple(map(tie_out, sorted(SUMS))))
GOOD = MonthFacts(
    OCTOBER,
    date(2026, 11, 2),
    ENDS,
    Health("connected", refused=False, days_left=90),
    tuple(JobState(job, 30, 2, ENDS + timedelta(hours=1), True) for job in JOBS),
    running=False,
    open_documents=(),
    unread=(),
    covering=RUN,
)


def jobs(**changes: Any) -> tuple[JobState, ...]:
    """The post is otherwise."""
    return (replace(GOOD.jobs[0], **changes), *GOOD.jobs[1:])


def waits(state: str) -> tuple[OpenDocument, ...]:
    return (OpenDocument("invoice", "INV-1", Decimal("110.00"), state, 1),)


def differing(key: str) -> Covering:
    """One sum is not equal."""
    others = (one for one in RUN.tie_outs if one.key != key)
    return replace(RUN, tie_outs=(*others, tie_out(key, "5.00", "Not explained")))


BROKEN: dict[str, tuple[Any, set[str]]] = {
    "the month is not over": ({"today": OCTOBER.last}, {"over"}),
    "never connected": ({"health": Health(None, False, None)}, {"connection"}),
    "disconnected": ({"health": Health("disconnected", False, 9)}, {"connection"}),
    "lost": ({"health": Health("needs_reconnect", False, 9)}, {"connection"}),
    "refused": ({"health": Health("connected", True, 9)}, {"connection"}),
    "a job never ran": ({"jobs": jobs(started_at=None, success=None)}, {"runs"}),
    "the newest run failed": ({"jobs": jobs(success=False)}, {"runs"}),
    "the newest run died": ({"jobs": jobs(success=None)}, {"runs"}),
    "a run is under way": ({"jobs": jobs(success=None), "running": True}, {"runs"}),
    "no run since the month": ({"jobs": jobs(started_at=ENDS - timedelta(seconds=1))}, {"runs"}),
    "none is kept": ({"covering": None}, {"reconciled", "differences", *SUMS}),
    "it died": ({"covering": replace(RUN, compared=False)}, {"reconciled", "differences", *SUMS}),
    "another company": ({"covering": replace(RUN, of_company=False)}, {"reconciled", "differences", *SUMS}),
    "it began in the month": (
        {"covering": replace(RUN, started_at=ENDS - timedelta(seconds=1))},
        {"reconciled", "differences", *SUMS},
    ),
    "unexplained": ({"covering": replace(RUN, differences=3, unexplained=1)}, {"differences"}),
    **{f"a document is {state}": ({"open_documents": waits(state)}, {"waiting"})
       for state in ("listed", "waiting", "reverted", "since")},
    "a document was not read yet": ({"unread": waits("unread")}, {"waiting"}),
    "what changed in Caspen is not known": ({"unread": None}, {"waiting"}),
    **{f"{key} differs": ({"covering": differing(key)}, {key}) for key in sorted(SUMS)},
    "a sum was not taken": (
        {"covering": replace(RUN, tie_outs=tuple(one for one in RUN.tie_outs if one.key != "receivables"))},
        {"receivables"},
    ),
}  # fmt: off


def test_all_is_met_and_says_what_was_seen() -> None:
    checks = check_month(GOOD)
    assert all(check.met and check.found and not check.missing for check in checks)
    assert len({check.key for check in checks}) == len(checks) == 10


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_missing_is_not_met_and_says_what_to_do_and_where(case: str) -> None:
    changes, expected = BROKEN[case]
    unmet = {check.key: check for check in check_month(replace(GOOD, **changes)) if not check.met}
    assert set(unmet) == expected
    assert all(check.found and check.missing for check in unmet.values())
    assert all(check.link and check.link_text for key, check in unmet.items() if key != "over")


def test_explained_differences_and_no_sales_are_met() -> None:
    explained = replace(GOOD, covering=replace(RUN, differences=3, unexplained=0))
    quiet = replace(GOOD, covering=replace(RUN, tie_outs=tuple(t for t in RUN.tie_outs if t.key != "tax")))
    assert all(check.met for facts in (explained, quiet) for check in check_month(facts))


SETTLED = {
    "equal": (tie_out("tax"), True),
    "accepted in full": (tie_out("tax", "-5.00", ACCEPTED, ACCEPTED), True),
    "one is not": (tie_out("tax", "-5.00", ACCEPTED, "Changed in QuickBooks"), False),
    "items were left off": (tie_out("tax", "-5.00", ACCEPTED, in_all=2), False),
    "nothing accounts for it": (
        replace(tie_out("tax"), rows=(TieOutRow("S", Decimal(1), Decimal(2), Decimal(1), Decimal(0)),)),
        False,
    ),
    "from before sums had items": (
        replace(tie_out("tax"), rows=(TieOutRow("S", Decimal(1), Decimal(2), Decimal(1)),)),
        False,
    ),
}


@pytest.mark.parametrize("case", SETTLED)
def test_a_sum_stands_where_it_is_equal_or_accepted_document_by_document(case: str) -> None:
    found, stands = SETTLED[case]
    assert settle(found)[0] is stands


def test_a_month_is_cut_out_of_the_tax_of_two() -> None:
    both = tie_out("tax", "5.00", "Not explained")
    november = replace(both.rows[0], label="November", month=date(2026, 11, 1))
    cut = month_of_tax(replace(both, rows=(*both.rows, november)), OCTOBER)
    assert cut is not None
    assert [row.label for row in cut.rows] == ["Sum"]
    assert month_of_tax(both, OCTOBER.before) is None


def test_a_month_has_its_own_midnights() -> None:
    assert OCTOBER.begins(SYDNEY).astimezone(UTC) == datetime(2026, 9, 30, 14, tzinfo=UTC)
    assert ENDS.astimezone(UTC) == datetime(2026, 10, 31, 13, tzinfo=UTC), "summer time began in between"
    assert (str(OCTOBER), OCTOBER.words, OCTOBER.last) == ("2026-10", "October 2026", date(2026, 10, 31))
    assert (OCTOBER.before, OCTOBER.after) == (Month(date(2026, 9, 1)), Month(date(2026, 11, 1)))
    assert Month(date(2024, 2, 1)).last == date(2024, 2, 29)
    assert Month.parse("2026-10") == OCTOBER
    assert [Month.parse(text) for text in ("2026-13", "2026-1", "0000-01", "x", "2026-10-01")] == [None] * 5
