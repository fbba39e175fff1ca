"""How practices with work are shared out over the tasks of a run."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.scale.idle_hour import tasks_of_idle_hour
from caspen_qbo.core.monitoring.shards import (
    ALONE_SECONDS,
    SHARD_SECONDS,
    SHARDS_MAX,
    Shard,
    Work,
    estimate_seconds,
    plan_shards,
)

AIRFLOW_MAPS_AT_MOST = 1024


def idle(number: int) -> list[Work]:
    return [Work(id_, f"Practice {id_}", estimate_seconds(0)) for id_ in range(1, number + 1)]


def backlog(documents: int, *, id_: int = 100_000, troubled: bool = False) -> Work:
    return Work(id_, f"Practice {id_}", estimate_seconds(documents), troubled)


IDLE_HOUR_MOST = 40


def seconds(shard: Shard) -> float:
    return sum(one.seconds for one in shard)


@pytest.mark.parametrize("documents", [0, 3, 50, 400, 1000])
@pytest.mark.parametrize("practices", [1, 10, 1_023, 1_024, 1_025, 10_000, 100_000])
def test_any_number_of_practices_is_served_by_few_tasks(practices: int, documents: int) -> None:
    work = [backlog(documents, id_=id_) for id_ in range(practices)]
    shards = plan_shards(work)
    assert len(shards) <= SHARDS_MAX < AIRFLOW_MAPS_AT_MOST / 2
    assert sorted(one.workspace_id for shard in shards for one in shard) == list(range(practices))


def test_an_idle_hour_of_ten_thousand_practices_is_a_handful_of_tasks() -> None:
    """A shard each quarter of an hour for those whose turn it is, two tasks more for each of the two runs."""
    assert tasks_of_idle_hour(10_000) <= IDLE_HOUR_MOST


def test_without_work_there_is_no_shard() -> None:
    assert plan_shards([]) == ()


def test_a_few_practices_have_a_task_each_in_the_order_of_their_ids() -> None:
    shards = plan_shards([backlog(9, id_=2), backlog(0, id_=3), backlog(400, id_=1, troubled=True)])
    assert [[one.workspace_id for one in shard] for shard in shards] == [[1], [2], [3]]


def test_of_an_event_the_small_and_sound_share_a_shard_however_few_they_are() -> None:
    work = [backlog(9, id_=2), backlog(0, id_=3), backlog(0, id_=1, troubled=True)]
    shards = plan_shards(work, few=1)
    assert [[one.workspace_id for one in shard] for shard in shards] == [[3, 2], [1]]


def test_a_large_practice_is_alone_and_holds_nobody_up() -> None:
    shards = plan_shards([*idle(100), backlog(5_000)])
    assert [len(shard) for shard in shards] == [100, 1]
    assert all(seconds(shard) <= SHARD_SECONDS for shard in shards[:-1])


def test_practices_whose_last_run_failed_share_no_shard_with_the_others() -> None:
    troubled = [backlog(0, id_=200_000 + number, troubled=True) for number in range(25)]
    shards = plan_shards([*troubled, *idle(50)])
    assert [{one.troubled for one in shard} for shard in shards] == [{False}, {True}, {True}, {True}]
    assert max(len(shard) for shard in shards[1:]) <= 10


def test_one_large_practice_among_the_troubled_is_no_reason_to_mix() -> None:
    shards = plan_shards([*idle(50), backlog(5_000, troubled=True)])
    assert [len(shard) for shard in shards] == [50, 1]


WORK = st.builds(
    Work,
    workspace_id=st.integers(1, 10**9),
    name=st.just("Practice"),
    seconds=st.sampled_from([0.2, 0.3, 1.0, 7.5, 29.9, 30.0, 100.0, 3600.0]),
    troubled=st.booleans(),
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(WORK, max_size=300, unique_by=lambda one: one.workspace_id),
    st.integers(3, 40),
)
def test_every_practice_is_in_one_shard_and_the_limit_holds(work: list[Work], most: int) -> None:
    shards = plan_shards(work, shards_max=most)
    assert len(shards) <= most
    assert all(shards), "no shard is empty"
    found = [one for shard in shards for one in shard]
    assert sorted(found, key=lambda one: one.workspace_id) == sorted(work, key=lambda one: one.workspace_id)
    assert all(list(shard) == sorted(shard, key=lambda one: one.seconds) for shard in shards)
    assert all(len({one.troubled for one in shard}) == 1 for shard in shards)
    assert plan_shards(reversed(work), shards_max=most) == shards, "the order of finding does not matter"


@settings(max_examples=100, deadline=None)
@given(st.lists(WORK, max_size=100, unique_by=lambda one: one.workspace_id))
def test_where_there_is_room_the_large_are_alone_and_no_shard_is_long(work: list[Work]) -> None:
    for shard in plan_shards(work, shards_max=1000):
        if not shard[0].troubled and len(shard) > 1:
            assert max(one.seconds for one in shard) < ALONE_SECONDS
            assert seconds(shard) < SHARD_SECONDS + ALONE_SECONDS
