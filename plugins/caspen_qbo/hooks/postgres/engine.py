"""The same session for SQLAlchemy: alembic and Great Expectations never see an address or a password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from psycopg import OperationalError

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.postgres.opening import NO_SETTINGS, open_session, unavailable

if TYPE_CHECKING:
    from psycopg import Connection
    from sqlalchemy import Engine

URL = "postgresql+psycopg://an@airflow.connection/database"
"""Names the driver and nothing else: sessions come from the creator."""


@contextmanager
def engine_arguments(
    conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS
) -> Iterator[dict[str, Any]]:
    """For ``create_engine(URL, ...)``: one session, opened once, that ends with this block. A library that
    tries again and again waits for a silent server once, instead of with each statement; whatever it makes of
    that, the block raises as :func:`open_session` does.
    """
    only = _OneSession(conn_id, limits, own_settings)
    try:
        yield {"creator": only.open, "pool_size": 1}
    except Exception as error:
        if only.lost is None or error is only.lost:
            raise
        raise only.lost from error
    finally:
        only.close()
    if only.lost is not None:
        raise only.lost


@dataclass
class _OneSession:
    conn_id: str
    limits: Limits
    own_settings: Mapping[str, str]
    lost: SyncError | None = None
    """Why there is none, or none any more."""
    _opened: Connection[Any] | None = None

    def open(self) -> Connection[Any]:
        if self.lost is None and self._opened is not None:
            self.lost = unavailable(self.conn_id, OperationalError("the connection was lost"))
        if self.lost is not None:
            raise self.lost
        try:
            self._opened = _open(self.conn_id, self.limits, self.own_settings)
        except SyncError as error:
            self.lost = error
            raise
        return self._opened

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()


def make_engine(conn_id: str, limits: Limits, own_settings: Mapping[str, str] = NO_SETTINGS) -> Engine:
    """Connects on use, and no session outlives that; raises then as :func:`open_session` does."""
    from sqlalchemy import NullPool, create_engine

    return create_engine(URL, creator=partial(_open, conn_id, limits, own_settings), poolclass=NullPool)


def _open(conn_id: str, limits: Limits, own_settings: Mapping[str, str]) -> Connection[Any]:
    connection = open_session(conn_id, limits, own_settings)
    connection.autocommit = False  # SQLAlchemy begins and ends transactions itself
    return connection
