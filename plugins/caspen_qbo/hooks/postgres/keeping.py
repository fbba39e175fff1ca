"""Sessions kept open from one practice to the next: in a new one the server authenticates, reads its
catalogues and plans every statement again.

Kept is only what is known to be sound. A session goes back when its user closes it, holds no lock, is in no
transaction and has raised nothing; then all that belongs to it is dropped but its prepared statements. Every
other one is closed. At most one of a kind is kept, and who finds none opens one: so two practices at work at
a time have sessions of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock

from psycopg import Error
from psycopg.pq import TransactionStatus

from caspen_qbo.hooks.postgres.bounded import BoundedConnection

Kind = tuple[str, frozenset[tuple[str, str]]]

CLEAN_SECONDS = 5.0
"""A server that does not answer for so long is not waited for: the session is closed."""

_CLEAN = """
CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *; SELECT pg_advisory_unlock_all();
DISCARD TEMP; DISCARD SEQUENCES
"""
"""What PostgreSQL lists as DISCARD ALL, but for the plans."""


class Kept:
    """Of one task; for any number of threads."""

    def __init__(self) -> None:
        self._free: dict[Kind, BoundedConnection] = {}
        self._lock = Lock()
        self._ended = False

    def take(self, kind: Kind) -> BoundedConnection | None:
        """One that nobody uses, which is the caller's from here on."""
        with self._lock:
            return self._free.pop(kind, None)

    def give(self, kind: Kind, session: BoundedConnection) -> None:
        """Keep it, clean; or close it."""
        if _clean(session):
            with self._lock:
                if not self._ended and kind not in self._free:
                    self._free[kind] = session
                    return
        session.close()

    def close(self) -> None:
        """Also for those who come later: what they give is closed."""
        with self._lock:
            self._ended, sessions = True, list(self._free.values())
            self._free.clear()
        for session in sessions:
            session.close()


_KEPT: ContextVar[Kept | None] = ContextVar("kept", default=None)


@contextmanager
def keeping_sessions() -> Iterator[None]:
    """What is opened in this block and the threads that it begins is kept as described above; at its end it
    is closed.
    """
    kept = Kept()
    token = _KEPT.set(kept)
    try:
        yield
    finally:
        _KEPT.reset(token)
        kept.close()


def kind_of(conn_id: str, own_settings: Mapping[str, str]) -> Kind:
    return conn_id, frozenset(own_settings.items())


def take(kind: Kind) -> BoundedConnection | None:
    kept = _KEPT.get()
    return kept.take(kind) if kept else None


def give_back(kind: Kind, session: BoundedConnection, *, sound: bool) -> None:
    """Safe for a session that is closed.

    :param sound: Its user knows of nothing wrong with it.
    """
    kept = _KEPT.get()
    if kept is None or not sound:
        session.close()
        return
    try:
        kept.give(kind, session)
    except BaseException:  # the process is asked to end, or the task's time is over
        session.close()
        raise


def _clean(session: BoundedConnection) -> bool:
    """Whether it is as new, but for what the server has learned."""
    if session.closed or session.info.transaction_status != TransactionStatus.IDLE:
        return False
    session.silence_seconds = CLEAN_SECONDS
    try:
        session.execute(_CLEAN, prepare=False)
    except Error:
        return False
    return bool(session.info.transaction_status == TransactionStatus.IDLE)
