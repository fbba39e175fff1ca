"""Calls under way together: one thread at a time runs our code, all of them wait at once."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from caspen_qbo.hooks.in_flight import InFlight


def test_threads_wait_together_and_work_one_at_a_time() -> None:
    in_flight, all_wait = InFlight(), threading.Barrier(3)
    working = [0]
    most = [0]

    def work() -> None:
        working[0] += 1
        most[0] = max(most[0], working[0])
        working[0] -= 1

    def call(number: int) -> int:
        work()
        with in_flight.waiting():
            all_wait.wait(timeout=20)  # passes only once all three wait
        work()
        return number

    with in_flight.open(int) as flight:
        for number in range(3):
            flight.begin(partial(call, number))
        assert {flight.wait() for _ in range(3)} == {0, 1, 2}
    assert most == [1] and flight.count == 0


def test_an_error_is_raised_where_it_is_waited_for_and_the_others_do_nothing_more() -> None:
    hung_up, done = threading.Event(), list[str]()
    in_flight = InFlight(hung_up.set)
    begun, ended = threading.Event(), threading.Event()

    def slow() -> int:
        try:
            with in_flight.waiting():
                begun.set()
                assert hung_up.wait(timeout=20)
            done.append("more")
            return 1
        finally:
            ended.set()

    def fails() -> int:
        with in_flight.waiting():  # of the two either may come first
            assert begun.wait(timeout=20)
        raise ValueError("refused")

    with pytest.raises(ValueError, match="refused"), in_flight.open(int) as flight:
        flight.begin(slow)
        flight.begin(fails)
        flight.wait()
    assert ended.wait(timeout=20) and done == []


def test_calls_may_be_begun_again_after_others_were_given_up() -> None:
    in_flight = InFlight()
    with pytest.raises(KeyError), in_flight.open(int) as flight:
        raise KeyError
    with in_flight.open(int) as flight:
        flight.begin(lambda: 1)
        assert flight.wait() == 1


def test_outside_of_it_waiting_is_just_waiting() -> None:
    with InFlight().waiting():
        pass
