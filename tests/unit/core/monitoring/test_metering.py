"""The month's reads and what the rest of it will take."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.monitoring.metering import (
    AUTO,
    CAREFUL_MONTH,
    Budget,
    Mode,
    Month,
    count_most,
    count_reads,
    decide_full_days,
    decide_mode,
    forecast_month,
    judge_budget,
    sum_days,
)

TODAY = date(2026, 11, 16)


def test_writes_and_tokens_are_not_metered() -> None:
    calls = {"query": 3, "cdc": 1, "read": 2, "batch": 9, "void": 1, "token": 1, "write": 40}
    assert count_reads(calls) == 6
    assert sum_days([(TODAY, "query", 3), (TODAY, "write", 40), (TODAY, "cdc", 1)]) == {TODAY: 4}


def test_a_steady_practice_in_figures() -> None:
    days = {TODAY - timedelta(days=back): 20 for back in range(1, 20)} | {TODAY: 5}
    # 15 whole days of November are 300; today 5 of 20 so far; 14 days to come.
    assert forecast_month(days, TODAY) == Month(305, 305 + 15 + 14 * 20)


def test_a_first_day_is_taken_as_it_is() -> None:
    assert forecast_month({}, TODAY) == Month(0, 0)
    assert forecast_month({TODAY: 6}, TODAY) == Month(6, 6 + 14 * 6)


@given(
    st.dictionaries(st.integers(0, 35), st.integers(0, 5000), max_size=36),
    st.dates(date(2026, 1, 1), date(2028, 12, 31)),
)
def test_a_forecast_is_never_below_what_was_used(back: dict[int, int], today: date) -> None:
    days = {today - timedelta(days=number): reads for number, reads in back.items()}
    month = forecast_month(days, today)
    assert 0 <= month.used <= month.forecast
    if today.day == calendar.monthrange(today.year, today.month)[1] and days.get(today, 0) >= max(
        days.values(), default=0
    ):
        assert month.forecast == month.used


def test_near_the_budget_a_full_read_waits() -> None:
    assert [decide_full_days(budget, 7) for budget in Budget] == [7, 14, 14]


def test_the_budget_is_judged_by_forecast_and_by_what_is_gone() -> None:
    assert judge_budget(Month(100, 899), 1000) is Budget.AMPLE
    assert judge_budget(Month(100, 900), 1000) is Budget.NEAR
    assert judge_budget(Month(999, 5000), 1000) is Budget.NEAR
    assert judge_budget(Month(1000, 1000), 1000) is Budget.USED_UP


def test_the_334th_practice_turns_all_to_thrifty() -> None:
    """500,000 / 333 is 1,501 each, / 334 is 1,497."""
    assert [decide_mode(AUTO, practices, 500_000) for practices in (0, 1, 333, 334, 4_098)] == [
        Mode.CAREFUL,
        Mode.CAREFUL,
        Mode.CAREFUL,
        Mode.THRIFTY,
        Mode.THRIFTY,
    ]
    assert decide_mode(AUTO, 1, CAREFUL_MONTH) is Mode.CAREFUL
    assert decide_mode(AUTO, 1, CAREFUL_MONTH - 1) is Mode.THRIFTY


def test_a_mode_that_is_installed_holds_whatever_the_share() -> None:
    assert {decide_mode("careful", number, 10) for number in (0, 1, 10_000)} == {Mode.CAREFUL}
    assert {decide_mode("thrifty", number, 10**9) for number in (0, 1, 10_000)} == {Mode.THRIFTY}
    assert count_most("careful", 500_000) == 0


@given(st.integers(0, 20_000), st.integers(1, 100_000_000))
def test_so_many_counted_as_are_needed_decide_as_all_do(practices: int, allowance: int) -> None:
    counted = min(practices, count_most(AUTO, allowance))
    assert decide_mode(AUTO, counted, allowance) is decide_mode(AUTO, practices, allowance)
    assert decide_mode(AUTO, practices, allowance) is Mode.CAREFUL or allowance / practices < CAREFUL_MONTH
