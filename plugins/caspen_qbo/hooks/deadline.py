"""A deadline of our own for what another server is asked: name look-up, connecting, sending and the whole
answer together. Time-outs of a socket end a silence, not an answer that comes one byte at a time.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class DeadlinePassedError(Exception):
    """It took too long and is waited for no longer. What it was to do may have been done."""


def within(
    seconds: float,
    call: Callable[[], T],
    *,
    hang_up: Callable[[], None] = lambda: None,
    too_late: Callable[[T], None] = lambda result: None,
) -> T:
    """What ``call`` returns or raises. It runs in a thread of its own, which no one waits for afterwards.

    :param hang_up: Ends the call where that is possible; also when this thread is interrupted.
    :param too_late: Is given a result that came after all: to close it.
    :raises DeadlinePassedError: it has not ended after so long.
    """
    outcome = begin(call, name="within")
    try:
        done = wait([outcome], seconds).done
    except BaseException:  # the process is asked to end, or the task's time is over
        hang_up()
        raise
    if done:
        return outcome.result()
    hang_up()
    outcome.add_done_callback(lambda late: None if late.exception() else too_late(late.result()))
    raise DeadlinePassedError(f"no end after {seconds:g} s")


def begin(call: Callable[[], T], *, name: str) -> Future[T]:
    """Have it done in a thread of its own, which does not keep the process alive."""
    outcome: Future[T] = Future()
    run = contextvars.copy_context().run
    Thread(target=run, args=(_settle, outcome, call), name=name, daemon=True).start()
    return outcome


def _settle(outcome: Future[Any], call: Callable[[], object]) -> None:
    try:
        result = call()
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        outcome.set_exception(error)
    else:
        outcome.set_result(result)
