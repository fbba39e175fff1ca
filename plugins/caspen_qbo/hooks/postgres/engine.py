"""The same session for SQLAlchemy: alembic and Great Expectations never see an address or a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.postgres.opening import NO_SETTINGS, open_session

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy import Engine

URL = "postgresql+psycopg://an@airflow.connection/database"
"""Names the driver and nothing else: sessions come from the creator."""


@contextmanager
def engine_arguments(
    conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[dict[str, Any]]:
    """For ``create_engine(URL, ...)``: each engine keeps one session, and all of them end with this block."""
    with ExitStack() as opened:
        yield {
            "creator": lambda: opened.enter_context(closing(_open(conn_id, limits, own_settings))),
            "pool_size": 1,
        }


def make_engine(conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS) -> Engine:
    """Connects on use, and no session outlives that; raises then as :func:`open_session` does."""
    from sqlalchemy import NullPool, create_engine

    return create_engine(URL, creator=partial(_open, conn_id, limits, own_settings), poolclass=NullPool)


def _open(conn_id: str, limits: Limits, own_settings: Mapping[str, str]) -> Connection[Any]:
    connection = open_session(conn_id, limits, own_settings)
    connection.autocommit = False  # SQLAlchemy begins and ends transactions itself
    return connection
