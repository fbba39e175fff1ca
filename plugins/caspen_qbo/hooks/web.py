"""HTTP whose every call has an end on our side, whatever the other side does."""

from __future__ import annotations

import socket
from contextlib import suppress
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from weakref import WeakKeyDictionary, WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from caspen_qbo import settings
from caspen_qbo.hooks.deadline import DeadlinePassedError, within

if TYPE_CHECKING:
    from urllib3._base_connection import BaseHTTPConnection, BaseHTTPSConnection


class DeadlineTimeout(requests.Timeout):
    """The call was not over in time. Of a write: it may have been carried out."""


class BoundedSession(requests.Session):
    """A requests session for one thread. Each call ends within ``total_seconds``, redirects included, and its
    connection is closed then: name look-up, connecting, sending, headers and body together.
    """

    total_seconds: float = settings.ANSWER_SECONDS

    @cached_property
    def _bounded(self) -> _BoundedAdapter:
        return _BoundedAdapter()

    def get_adapter(self, url: str | bytes) -> _BoundedAdapter:
        return self._bounded

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """:raises DeadlineTimeout: it took too long."""
        call = partial(super().request, *args, **kwargs)
        try:
            return within(self.total_seconds, call, hang_up=self._bounded.hang_up)
        except DeadlinePassedError as error:
            raise DeadlineTimeout(str(error)) from None

    def hang_up(self) -> None:
        """End the call under way in another thread."""
        self._bounded.hang_up()

    def close(self) -> None:
        super().close()
        self._bounded.close()


class _Kept:
    """A connection that keeps its socket in sight: one whose answer is to end it is otherwise lost to us."""

    kept: socket.socket | None = None

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        self.kept = self.sock  # type: ignore[attr-defined]

    def hang_up(self) -> None:
        """Also in the middle of an answer that another thread is reading."""
        if self.kept is not None:
            with suppress(OSError):
                socket.socket.shutdown(self.kept, socket.SHUT_RDWR)


class _HTTP(_Kept, HTTPConnection):
    pass


class _HTTPS(_Kept, HTTPSConnection):
    pass


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _HTTP

    def _new_conn(self) -> BaseHTTPConnection:
        return _seen(self, super()._new_conn())


class _HTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _HTTPS

    def _new_conn(self) -> BaseHTTPSConnection:
        return _seen(self, super()._new_conn())


_made: WeakKeyDictionary[HTTPConnectionPool, WeakSet[_Kept]] = WeakKeyDictionary()
"""Connections by their pool: one in use is known to nobody else."""

C = TypeVar("C")


def _seen(pool: HTTPConnectionPool, connection: C) -> C:
    _made.setdefault(pool, WeakSet()).add(cast("_Kept", connection))
    return connection


class _BoundedAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self._managers: list[PoolManager] = [self.poolmanager]
        _remember(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> PoolManager:
        known = proxy in self.proxy_manager
        manager: PoolManager = super().proxy_manager_for(proxy, **kwargs)
        if not known:
            _remember(manager)
            self._managers.append(manager)
        return manager

    def hang_up(self) -> None:
        """End every connection."""
        for manager in self._managers:
            for key in manager.pools.keys():  # noqa: SIM118 - not a dict
                pool = manager.pools.get(key)
                for connection in list(_made.get(pool, ())) if pool else ():
                    connection.hang_up()


def _remember(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
