"""A way to a server that can fall silent (connections stay open, and nothing passes any more) or refuse."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ops.local.ports import HOST, free_port


class Forwarder:
    """Passes bytes on until it is silenced."""

    def __init__(self, listener: socket.socket, port: int) -> None:
        self._listener, self._target = listener, port
        self._open = threading.Event()
        self._open.set()
        self._kept: list[socket.socket] = []
        self._stopped: tuple[bytes, int, float | None] | None = None
        self.stops = 0
        """How many answers were stopped."""
        self.port: int = listener.getsockname()[1]
        self._listen()

    def silence(self) -> None:
        self._open.clear()

    def speak(self) -> None:
        self._open.set()

    def stop_answers(self, to: bytes, after: int, *, byte_seconds: float | None = None) -> None:
        """From now on an answer to a request that holds ``to`` stops after so many bytes, or goes on slowly:
        one byte every ``byte_seconds``.
        """
        self._stopped = (to, after, byte_seconds)

    @contextmanager
    def silent(self) -> Iterator[None]:
        self.silence()
        yield
        self.speak()

    @contextmanager
    def refusing(self) -> Iterator[None]:
        """Nobody listens here for the block: the port stays taken, so that no other process answers on it."""
        self._listener.shutdown(socket.SHUT_RDWR)
        yield
        self._listen()

    def _listen(self) -> None:
        self._listener.listen(256)
        threading.Thread(target=self._accept, daemon=True).start()

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
            asked = threading.Event()
            threading.Thread(target=self._pump, args=(client, server, asked), daemon=True).start()
            self._pump(server, client, asked, answers=True)

    def _pump(
        self, source: socket.socket, target: socket.socket, asked: threading.Event, answers: bool = False
    ) -> None:
        """:param asked: Whether this connection's last request was one whose answer is to stop."""
        with suppress(OSError):
            while data := source.recv(65536):
                self._open.wait()
                if self._stopped and not answers and self._stopped[0] in data:
                    asked.set()
                if self._stopped and answers and asked.is_set():
                    self.stops += 1
                    self._stop(target, data, *self._stopped[1:])
                    return
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def _stop(self, target: socket.socket, data: bytes, after: int, byte_seconds: float | None) -> None:
        target.sendall(data[:after])
        for byte in data[after:] if byte_seconds else b"":
            time.sleep(byte_seconds or 0)
            target.sendall(bytes([byte]))
        target.recv(1)  # until the other side gives up

    def close(self) -> None:
        self._open.set()
        for each in self._kept:
            each.close()


@contextmanager
def forwarding(port: int) -> Iterator[Forwarder]:
    # A port asked for by its number stays this socket's while nobody listens.
    with socket.create_server((HOST, free_port()), backlog=256) as listener:
        forwarder = Forwarder(listener, port)
        try:
            yield forwarder
        finally:
            forwarder.close()
