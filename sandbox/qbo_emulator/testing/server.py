"""The sandbox behind a real server, in a thread of this process."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from qbo_emulator.app import build_app
from qbo_emulator.routes.connections import RememberingProtocol
from qbo_emulator.settings import Settings
from qbo_emulator.testing.sandbox import Sandbox

START_SECONDS = 10


@contextmanager
def serve() -> Iterator[Sandbox]:
    """A sandbox on a free port of this machine, for the length of the block.

    A real server, because dropped connections and concurrent requests need one.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    app = build_app(Settings(port=listener.getsockname()[1]))
    config = uvicorn.Config(app, http=RememberingProtocol, log_level="warning", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    with httpx.Client(base_url=app.state.world.settings.base_url, timeout=30) as http:
        yield Sandbox(http, app.state.world)
    server.should_exit = True
    thread.join(5)
