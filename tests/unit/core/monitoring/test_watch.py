"""What the watcher announces, announces again, and never loses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspen_qbo.core.monitoring.watch import (
    LOOK_SHARE,
    REPEAT_FIRST,
    REPEAT_MOST,
    MovedRow,
    News,
    Watched,
    decide_news,
    decide_pause,
    leave_taken_in,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


Rows = frozenset[MovedRow]


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


IDLE = Watched(
    7,
    now=NOON,
    position=after(-900),
    posted_at=after(-900),
    imported_at=after(-900),
    touched_at=None,
    reported_at=None,
    asked_at=after(-900),
)


def look(
    one: Watched, moved: Rows | None = None, last: News | None = None, busy: frozenset[int] = frozenset()
) -> News:
    return decide_news({7: one}, {7: moved} if moved else {}, last.memory if last else {}, busy)


def row(*seconds: float) -> Rows:
    """An invoice for each of these times."""
    return frozenset(MovedRow(7, "invoice", number, after(one)) for number, one in enumerate(seconds))


def test_where_nothing_moved_nothing_is_announced() -> None:
    assert look(IDLE) == News()


def test_new_work_is_announced_once() -> None:
    first = look(IDLE, row(-1))
    assert (first.post, first.imports) == ((7,), ())
    later = replace(IDLE, now=after(5))
    assert look(later, row(-1), first).post == ()


@pytest.mark.parametrize(
    ("then", "news"),
    [
        (row(3), True),  # another document
        (row(-1, -90), True),  # one that a longer transaction shows late, with an older time
        (row(-1.5), True),  # the same one, changed by such a transaction
        (row(-1), False),
        (None, False),  # the run has read it
    ],
)
def test_what_is_newer_is_announced_also_before_a_run_began(then: Rows | None, news: bool) -> None:
    first = look(IDLE, row(-1))
    assert bool(look(replace(IDLE, now=after(5)), then, first).post) == news


def test_a_watcher_that_is_started_again_announces_what_stands_there() -> None:
    assert look(IDLE, row(-1)).post == look(IDLE, row(-1)).post == (7,)


def test_what_no_run_took_up_is_announced_again_ever_more_seldom_and_never_not() -> None:
    now, news, times = NOON, look(IDLE, row(-1)), [NOON]
    for _ in range(3 * 3600 // 5):
        now += timedelta(seconds=5)
        news = look(replace(IDLE, now=now), row(-1), news)
        times += [now] if news.post else []
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses[0] == REPEAT_FIRST and pauses[-1] == REPEAT_MOST and pauses == sorted(pauses)


def test_what_a_run_took_up_is_not_announced_again() -> None:
    first = look(IDLE, row(-1))
    served = replace(IDLE, now=after(3600), posted_at=after(4))
    assert look(served, row(-1), first).post == ()


def test_what_is_new_while_a_run_is_at_work_is_announced_once_it_has_ended() -> None:
    first = look(IDLE, row(-1))
    busy = look(replace(IDLE, now=after(5), posted_at=after(2)), row(-1, 4), first, frozenset({7}))
    assert (busy.post, busy.imports, busy.memory) == ((), (), first.memory)
    ended = look(replace(IDLE, now=after(10), posted_at=after(2)), row(-1, 4), busy)
    assert ended.post == (7,)
    assert look(replace(IDLE, now=after(15), posted_at=after(12)), row(-1, 4), ended).post == ()


@given(st.sets(st.integers(0, 9)), st.sets(st.integers(0, 9)), st.integers(1, 12))
def test_what_is_taken_in_is_left_out_unless_older_rows_may_be_hidden(
    moved: set[int], taken_in: set[int], most: int
) -> None:
    """Credit notes and another practice's rows have limits of their own."""
    rows = [MovedRow(7, "invoice", one, after(one)) for one in sorted(moved)]
    others = [MovedRow(7, "credit_note", 1, NOON), MovedRow(8, "invoice", 1, NOON)][: 2 * (most > 1)]
    known = {MovedRow(7, "invoice", one, after(one)) for one in taken_in} | set(others)
    found = leave_taken_in([*rows, *others], known, most)
    if len(rows) >= most:
        assert found == {7: frozenset(rows + others[:1])}
    else:
        left = frozenset(row for row in rows if row.id not in taken_in)
        assert found == ({7: left} if left else {})


@pytest.mark.parametrize(
    ("change", "post", "imports"),
    [
        ({"reported_at": after(-10)}, (), (7,)),
        ({"reported_at": after(-10), "asked_at": None}, (), (7,)),
        ({"reported_at": after(-1000)}, (), ()),  # asked since
        ({"touched_at": after(-10)}, (7,), ()),
        ({"touched_at": after(-10), "posted_at": None}, (7,), ()),
        ({"touched_at": after(-1000)}, (), ()),
    ],
)
def test_what_webhooks_handed_over(
    change: dict[str, datetime | None], post: tuple[int, ...], imports: tuple[int, ...]
) -> None:
    news = look(replace(IDLE, **change))  # type: ignore[arg-type]
    assert (news.post, news.imports) == (post, imports)


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 600), min_size=1, max_size=8),
    st.lists(st.integers(0, 600), max_size=6),
    st.lists(st.booleans(), max_size=5),
)
def test_whatever_is_killed_and_lost_every_document_is_announced_and_taken_up(
    finalised: list[int], kills: list[int], lost: list[bool]
) -> None:
    """A look every five seconds; a kill loses what is remembered, a loss the event. A run takes a second."""
    memory: News | None = None
    position = posted_at = after(-900)
    taken: set[int] = set()
    looks = iter(lost)
    for second in range(0, 3 * 3600, 5):
        if any(second - 5 < kill <= second for kill in kills):
            memory = None
        there = [made for made in finalised if made <= second and after(made) > position]
        one = replace(IDLE, now=after(second), position=position, posted_at=posted_at)
        moved = row(*there) if there else None
        memory = look(one, moved, memory)
        if memory.post and not next(looks, False):
            position = posted_at = after(second + 1)
            taken |= {made for made in finalised if made <= second + 1}
    assert taken == set(finalised)


def test_the_pause_is_a_share_of_what_a_look_takes_and_one_that_was_held_up_does_not_count() -> None:
    assert decide_pause(5.0, [3.0]) == 5.0, "the first look of a process, which opens and imports"
    assert decide_pause(5.0, [3.0, 0.1]) == decide_pause(5.0, [0.1, 3.0, 0.1]) == 5.0
    assert decide_pause(5.0, [3.0, 0.4, 0.5]) == 0.4 * LOOK_SHARE > 5.0
