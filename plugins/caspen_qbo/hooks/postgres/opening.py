"""Opening a session: its time limits in force, and its own for as long as it lasts."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence

from psycopg import Error, OperationalError, ProgrammingError, sql
from psycopg.errors import (
    CharacterNotInRepertoire,
    DatetimeFieldOverflow,
    NumericValueOutOfRange,
    UntranslatableCharacter,
)
from psycopg.types.json import register_default_adapters

from caspen_qbo import settings
from caspen_qbo.errors import (
    CaspenUnavailableError,
    ConfigurationError,
    RetryError,
    StoreUnavailableError,
    UnusableValueError,
)
from caspen_qbo.hooks.postgres.bounded import BoundedConnection, SilentServerError
from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.postgres.parameters import read_parameters
from caspen_qbo.hooks.postgres.pooler import check_pooler

log = logging.getLogger(__name__)

NO_SETTINGS: Mapping[str, str] = {}

# libpq gives no SQLSTATE for a connection that did not come about, only words.
_REFUSALS = (
    ("authentication failed", "wrong login or password"),
    (r"no pg_hba\.conf entry", "the server does not let this login in from here"),
    ("no password supplied", "no password was given"),
    ("permission denied", "permission denied"),
    (r'database ".*" does not exist|no such database', "there is no such database"),
    (r'role ".*" does not exist|no such user', "there is no such login"),
    (
        r"definition of service .* not found|service file .* not found|syntax error in service file",
        "service file",
    ),
    (r"certificate|signature failure", "the certificate is not accepted"),
    ("SSL was required|server does not support SSL", "the server does not offer TLS"),
    (r"invalid (.* )?value|invalid port|invalid integer", "a field has an invalid value"),
)
"""What is seen in the words of the library, and ours. A person must act."""

_TROUBLES = (
    ("[Cc]onnection refused", "connection refused"),
    ("timeout expired|[Cc]onnection timed out", "connection timeout expired"),
    ("statement timeout", "a statement took too long"),
    ("lock timeout", "a lock was waited for too long"),
    ("idle-in-transaction|idle in transaction", "a transaction was idle for too long"),
    ("deadlock detected", "deadlock"),
    ("translate host name|resolve host|[Nn]ame or service not known", "the host's name is not known"),
    ("remaining connection slots|too many (connections|clients)", "it has no connection free"),
    ("starting up|shutting down|administrator command|recovery mode", "it is being stopped or started"),
    ("held a lock was lost", "the session that held a lock was lost"),
    (
        "closed the connection|connection (was )?(reset|closed|lost|aborted)|Broken pipe|EOF",
        "the session was lost",
    ),
    ("[Nn]etwork is unreachable|No route to host", "its host cannot be reached"),
    ("read-only", "it takes reads only"),
)
"""The same; trying again may help."""

UNUSABLE = (NumericValueOutOfRange, UntranslatableCharacter, CharacterNotInRepertoire, DatetimeFieldOverflow)
"""The server's refusals of a parameter that does not fit its type."""


def open_session(
    conn_id: str,
    limits: Limits,
    own_settings: Mapping[str, str] = NO_SETTINGS,
    *,
    asking: str | None = None,
) -> BoundedConnection:
    """A session in autocommit, in UTC.

    :param own_settings: Of the session, by name, on top of the limits.
    :param asking: A statement of one value, sent along; the answer is the session's ``answered``.
    :raises ConfigurationError: the connection is missing or wrong, the login refused, or a pooler in between
        gives a session to several clients.
    :raises RetryError: the server cannot be reached.
    :raises ProgrammingError: what is asked for is not there, such as a table.
    """
    parameters = read_parameters(conn_id)
    try:
        connection = BoundedConnection.open(parameters, limits.silence)
    except OperationalError as error:
        raise _translated(conn_id, error) from error
    except ProgrammingError as error:
        raise ConfigurationError(
            f"Airflow connection {conn_id!r}: PostgreSQL's client library does not accept it "
            f"({first_line(error)})."
        ) from error
    try:
        _make_ready(conn_id, connection, limits, own_settings, asking)
    except OperationalError as error:
        connection.close()
        raise _translated(conn_id, error) from error
    except BaseException:
        connection.close()
        raise
    register_default_adapters(connection)
    return connection


def reopen_session(
    conn_id: str,
    kept: BoundedConnection,
    limits: Limits,
    own_settings: Mapping[str, str] = NO_SETTINGS,
    *,
    asking: str | None = None,
) -> bool:
    """Make a session that was kept what :func:`open_session` would give. False: it is no good, and closed.
    Raises as that does.
    """
    try:
        _make_ready(conn_id, kept, limits, own_settings, asking)
    except OperationalError as error:
        log.info("connection %s: a kept session is given up: %s", conn_id, first_line(error))
        kept.close()
        return False
    except BaseException:
        kept.close()
        raise
    kept.silence_seconds = limits.silence
    return True


def unavailable(conn_id: str, error: Error) -> RetryError:
    """What is raised when a server cannot be reached, goes away or gives up, by the connection's id. Where it
    runs and as whom we log in is for the log: the message reaches pages, notes, mail and Slack.
    """
    log.warning("connection %s: %s", conn_id, first_line(error))
    kind = CaspenUnavailableError if conn_id == settings.CASPEN_CONN_ID else StoreUnavailableError
    return kind(
        f"Airflow connection {conn_id!r}: the database cannot be reached or gave up "
        f"({_reason(error, _TROUBLES)}). Try again; if it persists, check that the server runs at the "
        "connection's host and port."
    )


def _reason(error: Error, known: Sequence[tuple[str, str]]) -> str:
    """In words of ours: libpq's and the server's name hosts, ports, roles and databases."""
    if isinstance(error, SilentServerError):
        return str(error)
    said = str(error)
    return next((words for seen, words in known if re.search(seen, said)), "the log says why")


def unusable(error: Exception) -> UnusableValueError:
    """What is raised for a parameter that PostgreSQL has no place for."""
    log.info("a parameter was refused: %s", first_line(error))
    return UnusableValueError(
        "A value has a character that cannot be stored, or a number beyond 63 bits. Correct it and try again."
    )


def first_line(error: Exception) -> str:
    """Without DETAIL and CONTEXT, which may quote rows."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _make_ready(
    conn_id: str, connection: BoundedConnection, limits: Limits, own: Mapping[str, str], asking: str | None
) -> None:
    """Put settings in force after connecting, not by ``options``: those are the connection's own, and a
    pooler refuses or drops them. One round trip, unless a pooler is in between: nothing may be set before it
    is known that the session is ours alone, or it would hold for other clients too.
    """
    wanted = {
        "statement_timeout": _milliseconds(limits.statement),
        "lock_timeout": _milliseconds(limits.lock),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle),
        "timezone": "UTC",
        **own,
    }
    pid = connection.info.backend_pid
    assign = sql.SQL(", ").join(
        sql.SQL("CASE WHEN pg_backend_pid() = {} THEN set_config({}, {}, false) END").format(pid, name, value)
        for name, value in wanted.items()
    )
    asked = sql.SQL(asking or "SELECT NULL")
    ready = sql.SQL("SELECT pg_backend_pid(), ({}), {}").format(asked, assign)
    row = connection.execute(ready).fetchone()
    connection.answered = row[1] if row else None
    if row is not None and row[0] == pid:
        return
    check_pooler(conn_id, connection)
    for name, value in wanted.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])


def _translated(conn_id: str, error: OperationalError) -> ConfigurationError | RetryError:
    if not any(re.search(seen, str(error)) for seen, _ in _REFUSALS):
        return unavailable(conn_id, error)
    log.warning("connection %s: %s", conn_id, first_line(error))
    return ConfigurationError(
        f"Airflow connection {conn_id!r}: the database refused the login "
        f"({_reason(error, _REFUSALS)}). "
        "Check the connection's host, port, login, password, database and extra."
    )


def _milliseconds(seconds: float) -> str:
    return str(max(1, round(seconds * 1000)))
