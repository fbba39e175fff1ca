"""Breaking a client's connection: the transport of each is known by the client's address."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORTS: dict[tuple[str, int], asyncio.Transport] = {}


class ConnectionDropped(Exception):
    """The connection was cut on purpose; there is no answer."""


class RememberingProtocol(H11Protocol):
    """uvicorn's HTTP/1.1 protocol, with its transport on record."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client:
            _TRANSPORTS[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self.client:
            _TRANSPORTS.pop(self.client, None)
        super().connection_lost(exc)


def abort(client: tuple[str, int] | None) -> bool:
    """Cut the connection at once, without an answer; False when it is not one of ours."""
    transport = _TRANSPORTS.get(client) if client else None
    if transport is None:
        return False
    transport.abort()
    return True
