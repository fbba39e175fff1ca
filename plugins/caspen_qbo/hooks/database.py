"""One PostgreSQL session with statements loaded by name, on Airflow's Postgres provider."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.rows import dict_row

from caspen_qbo import queries
from caspen_qbo.errors import ConfigurationError

Row = dict[str, Any]


class Database:
    """
    A lazily opened session to one Airflow connection of type ``postgres``.

    Every statement runs in autocommit unless inside :meth:`transaction`. One object belongs to one thread.
    """

    def __init__(self, conn_id: str, *, statement_timeout_seconds: int = 600) -> None:
        self.conn_id = conn_id
        self._timeout_ms = statement_timeout_seconds * 1000
        self._connection: Connection[Row] | None = None

    @property
    def connection(self) -> Connection[Row]:
        """
        The session, opened on first use.

        :raises ConfigurationError: the Airflow connection is missing or the server does not let us in.
        """
        if self._connection is None or self._connection.closed:
            self._connection = self._open()
        return self._connection

    def _open(self) -> Connection[Row]:
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        try:
            raw = PostgresHook(
                postgres_conn_id=self.conn_id, options=f"-c statement_timeout={self._timeout_ms} -c timezone=UTC"
            ).get_conn()
        except OperationalError as error:
            raise ConfigurationError(
                f"Airflow connection {self.conn_id!r}: the database did not let us in ({str(error).splitlines()[0]}). "
                "Check the connection's host, port, login and database."
            ) from error
        raw.row_factory = dict_row
        raw.autocommit = True
        return raw

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
        """All statements inside commit together or not at all; nested use joins as a savepoint."""
        with self.connection.transaction():
            yield self.connection

    def fetch_all(self, name: str, params: Mapping[str, Any] | None = None) -> list[Row]:
        """Rows of the statement ``name`` (see :func:`caspen_qbo.queries.load`)."""
        return self.connection.execute(queries.load(name), params or {}).fetchall()

    def fetch_one(self, name: str, params: Mapping[str, Any] | None = None) -> Row | None:
        """The first row, or None."""
        return self.connection.execute(queries.load(name), params or {}).fetchone()

    def execute(self, name: str, params: Mapping[str, Any] | None = None) -> int:
        """Run a statement; the number of rows it touched."""
        return self.connection.execute(queries.load(name), params or {}).rowcount

    def execute_many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement once for each set of parameters, in one round trip."""
        if rows:
            with self.connection.cursor() as cursor:
                cursor.executemany(queries.load(name), rows)

    def try_lock(self, key: int, *, wait_seconds: float) -> bool:
        """
        Take a session-level advisory lock; a process that dies loses it with its session.

        :param key: 64-bit key of what is locked.
        :param wait_seconds: How long to keep trying.
        :return: False when somebody else held it all that time.
        """
        deadline = time.monotonic() + wait_seconds
        while True:
            row = self.connection.execute("SELECT pg_try_advisory_lock(%(key)s) AS got", {"key": key}).fetchone()
            if row and row["got"]:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(min(0.5, max(0.0, deadline - time.monotonic())))

    def unlock(self, key: int) -> None:
        """Give the advisory lock back. A session that is already gone has lost it anyway."""
        if self._connection is not None and not self._connection.closed:
            self._connection.execute("SELECT pg_advisory_unlock(%(key)s)", {"key": key})
