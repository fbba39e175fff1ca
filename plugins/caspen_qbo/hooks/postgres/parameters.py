"""What libpq is given for an Airflow connection of type ``postgres``; its extra may hold all libpq knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from psycopg.pq import Conninfo

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.postgres.environment import EnvironmentConnection, read_from_environment

if TYPE_CHECKING:
    from airflow.sdk import Connection

Parameters = Mapping[str, str]

CONNECT_SECONDS = 5
"""For each of the hosts: a server that accepts and says nothing is given up then."""

DEFAULTS: Parameters = {
    "fallback_application_name": "caspen_qbo",
    "connect_timeout": str(CONNECT_SECONDS),
    # A host that is gone is noticed within a minute, also in the middle of a statement.
    "keepalives": "1",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""Where the connection's extra says nothing. libpq's own: no time limit."""

OF_THE_PROVIDER = frozenset(
    {
        "aws_conn_id",
        "azure_conn_id",
        "cluster-identifier",
        "cursor",
        "iam",
        "redshift",
        "redshift-serverless",
        "sqlalchemy_query",
        "sqlalchemy_scheme",
        "workgroup-name",
    }
)
"""Fields of the extra that are Airflow's Postgres provider's and not libpq's."""


def read_parameters(conn_id: str) -> dict[str, str]:
    """The parameters for libpq, the password among them. What is absent is left to libpq: service file,
    password file, ``PG*`` variables. A field of the extra wins over the same one of the connection.

    :raises ConfigurationError: no such connection, another type, or a field that libpq does not know.
    """
    connection = _fetch(conn_id)
    if connection.conn_type not in ("postgres", "postgresql"):
        raise ConfigurationError(
            f"Airflow connection {conn_id!r} is of type {connection.conn_type!r}; expected postgres."
        )
    extra: Mapping[str, Any] = connection.extra_dejson or {}
    login, password, port = connection.login, connection.password, connection.port
    if extra.get("iam") and not isinstance(connection, EnvironmentConnection):
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        login, password, port = PostgresHook(postgres_conn_id=conn_id).get_iam_token(connection)
    own = {
        "host": (connection.host or "").removeprefix("[").removesuffix("]"),  # an IPv6 address in brackets
        "port": port,
        "dbname": connection.schema,
        "user": login,
        "password": password,
    }
    given = {name: value for name, value in extra.items() if name not in OF_THE_PROVIDER}
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    if unknown := sorted(set(given) - known):
        raise ConfigurationError(
            f"Airflow connection {conn_id!r}: {', '.join(map(repr, unknown))} in its extra is no parameter "
            "of PostgreSQL's client library. Correct the name, or remove the field."
        )
    texts = {name: _text(value) for name, value in {**own, **given}.items()}
    stated = {name: text for name, text in texts.items() if text}
    if stated.get("connect_timeout") in ("0", "-1"):  # libpq: without end
        del stated["connect_timeout"]
    return {**DEFAULTS, **stated}


def _fetch(conn_id: str) -> Connection | EnvironmentConnection:
    if (found := read_from_environment(conn_id)) is not None:
        return found
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return BaseHook.get_connection(conn_id)
    except AirflowNotFoundException as error:
        variable = f"AIRFLOW_CONN_{conn_id.upper()}"
        if os.environ.get(variable):  # Airflow passes over a value that it cannot read
            raise ConfigurationError(
                f"Airflow connection {conn_id!r}: {variable} is set, but is neither a URI nor JSON that "
                "Airflow can read. Encode special characters of a URI (%40 for @); give several ports as "
                '"port" in the extra.'
            ) from error
        raise ConfigurationError(
            f"Airflow connection {conn_id!r} is not defined. Add one of type postgres with that id."
        ) from error


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)
