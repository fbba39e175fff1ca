"""One PostgreSQL session with statements loaded by name, on Airflow's Postgres provider."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from psycopg import Connection, Cursor, OperationalError
from psycopg.errors import LockNotAvailable
from psycopg.rows import dict_row, kwargs_row

from caspen_qbo import queries
from caspen_qbo.errors import (
    CaspenUnavailableError,
    ConfigurationError,
    InvariantError,
    RetryError,
    StoreUnavailableError,
)
from caspen_qbo.settings import CASPEN_CONN_ID

Row = dict[str, Any]
Params = Mapping[str, Any]
NONE: Params = {}
T = TypeVar("T")

# libpq gives no SQLSTATE for a connection that did not come about, only the server's words.
_REFUSED = re.compile(
    r"authentication failed|no pg_hba\.conf entry|no password supplied|permission denied"
    r'|(database|role) ".*" does not exist'
)


class Database:
    """A lazily opened session to one Airflow connection of type ``postgres``, for one thread; autocommit
    unless inside :meth:`transaction`.

    Every method raises CaspenUnavailableError or StoreUnavailableError, by the connection's id, when the
    server cannot be reached, goes away, or gives up on the statement (deadlock, time-out). A transaction is
    rolled back; only a commit whose answer was lost may have happened. The next use opens a new session.
    """

    def __init__(
        self, conn_id: str, *, statement_timeout_seconds: int = 600, lock_timeout_seconds: int = 0
    ) -> None:
        """:param lock_timeout_seconds: How long a statement waits for another's lock; 0 sets no end."""
        self.conn_id = conn_id
        self._options = (
            f"-c statement_timeout={statement_timeout_seconds * 1000} "
            f"-c lock_timeout={lock_timeout_seconds * 1000} -c timezone=UTC"
        )
        self._connection: Connection[Row] | None = None
        self._locks = 0

    @property
    def connection(self) -> Connection[Row]:
        """Opened on first use. ConfigurationError: the connection is missing, or the login refused."""
        if self._connection is None or self._connection.closed:
            if self._locks:
                # A new session would not hold the lock: another run could be working by now.
                raise self._unavailable(OperationalError("the session that held a lock was lost"))
            self._connection = self._open()
        return self._connection

    def _open(self) -> Connection[Row]:
        from airflow.providers.postgres.hooks.postgres import PostgresHook
        from airflow.sdk.exceptions import AirflowNotFoundException

        hook = PostgresHook(postgres_conn_id=self.conn_id, options=self._options)
        try:
            connection = cast("Connection[Row]", hook.get_conn())
        except AirflowNotFoundException as error:
            raise ConfigurationError(
                f"Airflow connection {self.conn_id!r} is not defined. Add one of type postgres with that id."
            ) from error
        except OperationalError as error:
            if not _REFUSED.search(str(error)):
                raise self._unavailable(error) from error
            raise ConfigurationError(
                f"Airflow connection {self.conn_id!r}: the database refused the login "
                f"({_first_line(error)}). Check the connection's host, port, login, password and database."
            ) from error
        connection.row_factory = dict_row
        connection.autocommit = True
        return connection

    def _unavailable(self, error: OperationalError) -> RetryError:
        kind = CaspenUnavailableError if self.conn_id == CASPEN_CONN_ID else StoreUnavailableError
        return kind(
            f"Airflow connection {self.conn_id!r}: the database cannot be reached or gave up "
            f"({_first_line(error)}). Try again; if it persists, check that the server runs at the "
            "connection's host and port."
        )

    @contextmanager
    def _translating(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
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
        """Run a statement once for each set of parameters, in one round trip."""
        if rows:
            with self._translating(), self.connection.cursor() as cursor:
                cursor.executemany(queries.load(name), rows)

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
        """Take an advisory lock; a session that dies loses it. False: another held it all that time."""
        # Waiting in the server keeps the order of arrival and needs no polling. Neither limit of the session
        # counts here, and the lock outlives the transaction that sets the limits.
        milliseconds = max(1, round(wait_seconds * 1000))
        with self._translating():
            try:
                with self.connection.transaction():
                    self.connection.execute(f"SET LOCAL lock_timeout = {milliseconds}")
                    self.connection.execute("SET LOCAL statement_timeout = 0")
                    self.connection.execute("SELECT pg_advisory_lock(%(key)s)", {"key": key})
            except LockNotAvailable:
                return False
        self._locks += 1
        return True

    def unlock(self, key: int) -> None:
        """Give the advisory lock back. A session that is already gone has lost it anyway."""
        self._locks -= 1
        if self._connection is not None and not self._connection.closed:
            with self._translating():
                self._connection.execute("SELECT pg_advisory_unlock(%(key)s)", {"key": key})


def _first_line(error: OperationalError) -> str:
    """Without DETAIL and CONTEXT, which may quote rows."""
    return next(iter(str(error).splitlines()), type(error).__name__)
