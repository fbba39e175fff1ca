"""One sandbox for all of these tests, on its first day before each."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn

from qbo_emulator.app import build_app
from qbo_emulator.connections import RememberingProtocol
from qbo_emulator.settings import Settings
from tests.contract.books import Books
from tests.unit.sandbox.door import Sandbox


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """The sandbox behind a real server: dropped connections and concurrency need one."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = build_app(Settings(port=listener.getsockname()[1]))
    config = uvicorn.Config(app, http=RememberingProtocol, log_level="warning", proxy_headers=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    with httpx.Client(base_url=app.state.world.settings.base_url, timeout=30) as http:
        yield Sandbox(http, app.state.world)
    server.should_exit = True
    thread.join(5)


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """Everything as on the first day."""
    served.do("webhook", url=None, format="cloudevents", duplicate=False, shuffle=False, paused=False)
    served.do("reset")
    return served


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    """The Australian company, without limits and without credits that apply themselves."""
    return sandbox.books(auto_apply_credit=False)
