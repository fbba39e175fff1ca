"""Several calls under way at once, while one thread at a time runs our code: sessions, counters and caches
need no locks of their own. A thread lets the others go on only where it waits for the other side.
"""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Lock, Thread, get_ident
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class InFlight:
    """One for each set of objects that may not be used by two threads at once."""

    def __init__(self, hang_up: Callable[[], None] = lambda: None) -> None:
        """:param hang_up: Ends every call under way; asked for when nobody waits for them any more."""
        self.hang_up = hang_up
        self._lock = Lock()
        self._holder = 0
        self._flights: dict[int, Flight[Any]] = {}
        """By the thread of one of their calls."""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """While the other side is waited for, or slept: others go on. Never inside a transaction. Does
        nothing where no calls are under way together.
        """
        if self._holder != get_ident():
            yield
            return
        self._give()
        try:
            yield
        finally:
            self._take()

    @contextmanager
    def open(self, result: type[T]) -> Iterator[Flight[T]]:
        """Begin calls and wait for them. Left by an exception, calls under way are ended and do nothing more:
        what they did is not known.
        """
        self._take()
        flight: Flight[T] = Flight(self)
        try:
            yield flight
        except BaseException:
            flight.abandoned = True
            self.hang_up()
            raise
        finally:
            self._give()

    def carry_out(self, flight: Flight[T], call: Callable[[], T]) -> T:
        """In a thread of its own.

        :raises AbandonedError: nobody waits for it any more; it went no further.
        """
        self._flights[get_ident()] = flight
        try:
            self._take()
            return call()
        finally:
            if self._holder == get_ident():
                self._give()
            del self._flights[get_ident()]

    def _take(self) -> None:
        self._lock.acquire()
        flight = self._flights.get(get_ident())
        if flight is not None and flight.abandoned:
            self._lock.release()
            raise AbandonedError
        self._holder = get_ident()

    def _give(self) -> None:
        self._holder = 0
        self._lock.release()


class AbandonedError(BaseException):
    """Nobody waits for this call any more."""


class Flight(Generic[T]):
    """The calls that one thread began and waits for."""

    def __init__(self, owner: InFlight) -> None:
        self.count = 0
        """Under way: begun and not waited for."""
        self.abandoned = False
        self._owner = owner
        self._ended: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()

    def begin(self, call: Callable[[], T]) -> None:
        """Have it done in a thread of its own."""
        self.count += 1
        run = contextvars.copy_context().run
        Thread(target=run, args=(self._work, call), name="in-flight", daemon=True).start()

    def wait(self) -> T:
        """What the next call to end returned, or raised."""
        with self._owner.waiting():
            result, error = self._ended.get()
        self.count -= 1
        if error is not None:
            raise error
        return result  # type: ignore[return-value]  # set where there is no error

    def _work(self, call: Callable[[], T]) -> None:
        try:
            self._ended.put((self._owner.carry_out(self, call), None))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._ended.put((None, error))
