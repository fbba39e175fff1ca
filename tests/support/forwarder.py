"""A way to a database that can fall silent: connections stay open, and nothing passes any more."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ops.local.ports import HOST


class Forwarder:
    """Passes bytes on until it is silenced."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self._listener, self._target = listener, port
        self._open = threading.Event()
        self._open.set()
        self._kept: list[socket.socket] = []
        self.port: int = listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        self._open.clear()

    def speak(self) -> None:
        self._open.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._kept.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.wait()
        with suppress(OSError):
            server = socket.create_connection((HOST, self._target))
            self._kept.append(server)
            threading.Thread(target=self._pump, args=(client, server), daemon=True).start()
            self._pump(server, client)

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._open.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._open.set()
        for each in self._kept:
            each.close()


@contextmanager
def forwarding(port: int) -> Iterator[Forwarder]:
    with socket.create_server((HOST, 0), backlog=64) as listener:
        forwarder = Forwarder(listener, port)
        try:
            yield forwarder
        finally:
            forwarder.close()
