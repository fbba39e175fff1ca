"""The same session for SQLAlchemy: alembic and Great Expectations never see an address or a password."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.postgres.opening import NO_SETTINGS, open_session

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy import Engine

URL = "postgresql+psycopg://an@airflow.connection/database"
"""Names the driver and nothing else: sessions come from the creator."""


def engine_arguments(
    conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS
) -> dict[str, Any]:
    """For ``create_engine(URL, ...)``: no session outlives its use."""
    from sqlalchemy.pool import NullPool

    return {"creator": partial(_open, conn_id, limits, own_settings), "poolclass": NullPool}


def make_engine(conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS) -> Engine:
    """Connects on use; raises then as :func:`open_session` does."""
    from sqlalchemy import create_engine

    return create_engine(URL, **engine_arguments(conn_id, limits, own_settings))


def _open(conn_id: str, limits: Limits, own_settings: Mapping[str, str]) -> Connection[Any]:
    connection = open_session(conn_id, limits, own_settings)
    connection.autocommit = False  # SQLAlchemy begins and ends transactions itself
    return connection
