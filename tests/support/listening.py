"""A small HTTP server of a test's own, for what is sent outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

HOST = "127.0.0.1"


@contextmanager
def listening(receive: Callable[[str, bytes], None], status: int = 200) -> Iterator[str]:
    """Its address.

    :param receive: Is given each request's path and body.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            receive(self.path, self.rfile.read(int(self.headers.get("Content-Length", "0"))))
            self.send_response(status)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://{HOST}:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
