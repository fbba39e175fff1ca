"""When the import asks: soon where something may have happened, never later than documented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.importing.rhythm import (
    NET,
    STEP,
    Asked,
    Rhythm,
    decide_when_to_ask,
    hears,
    longest_pause,
)
from caspen_qbo.core.monitoring.metering import Budget

SYDNEY = ZoneInfo("Australia/Sydney")
CONNECTED = datetime(2026, 10, 1, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Sydney; the 16th is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SYDNEY).astimezone(UTC)


def pause(asked: Asked, budget: Budget = Budget.AMPLE) -> timedelta:
    assert asked.asked_at is not None
    return decide_when_to_ask(asked, Rhythm(), SYDNEY, budget) - asked.asked_at


USUAL = Asked(CONNECTED, asked_at=at(16, 10), found_at=at(13, 10))
HEARING = replace(USUAL, wrote_at=at(16, 9), heard_at=at(16, 9, 1))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (USUAL, 45 * MINUTE),
        (replace(USUAL, found_at=at(16, 10)), 15 * MINUTE),
        (replace(USUAL, found_at=None), 2 * HOUR),
        (replace(USUAL, found_at=at(1, 10)), 2 * HOUR),
        (replace(USUAL, found_at=None, connected_at=at(12, 9)), 45 * MINUTE),
        (replace(USUAL, asked_at=at(16, 18, 30)), 2 * HOUR),
        (replace(USUAL, asked_at=at(15, 10)), 2 * HOUR),  # Sunday
        (replace(USUAL, asked_at=at(16, 21, 30)), 10 * HOUR),  # the night
        (replace(USUAL, asked_at=at(16, 2)), 6 * HOUR + 30 * MINUTE),  # read by the nightly reconciliation
        (HEARING, NET),
        (replace(HEARING, waiting=True), 45 * MINUTE),
        (replace(HEARING, heard_at=at(16, 8)), 45 * MINUTE),  # ours of nine o'clock was never reported
        (replace(HEARING, wrote_at=None, heard_at=at(1, 9)), 45 * MINUTE),  # silent for two weeks
    ],
)
def test_the_rhythm_in_figures(asked: Asked, expected: timedelta) -> None:
    assert pause(asked) == expected


def test_a_report_of_somebody_elses_payment_is_asked_for_at_once() -> None:
    reported = replace(HEARING, reported_at=at(16, 10, 1))
    assert decide_when_to_ask(reported, Rhythm(), SYDNEY) == at(16, 10, 1)
    assert pause(replace(HEARING, reported_at=at(16, 9, 59))) == NET


def test_a_webhook_that_stops_is_noticed_within_the_quarter_of_an_hour() -> None:
    stopped = replace(HEARING, wrote_at=at(16, 9, 50))
    assert pause(stopped) == 45 * MINUTE


def test_near_the_budget_the_import_waits_and_what_is_used_up_is_tried_now_and_then() -> None:
    assert pause(USUAL, Budget.NEAR) == 90 * MINUTE
    assert pause(USUAL, Budget.USED_UP) == 6 * HOUR


moments = st.datetimes(datetime(2026, 10, 2), datetime(2027, 4, 30), timezones=st.just(UTC))
maybe = st.none() | moments
practices = st.builds(
    Asked,
    st.just(CONNECTED), moments, found_at=maybe, wrote_at=maybe, heard_at=maybe, reported_at=maybe,
    waiting=st.booleans(),
)  # fmt: skip
budgets = st.sampled_from(Budget)


@given(practices, budgets)
def test_the_next_question_is_never_further_than_a_day(asked: Asked, budget: Budget) -> None:
    assert timedelta(0) < pause(asked, budget) <= NET


@given(practices, budgets)
def test_no_two_questions_are_further_apart_than_the_heartbeat_allows(asked: Asked, budget: Budget) -> None:
    assert asked.asked_at is not None
    due = decide_when_to_ask(replace(asked, reported_at=None), Rhythm(), SYDNEY, budget)
    assert due - asked.asked_at <= longest_pause(asked, Rhythm(), due, budget) + STEP


@given(practices)
def test_one_that_hears_at_the_end_of_a_day_heard_all_of_it(asked: Asked) -> None:
    """So the end alone is looked at: among ten thousand practices no day is walked through in steps."""
    assert asked.asked_at is not None
    moments = [asked.asked_at + hour * HOUR for hour in range(25)]
    assert not hears(asked, moments[-1]) or all(hears(asked, moment) for moment in moments)


@given(practices)
def test_without_a_webhook_the_documented_worst_case_holds(asked: Asked) -> None:
    """Two hours by day, and the night: from ten in the evening until half past eight, or what was left of
    two hours.
    """
    deaf = replace(asked, heard_at=None, reported_at=None)
    assert pause(deaf) <= 10 * HOUR
    local = deaf.asked_at.astimezone(SYDNEY) if deaf.asked_at else None
    assert local is not None
    if 8 <= local.hour < 20:
        assert pause(deaf) <= 2 * HOUR


@given(practices, moments)
def test_a_later_find_or_report_never_makes_it_later(asked: Asked, found: datetime) -> None:
    before = decide_when_to_ask(asked, Rhythm(), SYDNEY)
    assert asked.asked_at is not None
    if found <= asked.asked_at and (asked.found_at is None or found > asked.found_at):
        assert decide_when_to_ask(replace(asked, found_at=found), Rhythm(), SYDNEY) <= before
    if found > asked.asked_at:
        assert decide_when_to_ask(replace(asked, reported_at=found), Rhythm(), SYDNEY) <= max(found, before)


@given(practices)
def test_a_tighter_budget_never_asks_sooner(asked: Asked) -> None:
    assert pause(asked) <= pause(asked, Budget.NEAR)
    assert pause(asked) <= pause(asked, Budget.USED_UP)
