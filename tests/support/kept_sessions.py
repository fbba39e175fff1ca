"""Sessions that are kept from one command of a test to the next, as a pooler of sessions would.

A test of a week at a practice runs twenty commands, and each opens four sessions. In a new one PostgreSQL
reads its catalogues again, page by page: half of the processor time of such a test. Here a session that was
closed goes to whoever opens the next of the same kind. The server does to it what PgBouncer asks for in
between (`DISCARD ALL`): no lock, setting, plan or temporary table is left. psycopg's side of it is new.
"""

from __future__ import annotations

import os
import select
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import pytest
from psycopg import Error
from psycopg.pq import PGconn, TransactionStatus
from psycopg.pq.abc import PGconn as Session

from caspen_qbo.hooks.postgres import opening
from caspen_qbo.hooks.postgres.bounded import BoundedConnection
from caspen_qbo.hooks.postgres.parameters import Parameters

Kind = tuple[int, frozenset[tuple[str, str]]]
"""The process, for a fork must not speak on its parent's; and what it was opened with."""

CLEAN_SECONDS = 5.0
"""A server that does not answer for so long is not waited for: the session is closed."""

_free: defaultdict[Kind, list[Session]] = defaultdict(list)
_lock = Lock()


@contextmanager
def kept_sessions() -> Iterator[None]:
    """Keep what `open_session` opens in this block; at its end all that is free is closed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "BoundedConnection", KeptConnection)
        try:
            yield
        finally:
            for sessions in _free.values():
                for session in sessions:
                    session.finish()
            _free.clear()


class KeptConnection(BoundedConnection):
    """Not subclassed by anything of the product: it sees a session that opens and closes."""

    kind: Kind | None = None
    """None: it is closed, or was never open."""

    @classmethod
    def open(cls, parameters: Parameters, silence_seconds: float) -> BoundedConnection:
        kind = (os.getpid(), frozenset(parameters.items()))
        opened = cls._again(kind) or super().open(parameters, silence_seconds)
        assert isinstance(opened, KeptConnection)
        opened.silence_seconds, opened.parameters, opened.kind = silence_seconds, parameters, kind
        return opened

    @classmethod
    def _again(cls, kind: Kind) -> KeptConnection | None:
        while True:
            with _lock:
                session = _free[kind].pop() if _free[kind] else None
            if session is None:
                return None
            if not select.select([session.socket], [], [], 0)[0]:  # or a farewell of the server lies there
                opened = cls(session)
                opened.autocommit = True
                return opened
            session.finish()

    def close(self) -> None:
        kind, self.kind = self.kind, None
        if kind is None or kind[0] != os.getpid() or not self._clean():
            super().close()
            return
        session, self.pgconn, self._closed = self.pgconn, _finished(), True
        with _lock:
            _free[kind].append(session)

    def _clean(self) -> bool:
        """Whether it is as new. One in a transaction, or in the midst of a statement, is not tried."""
        if self.closed or self.pgconn.transaction_status != TransactionStatus.IDLE:
            return False
        self.silence_seconds = CLEAN_SECONDS
        try:
            with self.lock:
                self.wait(self._exec_command(b"DISCARD ALL"))  # not a statement of the test's, nor counted
        except Error:
            return False
        return True


def _finished() -> Session:
    session = PGconn.connect_start(b"host=")
    session.finish()
    return session
