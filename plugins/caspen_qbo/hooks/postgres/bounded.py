"""A psycopg connection that gives up on a server that falls silent."""

from __future__ import annotations

import time
from types import MappingProxyType
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.waiting import Ready

from caspen_qbo.hooks.deadline import DeadlinePassedError, within
from caspen_qbo.hooks.postgres.parameters import Parameters

T = TypeVar("T")

_POLL_SECONDS = 0.1

OPENING_SECONDS = 60.0
"""For all hosts together. ``connect_timeout`` is for each, and says nothing of looking up its name."""


class SilentServerError(OperationalError):
    """The server said nothing for too long; the session is closed. What it was doing may have been done."""


class BoundedConnection(Connection[TupleRow]):
    """``statement_timeout`` is kept by the server, and keepalives are answered by whatever stands in between:
    only a limit of our own ends the wait for a stopped server, or for one behind something that forwards
    nothing.
    """

    silence_seconds: float = 60.0
    parameters: Parameters = MappingProxyType({})
    """What it was opened with, the password among them."""
    answered: Any = None
    """The answer to what was asked as it was opened."""

    @classmethod
    def open(cls, parameters: Parameters, silence_seconds: float) -> BoundedConnection:
        """In autocommit.

        :raises OperationalError: refused, unreachable, silent for ``connect_timeout``, or its name is not
            looked up.
        :raises ProgrammingError: libpq does not accept the parameters.
        """
        conninfo = make_conninfo(**parameters)
        try:
            connection = within(
                OPENING_SECONDS,
                lambda: cls.connect(conninfo, autocommit=True),
                too_late=cls.close,
            )
        except DeadlinePassedError as error:
            raise OperationalError(f"timeout expired: looking up the name or connecting: {error}") from None
        connection.silence_seconds, connection.parameters = silence_seconds, parameters
        return connection

    def wait(self, gen: PQGen[T], interval: float = _POLL_SECONDS, timeout: float | None = None) -> T:
        try:
            return super().wait(_listened(gen, self.silence_seconds), interval, timeout)
        except SilentServerError:
            self.pgconn.finish()  # no farewell: nobody would answer it
            raise


def _listened(gen: PQGen[T], silence_seconds: float) -> PQGen[T]:
    """The same, until the socket has been quiet for so long. Each sign of life starts the time again: a large
    result takes its time.
    """
    heard = time.monotonic()
    try:
        wanted = next(gen)
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready:
                heard = now
            elif now - heard > silence_seconds:
                raise SilentServerError(f"nothing was heard from the server for {silence_seconds:.0f} s")
            wanted = gen.send(ready or Ready.NONE)
    except StopIteration as stop:
        result: T = stop.value
        return result
