"""A web server that answers exactly what a test tells it to: for shapes the sandbox does not produce."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def token(self) -> str:
        return self.headers.get("Authorization", "").removeprefix("Bearer ")

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


@dataclass(frozen=True)
class Told:
    """One answer. ``cut`` promises a longer body than it sends; ``hang_up`` closes without a word; ``manner``
    is one of :data:`MANNERS`.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False
    hang_up: bool = False
    manner: str = ""

    @property
    def content(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body if self.body is not None else {}).encode()


MANNERS = ("says nothing", "half the headers", "half the body", "headers trickle", "body trickles")
"""Of a server that never ends its answer, and does not close the connection either."""
TRICKLE_SECONDS = 0.02
"""Between two bytes."""

Rule = Callable[[Seen], Told]


class ScriptedServer:
    """Answers from ``queue`` in order, then from ``rule``. ``seen`` holds every request."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seen: list[Seen] = []
        self.queue: list[Told] = []
        self.rule: Rule | None = None
        self.over = threading.Event()
        self._lock = threading.Lock()

    def answer(self, request: Seen) -> Told:
        with self._lock:
            self.seen.append(request)
            if self.queue:
                return self.queue.pop(0)
        assert self.rule is not None, f"unexpected {request.method} {request.path}"
        return self.rule(request)

    def document(self) -> dict[str, str]:
        """An OpenID configuration naming this server."""
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
        }


def _never_end(out: BufferedIOBase, over: threading.Event, manner: str, content: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Long: " + b"x" * 200
    at_once, slowly = {
        "says nothing": (b"", b""),
        "half the headers": (head, b""),
        "half the body": (head + b"\r\nContent-Length: %d\r\n\r\n" % (len(content) + 50) + content, b""),
        "headers trickle": (b"", head),
        "body trickles": (head + b"\r\nContent-Length: 9999\r\n\r\n", b" " * 9999),
    }[manner]
    with suppress(OSError):  # the client stopped waiting, as it should
        out.write(at_once)
        for byte in slowly:
            out.write(bytes([byte]))
            if over.wait(TRICKLE_SECONDS):
                return
        over.wait()


@contextmanager
def scripted_server() -> Iterator[ScriptedServer]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            params = {
                name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            }
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = owner.answer(Seen(self.command, parts.path, params, dict(self.headers), body))
            if told.hang_up:
                self.close_connection = True
                return
            content = told.content
            if told.manner:
                self.close_connection = True
                _never_end(self.wfile, owner.over, told.manner, content)
                return
            self.send_response(told.status)
            headers = {"Content-Type": "application/json", "intuit_tid": "1-tid", **told.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content) + (50 if told.cut else 0)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client stopped waiting, as some tests want
            if told.cut:
                self.close_connection = True

        do_GET = do_POST = _serve

        def log_message(self, *_: object) -> None:
            """Tests read ``seen`` instead."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    owner = ScriptedServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield owner
    finally:
        owner.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
