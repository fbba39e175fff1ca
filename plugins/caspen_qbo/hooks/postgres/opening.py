"""Opening a session: its time limits in force, and its own for as long as it lasts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from psycopg import Error, OperationalError, ProgrammingError, sql
from psycopg.types.json import register_default_adapters

from caspen_qbo import settings
from caspen_qbo.errors import CaspenUnavailableError, ConfigurationError, RetryError, StoreUnavailableError
from caspen_qbo.hooks.postgres.bounded import BoundedConnection
from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.postgres.parameters import Parameters, read_parameters
from caspen_qbo.hooks.postgres.pooler import check_pooler

NO_SETTINGS: Mapping[str, str] = {}

# libpq gives no SQLSTATE for a connection that did not come about, only words.
_REFUSED = re.compile(
    r"authentication failed|no pg_hba\.conf entry|no password supplied|permission denied"
    r'|(database|role) ".*" does not exist|no such (database|user)'
    r"|definition of service .* not found|service file .* not found"
    r"|certificate|signature failure|SSL was required|server does not support SSL"
    r"|invalid (.* )?value|invalid port|invalid integer|syntax error in service file"
)


def open_session(
    conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS
) -> BoundedConnection:
    """A session in autocommit, in UTC.

    :param own_settings: Of the session, by name, on top of the limits.
    :raises ConfigurationError: the connection is missing or wrong, the login refused, or a pooler in between
        gives a session to several clients.
    :raises RetryError: the server cannot be reached.
    """
    parameters = read_parameters(conn_id)
    wanted = {
        "statement_timeout": _milliseconds(limits.statement),
        "lock_timeout": _milliseconds(limits.lock),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle),
        "timezone": "UTC",
        **own_settings,
    }
    try:
        connection = BoundedConnection.open(parameters, limits.silence)
        try:
            _set(conn_id, connection, parameters, wanted)
        except BaseException:
            connection.close()
            raise
    except OperationalError as error:
        raise _translated(conn_id, error) from error
    except ProgrammingError as error:
        raise ConfigurationError(
            f"Airflow connection {conn_id!r}: PostgreSQL's client library does not accept it "
            f"({first_line(error)})."
        ) from error
    register_default_adapters(connection)
    return connection


def unavailable(conn_id: str, error: Error) -> RetryError:
    """What is raised when a server cannot be reached, goes away or gives up, by the connection's id."""
    kind = CaspenUnavailableError if conn_id == settings.CASPEN_CONN_ID else StoreUnavailableError
    return kind(
        f"Airflow connection {conn_id!r}: the database cannot be reached or gave up "
        f"({first_line(error)}). Try again; if it persists, check that the server runs at the "
        "connection's host and port."
    )


def first_line(error: Exception) -> str:
    """Without DETAIL and CONTEXT, which may quote rows."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _set(conn_id: str, connection: BoundedConnection, parameters: Parameters, wanted: Parameters) -> None:
    """Put settings in force after connecting, not by ``options``: those are the connection's own, and a
    pooler refuses or drops them. One round trip, unless a pooler is in between: nothing may be set before it
    is known that the session is ours alone, or it would hold for other clients too.
    """
    pid = connection.info.backend_pid
    assign = sql.SQL(", ").join(
        sql.SQL("CASE WHEN pg_backend_pid() = {} THEN set_config({}, {}, false) END").format(pid, name, value)
        for name, value in wanted.items()
    )
    row = connection.execute(sql.SQL("SELECT pg_backend_pid(), ") + assign).fetchone()
    if row is not None and row[0] == pid:
        return
    check_pooler(conn_id, connection, parameters)
    for name, value in wanted.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])


def _translated(conn_id: str, error: OperationalError) -> ConfigurationError | RetryError:
    if not _REFUSED.search(str(error)):
        return unavailable(conn_id, error)
    return ConfigurationError(
        f"Airflow connection {conn_id!r}: the database refused the login "
        f"({first_line(error)}). Check the connection's host, port, login, password, database and extra."
    )


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
