"""The cursor over Caspen's changes, against a model of transactions that commit whenever they like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.cursor import CHECKPOINTS_MAX, Checkpoint, Horizon, advance

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(seconds: int) -> datetime:
    return START + timedelta(seconds=seconds)


class TestByHand:
    def test_the_first_look_moves_nothing_and_is_remembered(self):
        assert advance(START, (), Horizon(at(10), 5, 7)) == (START, (Checkpoint(at(10), 7),))

    def test_a_look_is_confirmed_once_everything_below_its_number_has_ended(self):
        pending = (Checkpoint(at(10), 7),)
        held, still = advance(START, pending, Horizon(at(20), 6, 9))
        moved, after = advance(held, still, Horizon(at(30), 7, 12))
        assert (held, still) == (START, (Checkpoint(at(10), 7), Checkpoint(at(20), 9)))
        assert (moved, after) == (at(10), (Checkpoint(at(20), 9), Checkpoint(at(30), 12)))

    def test_the_cursor_never_goes_back(self):
        assert advance(at(60), (Checkpoint(at(10), 7),), Horizon(at(20), 8, 9))[0] == at(60)

    def test_a_look_whose_number_never_comes_is_forgotten_when_the_cursor_has_passed_it(self):
        restored = (Checkpoint(at(10), 5_000_000), Checkpoint(at(20), 8))
        moved, pending = advance(START, restored, Horizon(at(30), 9, 10))
        assert (moved, pending) == (at(20), (Checkpoint(at(30), 10),))

    def test_too_many_looks_are_thinned_and_the_first_and_last_stay(self):
        looks = tuple(Checkpoint(at(1 + n), 10 + n) for n in range(CHECKPOINTS_MAX))
        moved, pending = advance(START, looks, Horizon(at(1000), 3, 999))
        assert moved == START
        assert (pending[0], pending[-1]) == (looks[0], Checkpoint(at(1000), 999))
        assert len(pending) == CHECKPOINTS_MAX // 2 + 1
        assert set(pending[:-1]) < set(looks) and list(pending) == sorted(pending, key=lambda c: c.at)


@dataclass
class Caspen:
    """Transactions with numbers, rows stamped when they are written and visible once committed."""

    clock: int = 0
    next_number: int = 100
    open: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """Number -> rows written, as (id, stamp)."""
    visible: list[tuple[int, int]] = field(default_factory=list)
    rows: int = 0
    last_ended: int = 99

    def begin(self) -> None:
        self.open[self._take_number()] = []
        self.write(len(self.open) - 1)

    def write(self, which: int) -> None:
        if self.open:
            self.rows += 1
            number = list(self.open)[which % len(self.open)]
            self.open[number].append((self.rows, self.clock))

    def end(self, which: int) -> None:
        if self.open:
            number = list(self.open)[which % len(self.open)]
            self.visible += self.open.pop(number)
            self.last_ended = max(self.last_ended, number)

    def look(self) -> Horizon:
        oldest_open = min([*self.open, self.last_ended + 1])
        number = self._take_number()
        self.last_ended = number
        return Horizon(at(self.clock), oldest_open, number)

    def changed_since(self, position: datetime) -> set[int]:
        return {row for row, stamp in self.visible if at(stamp) >= position}

    def _take_number(self) -> int:
        self.next_number += 1
        return self.next_number - 1


STEPS = st.lists(
    st.tuples(st.sampled_from(["begin", "write", "end", "tick", "run", "run"]), st.integers(0, 5)),
    max_size=80,
)


@given(steps=STEPS, checkpoints_max=st.integers(2, 6))
def test_no_row_is_ever_missed_whatever_the_transactions_do(steps, checkpoints_max):
    caspen, seen = Caspen(), set()
    position = START
    checkpoints: tuple[Checkpoint, ...] = ()

    def run() -> None:
        nonlocal position, checkpoints
        look = caspen.look()
        seen.update(caspen.changed_since(position))
        assert {row for row, _ in caspen.visible} <= seen
        moved, checkpoints = advance(position, checkpoints, look, checkpoints_max=checkpoints_max)
        assert position <= moved <= look.now
        assert len(checkpoints) <= checkpoints_max
        position = moved

    for step, which in steps:
        if step == "run":
            run()
        elif step == "tick":
            caspen.clock += 1 + which
        elif step == "begin":
            caspen.begin()
        else:
            getattr(caspen, step)(which)
    while caspen.open:
        caspen.end(0)
    run()
    assert len(seen) == caspen.rows


@given(steps=STEPS, checkpoints_max=st.integers(2, 6))
def test_the_cursor_catches_up_as_soon_as_the_transactions_have_ended(steps, checkpoints_max):
    caspen = Caspen()
    position = START
    checkpoints: tuple[Checkpoint, ...] = ()
    for step, which in steps:
        if step == "run":
            position, checkpoints = advance(
                position, checkpoints, caspen.look(), checkpoints_max=checkpoints_max
            )
        elif step == "begin":
            caspen.begin()
        elif step == "end":
            caspen.end(which)
        caspen.clock += 1
    while caspen.open:
        caspen.end(0)
    last = caspen.look()
    position, checkpoints = advance(position, checkpoints, last, checkpoints_max=checkpoints_max)
    caspen.clock += 1
    position, _ = advance(position, checkpoints, caspen.look(), checkpoints_max=checkpoints_max)
    assert position == last.now
