"""One PostgreSQL session with statements loaded by name, on Airflow's Postgres provider."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any, TypeVar

from psycopg import Connection, Cursor, DataError, OperationalError
from psycopg.errors import IdleInTransactionSessionTimeout, LockNotAvailable
from psycopg.rows import kwargs_row

from caspen_qbo import queries
from caspen_qbo.core.chunks import chunked
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.postgres.bounded import BoundedConnection
from caspen_qbo.hooks.postgres.keeping import give_back, kind_of, take
from caspen_qbo.hooks.postgres.limits import CASPEN, SYNC, Limits
from caspen_qbo.hooks.postgres.opening import (
    NO_SETTINGS,
    UNUSABLE,
    open_session,
    reopen_session,
    unavailable,
    unusable,
)
from caspen_qbo.hooks.postgres.queueing import Queue
from caspen_qbo.settings import CASPEN_CONN_ID

Row = dict[str, Any]
Params = Mapping[str, Any]
NONE: Params = {}
SENT_TOGETHER = 1000
T = TypeVar("T")


class Database:
    """A lazily opened session to one Airflow connection of type ``postgres``, for one thread; autocommit
    unless inside :meth:`transaction`.

    Every method raises CaspenUnavailableError or StoreUnavailableError, by the connection's id, when the
    server cannot be reached, goes away, or gives up on the statement (deadlock, time-out). A transaction is
    rolled back; only a commit whose answer was lost may have happened. The next use opens a new session.
    UnusableValueError: a parameter that no database takes.
    """

    _asking: str | None = None
    """A statement of one value that each new session is asked."""

    def __init__(
        self, conn_id: str, limits: Limits | None = None, *, own_settings: Mapping[str, str] = NO_SETTINGS
    ) -> None:
        """:param limits: How long its waits last; those of a run unless given.
        :param own_settings: Of the session, by name.
        """
        self.conn_id = conn_id
        self._limits = limits or (CASPEN if conn_id == CASPEN_CONN_ID else SYNC)
        self._own_settings = own_settings
        self._kind = kind_of(conn_id, own_settings)
        self._connection: BoundedConnection | None = None
        self._locks = 0
        self._sound = True
        """Nothing was raised while a session was in use."""

    @property
    def connection(self) -> BoundedConnection:
        """Opened on first use. ConfigurationError: the connection is missing, or the login refused."""
        if self._connection is None or self._connection.closed:
            if self._locks:
                # A new session would not hold the lock: another run could be working by now.
                raise unavailable(self.conn_id, OperationalError("the session that held a lock was lost"))
            self._connection = self._open()
        return self._connection

    def _open(self) -> BoundedConnection:
        wanted = (self._limits, self._own_settings)
        kept = take(self._kind)
        if kept is not None and reopen_session(self.conn_id, kept, *wanted, asking=self._asking):
            return kept
        return open_session(self.conn_id, *wanted, asking=self._asking)

    @contextmanager
    def _translating(self) -> Iterator[None]:
        sound, self._sound = self._sound, False
        try:
            yield
        except (OperationalError, IdleInTransactionSessionTimeout) as error:
            raise unavailable(self.conn_id, error) from error
        except (*UNUSABLE, UnicodeEncodeError) as error:
            raise unusable(error) from error
        except DataError as error:
            if type(error) is not DataError:  # one of the server's is about a statement of ours
                raise
            raise unusable(error) from error  # psycopg itself: a NUL
        self._sound = sound

    def close(self) -> None:
        """End the session; or leave it to the next user, where sessions are kept."""
        session, self._connection = self._connection, None
        if session is not None:
            give_back(self._kind, session, sound=self._sound and not self._locks)

    @contextmanager
    def transaction(self) -> Iterator[Connection[Any]]:
        """All statements inside commit together or not at all; nested use joins as a savepoint."""
        with self._translating(), self.connection.transaction():
            yield self.connection

    def fetch_values(self, kind: Callable[..., T], name: str, params: Params = NONE) -> list[T]:
        """:param kind: Called with each row's columns by name: a dataclass, mostly."""
        with self._translating():
            return self._run(kind, name, params).fetchall()

    def fetch_value(self, kind: Callable[..., T], name: str, params: Params = NONE) -> T | None:
        with self._translating():
            return self._run(kind, name, params).fetchone()

    def fetch_only(self, kind: Callable[..., T], name: str, params: Params = NONE) -> T:
        """:raises InvariantError: a statement that always gives a row, such as a count, gave none."""
        if (row := self.fetch_value(kind, name, params)) is None:
            raise InvariantError(f"statement {name} gave no row; expected one")
        return row

    def fetch_all(self, name: str, params: Params = NONE) -> list[Row]:
        return self.fetch_values(Row, name, params)

    def fetch_one(self, name: str, params: Params = NONE) -> Row | None:
        return self.fetch_value(Row, name, params)

    def _run(self, kind: Callable[..., T], name: str, params: Params) -> Cursor[T]:
        return self.connection.cursor(row_factory=kwargs_row(kind)).execute(queries.load(name), params)

    def execute(self, name: str, params: Params = NONE) -> int:
        """The number of rows touched."""
        with self._translating():
            return self.connection.execute(queries.load(name), params).rowcount

    def execute_many(self, name: str, rows: Sequence[Params]) -> None:
        """Run a statement once for each set of parameters, all or none; a thousand in one round trip, during
        which nothing is heard from the server.
        """
        if not rows:
            return
        chunks = list(chunked(rows, SENT_TOGETHER))
        atomic = self.transaction() if len(chunks) > 1 else nullcontext()
        with atomic, self._translating(), self.connection.cursor() as cursor:
            for chunk in chunks:
                cursor.executemany(queries.load(name), chunk)

    def try_table_lock(self, name: str) -> bool:
        """Lock a table NOWAIT until the transaction ends. False: it is in use; the transaction continues."""
        with self._translating():
            try:
                with self.connection.transaction():
                    self.connection.execute(queries.load(name))
            except LockNotAvailable:
                return False
        return True

    def try_lock(self, key: int, *, wait_seconds: float) -> bool:
        """Take an advisory lock; a session that dies loses it. False: another held it all that time. First to
        wait, first served.
        """
        with self._translating():
            connection = self.connection  # one session throughout: another has no place in the queue
            if not Queue(connection, key).wait(wait_seconds):
                return False
        self._locks += 1
        return True

    def unlock(self, key: int) -> None:
        """Give the advisory lock back. A session that is already gone has lost it anyway."""
        self._locks -= 1
        if self._connection is not None and not self._connection.closed:
            with self._translating():
                self._connection.execute("SELECT pg_advisory_unlock(%(key)s)", {"key": key})
