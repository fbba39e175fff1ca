"""What a morning mail says: whom it calls, the worst first, and that nothing is equal by omission."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from caspen_qbo.core.monitoring.mail_matters import (
    Began,
    LetterKind,
    Listed,
    MatterKind,
    OpsLetter,
    RefusedAddress,
    Unproved,
    Week,
    choose_matters,
    decide_letter,
    decide_ops_letter,
)
from caspen_qbo.core.monitoring.overview import Need, PracticeRow

NOW = datetime(2026, 11, 24, 20, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=9)
LIMITS = {"post": timedelta(hours=4), "import": timedelta(hours=4), "reconcile": timedelta(hours=50)}
FINE = PracticeRow(
    workspace_id=1,
    name="Harbour",
    time_zone="Australia/Adelaide",
    currency="AUD",
    status="connected",
    company_name="Harbour",
    connected_at=LONG_AGO,
    ends_at=NOW + timedelta(days=90),
    posted_at=NOW,
    imported_at=NOW,
    reconciled_at=NOW,
    late_at=NOW + timedelta(hours=4),
    waiting=0,
    listed_practice=0,
    listed_finance=0,
    listed_admin=0,
    listed_since=None,
    reconciliation_id="r",
    unexplained=0,
    unexplained_amount=Decimal(0),
    reads=0,
    need=Need.FINE,
    refreshed_at=NOW,
    found=1,
)
TAX = Listed("business_validation_tax", "finance", 4, NOW - timedelta(days=3))
LINES = Listed("required_param_missing", "practice", 1, NOW - timedelta(days=5))
REFUSED = Listed("invalid_refresh_token", "admin", 12, NOW - timedelta(hours=6))
PROVED = Week(ended=7, good=7, last_at=NOW, fresh=True, success=True, documents=40, unsettled=0)
DAY = date(2026, 11, 25)


NOTHING_BEGAN = Began()


def kinds(
    row: PracticeRow, *listed: Listed, began: Began = NOTHING_BEGAN
) -> list[tuple[str, str, datetime | None]]:
    found = choose_matters(row, listed, began, LIMITS, 14, NOW)
    return [(each.kind.value, each.turn, each.since) for each in found]


@pytest.mark.parametrize("need", [Need.OFF, Need.FINE])
def test_nobody_is_called_where_nobody_is_needed(need: Need) -> None:
    assert kinds(replace(FINE, need=need)) == []


def test_what_waits_is_named_with_its_turn_and_since_when_the_most_first() -> None:
    row = replace(FINE, need=Need.LISTED, listed_finance=4, listed_practice=1)
    assert kinds(row, LINES, TAX) == [("listed", "finance", TAX.since), ("listed", "practice", LINES.since)]


def test_money_comes_before_documents() -> None:
    row = replace(FINE, need=Need.MONEY, unexplained=2, unexplained_amount=Decimal("12.00"))
    began = Began(unexplained_at=NOW - timedelta(days=2))
    assert kinds(row, TAX, began=began) == [
        ("unexplained", "finance", began.unexplained_at),
        ("listed", "finance", TAX.since),
    ]


def test_a_lost_connection_comes_first_and_stands_for_what_follows_from_it() -> None:
    late = replace(FINE, posted_at=LONG_AGO, need=Need.STOPPED, ends_at=NOW)
    for row in (replace(late, status="needs_reconnect"), late):
        lost = Began(lost_at=NOW - timedelta(hours=8))
        assert kinds(row, TAX, REFUSED, began=lost) == [
            ("lost", "admin", lost.lost_at),
            ("listed", "finance", TAX.since),
        ]
        assert kinds(row, REFUSED) == [("lost", "admin", REFUSED.since)]


def test_a_late_job_is_the_administrators_since_its_last_good_run() -> None:
    row = replace(FINE, posted_at=NOW - timedelta(hours=5), need=Need.STOPPED)
    assert kinds(row) == [("late", "admin", row.posted_at)]
    never = replace(row, posted_at=None)
    assert kinds(never) == [("late", "admin", LONG_AGO)]


def test_an_end_that_nears_and_a_set_up_that_is_not_complete() -> None:
    ending = replace(FINE, need=Need.SOON, ends_at=NOW + timedelta(days=2, hours=1))
    (matter,) = choose_matters(ending, (), Began(), LIMITS, 14, NOW)
    assert (matter.kind, matter.turn, matter.number, matter.until) == (
        MatterKind.ENDS,
        "admin",
        2,
        ending.ends_at,
    )
    assert kinds(replace(FINE, need=Need.SOON)) == [("setup", "admin", LONG_AGO)]
    listed = replace(ending, need=Need.LISTED, listed_finance=4)
    assert [kind for kind, *_ in kinds(listed, TAX)] == ["listed", "ends"], "both are said"


@pytest.mark.parametrize("need", [need for need in Need if need.calls_a_person])
def test_whoever_is_needed_is_told_why(need: Need) -> None:
    """A mail is never without a matter where the page of all practices says that somebody is needed."""
    assert kinds(replace(FINE, need=need)) != []


UNPROVED = {
    "not connected": (replace(FINE, need=Need.OFF), PROVED, Unproved.OFF),
    "none in the week": (FINE, replace(PROVED, ended=0, good=0, last_at=LONG_AGO), Unproved.NONE),
    "none ever": (FINE, replace(PROVED, ended=0, good=0, last_at=None, success=False), Unproved.NONE),
    "too long ago": (FINE, replace(PROVED, fresh=False), Unproved.OLD),
    "a check was not carried out": (FINE, replace(PROVED, success=False), Unproved.NOT_GOOD),
    "something is not settled": (FINE, replace(PROVED, unsettled=1), Unproved.UNSETTLED),
}


@pytest.mark.parametrize("why", UNPROVED)
def test_nothing_is_equal_by_omission(why: str) -> None:
    row, week, reason = UNPROVED[why]
    letter = decide_letter(row, (), week, DAY)
    assert letter is not None
    assert (letter.kind, letter.unproved) == (LetterKind.UNPROVED, reason)


def test_a_proved_week_is_said_where_it_is_asked_for_only() -> None:
    letter = decide_letter(FINE, (), PROVED, DAY)
    assert letter is not None
    assert (letter.kind, letter.unproved) == (LetterKind.EQUAL, None)
    assert decide_letter(FINE, (), None, DAY) is None


def test_on_the_day_of_the_weekly_mail_there_is_one_mail_and_not_two() -> None:
    row = replace(FINE, need=Need.LISTED, listed_finance=4)
    matters = choose_matters(row, [TAX], Began(), LIMITS, 14, NOW)
    letter = decide_letter(row, matters, replace(PROVED, unsettled=4), DAY)
    assert letter is not None
    assert (letter.kind, letter.unproved) == (LetterKind.NEEDED, Unproved.UNSETTLED)


@pytest.mark.parametrize(
    ("connected", "needing", "proved", "refused", "kind"),
    [
        (3, 0, None, 0, None),
        (3, 1, None, 0, LetterKind.NEEDED),
        (3, 0, None, 1, LetterKind.NEEDED),
        (3, 0, 3, 0, LetterKind.EQUAL),
        (3, 0, 2, 0, LetterKind.UNPROVED),
        (0, 0, 0, 0, LetterKind.UNPROVED),
        (3, 1, 2, 0, LetterKind.NEEDED),
    ],
)
def test_ops_mail(
    connected: int, needing: int, proved: int | None, refused: int, kind: LetterKind | None
) -> None:
    addresses = [RefusedAddress(1, "Harbour", 1)] * refused
    facts = OpsLetter(LetterKind.NEEDED, DAY, "UTC", connected, needing, (), addresses, proved)
    letter = decide_ops_letter(facts)
    assert (letter and letter.kind) == kind
