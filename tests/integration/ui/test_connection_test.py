"""Airflow's connection test, asked for with an address of the caller's own: no stored secret follows it."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.integration.ui.conftest import Pages

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.sandbox]


@dataclass
class Listener:
    """A port that takes every connection and keeps what it is sent."""

    port: int
    heard: list[bytes] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(0.5)
                    try:
                        found.heard.append(connection.recv(4096))
                    except OSError:
                        found.heard.append(b"")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize("role", ["viewer", "user", "op", "admin"])
def test_no_secret_follows_an_address_that_a_user_chooses(role: str, pages: Pages, listener: Listener):
    here = f"http://127.0.0.1:{listener.port}"
    asked = {
        "quickbooks": {"environment": "local", "api_url": here, "discovery_url": f"{here}/discovery"},
        "caspen_db": {"hostaddr": "127.0.0.1", "port": listener.port},
        "sync_db": {"hostaddr": "127.0.0.1", "port": listener.port},
    }
    for connection_id, extra in asked.items():
        kind = "quickbooks" if connection_id == "quickbooks" else "postgres"
        body = {"connection_id": connection_id, "conn_type": kind, "extra": json.dumps(extra)}
        answer = pages.airflow(role, "POST", "/api/v2/connections/test", json=body)
        assert answer.status_code == 403, answer.text
    assert listener.heard == []
