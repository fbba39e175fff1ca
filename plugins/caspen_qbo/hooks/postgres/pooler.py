"""Recognising a pooler that takes the session away between transactions: transaction pooling."""

from __future__ import annotations

import time
from contextlib import closing

from psycopg import OperationalError
from psycopg.rows import TupleRow

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.postgres.bounded import BoundedConnection

ROUNDS = 5
SECOND_SESSION_SECONDS = 5.0
TRUSTED_SECONDS = 300.0
"""How long a pooler that was found to keep sessions apart is trusted to do so."""

_trusted: dict[frozenset[tuple[str, str]], float] = {}


def check_pooler(conn_id: str, session: BoundedConnection) -> None:
    """Call it where the process number announced at login is not the one the session runs in: a pooler is in
    between.

    :raises ConfigurationError: it shares sessions. A session's locks would be held by nobody in particular,
        and its settings by everybody.
    """
    key = frozenset(session.parameters.items())
    if time.monotonic() - _trusted.get(key, float("-inf")) < TRUSTED_SECONDS:
        return
    if shares_sessions(session):
        raise ConfigurationError(
            f"Airflow connection {conn_id!r}: a pooler in front of the database pools transactions: each "
            "statement may run in another session. The lock by which runs of a practice exclude each other, "
            "and the time limits, need a session of their own. Give this database pool_mode = session in "
            "PgBouncer, or connect to PostgreSQL directly."
        )
    _trusted[key] = time.monotonic()


def shares_sessions(first: BoundedConnection) -> bool:
    """Whether two clients are served by one server process. With a session each, either always meets its own
    process and never the other's. Pooled by transaction, the second is given what the first has just left, as
    the newest idle one is handed out first; or, handed out in turn, the first meets another the next time.
    """
    mine = {_process_of(first)}
    try:
        second = BoundedConnection.open(first.parameters, SECOND_SESSION_SECONDS)
    except OperationalError:
        return False  # no second session is to be had: the first is not shared
    theirs = set()
    with closing(second):
        for _ in range(ROUNDS):
            try:
                theirs.add(_process_of(second))
            except OperationalError:
                return False  # a pool of one that is taken: it is not shared
            mine.add(_process_of(first))
            if mine & theirs or len(mine) > 1 or len(theirs) > 1:
                return True
    return False


def _process_of(connection: BoundedConnection) -> int:
    row: TupleRow | None = connection.execute("SELECT pg_backend_pid()").fetchone()
    return int(row[0]) if row else 0
