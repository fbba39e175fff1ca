"""Telling people of a failed run: over the connections that exist, and never at the price of the run."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops.ports import HOST, free_port

pytestmark = pytest.mark.airflow


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict]]]:
    """An incoming webhook as Slack offers one: its address and what it was sent."""
    received: list[dict] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args: object) -> None:
            """Quiet: pytest shows what matters."""

    server = HTTPServer((HOST, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://{HOST}:{server.server_address[1]}/services/T/B/X", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_connections_nobody_is_told_and_nothing_fails(airflow_metadata: Path) -> None:
    from caspen_qbo.operators.notify import notify_people

    assert notify_people("post_to_quickbooks failed", "why") == []


def test_slack_is_told_the_reason_even_when_mail_does_not_work(
    airflow_metadata: Path, webhook: tuple[str, list[dict]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo.operators.notify import notify_failure

    address, received = webhook
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", json.dumps({"conn_type": "slackwebhook", "password": address}))
    mail = {
        "conn_type": "smtp",
        "host": HOST,
        "port": free_port(),
        "extra": {"to_email": "a@example.com", "from_email": "b@example.com", "retry_limit": 1, "timeout": 1},
    }
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(mail))
    notify_failure(
        {
            "dag": SimpleNamespace(dag_id="post_to_quickbooks"),
            "run_id": "manual__1",
            "exception": ValueError("1 of 2 practices failed."),
        }
    )
    (message,) = received
    assert "post_to_quickbooks failed" in message["text"]
    assert "manual__1" in message["text"] and "1 of 2 practices failed." in message["text"]
