"""Notifications: over the connections that exist, for real, and never at the price of the run."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from caspen_qbo import settings
from ops.local.ports import HOST, free_port
from tests.dags.conftest import text_of
from tests.support.flow import Flow

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


def test_without_connections_nothing_is_sent_and_nothing_fails(airflow_metadata: Path) -> None:
    from caspen_qbo.operators.notify import notify_people

    assert notify_people("post_to_quickbooks failed", "why") == []


def test_slack_gets_the_reason_even_when_mail_does_not_work(
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
    context: Any = {
        "dag": SimpleNamespace(dag_id="post_to_quickbooks"),
        "run_id": "manual__1",
        "exception": ValueError("1 of 2 practices failed."),
    }
    notify_failure(context)
    (message,) = received
    assert "post_to_quickbooks failed" in message["text"]
    assert "manual__1" in message["text"] and "1 of 2 practices failed." in message["text"]


def test_a_mail_is_delivered_and_its_text_is_not_taken_for_html(
    airflow_metadata: Path, mailbox: list[Message]
) -> None:
    from caspen_qbo.hooks.mail_server import SMTP_CONN_ID
    from caspen_qbo.operators.notify import notify_people

    assert notify_people("post_to_quickbooks failed", "Harbour & <Bay>: 1 of 2") == [SMTP_CONN_ID]
    (mail,) = mailbox
    assert mail["Subject"] == "[QuickBooks] post_to_quickbooks failed"
    assert mail["From"] == "sync@example.com"
    assert "Harbour &amp; &lt;Bay&gt;: 1 of 2" in text_of(mail)


def _trickle(client: socket.socket) -> None:
    for _ in range(1000):
        client.sendall(b"2")
        time.sleep(0.02)


SILENT = {
    "says nothing": lambda _: None,
    "greets and stops": lambda client: client.sendall(b"220 mail ESMTP\r\n"),
    "stops in a line": lambda client: client.sendall(b"HTTP/1.1 200 OK\r\nX: "),
    "one byte at a time": _trickle,
}


@pytest.mark.parametrize("manner", SILENT)
def test_silent_servers_of_mail_and_slack_hold_up_and_fail_nothing(
    airflow_metadata: Path, manner: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from caspen_qbo.operators import notify

    def serve(client: socket.socket) -> None:
        with suppress(OSError):
            SILENT[manner](client)
            client.recv(65536)
            over.wait()

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                kept.append(client)
                threading.Thread(target=serve, args=(client,), daemon=True).start()

    over, kept = threading.Event(), list[socket.socket]()
    monkeypatch.setattr(settings, "NOTIFY_SECONDS", 0.2)
    with socket.create_server((HOST, 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        port = listener.getsockname()[1]
        slack = {"conn_type": "slackwebhook", "password": f"http://{HOST}:{port}/services/T/B/X"}
        extra = {"to_email": "a@example.com", "from_email": "b@example.com", "disable_ssl": True}
        mail = {"conn_type": "smtp", "host": HOST, "port": port, "extra": {**extra, "disable_tls": True}}
        monkeypatch.setenv("AIRFLOW_CONN_SLACK", json.dumps(slack))
        monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(mail))
        started = time.monotonic()
        assert notify.notify_people("post_to_quickbooks failed", "why") == []
        assert time.monotonic() - started < 10
        over.set()
    assert caplog.text.count("could not notify over connection") == 2


def results(reconcile: list[dict[str, Any]], reports: list[dict[str, Any]]) -> Any:
    """A task's context with the results of the tasks before it."""
    by_task = {"practice.reconcile": reconcile, "practice.write_report": reports}
    return {"ti": SimpleNamespace(xcom_pull=lambda task_ids: by_task[task_ids[0]])}


def result(workspace_id: int, message: str, **counts: int) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "practice": f"Practice {workspace_id}",
        "counts": counts,
        "message": message,
    }


def test_differences_of_a_green_run_reach_mail_and_slack(
    airflow_metadata: Path,
    mailbox: list[Message],
    webhook: tuple[str, list[dict]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from caspen_qbo.operators.notify import notify_differences

    address, sent = webhook
    monkeypatch.setenv("AIRFLOW_CONN_SLACK", json.dumps({"conn_type": "slackwebhook", "password": address}))
    notify_differences(
        results(
            [
                result(1, "9 documents compared, 3 differences.", differences=3, unexplained=2),
                result(2, "4 documents compared, all equal."),
                result(3, "5 documents compared, 1 differences.", differences=1),
            ],
            [result(1, "Report: /reports/1.html"), result(2, "Report: /reports/2.html")],
        )
    )
    (mail,), (message,) = mailbox, sent
    for text in (f"{mail['Subject']} {text_of(mail)}", message["text"]):
        assert "2 differences between Caspen and QuickBooks to clear" in " ".join(text.split())
        assert "Practice 1 (1): 9 documents compared, 3 differences. Report: /reports/1.html" in text
        assert "Practice 2" not in text and "Practice 3" not in text


def test_equal_sides_send_nothing(airflow_metadata: Path, mailbox: list[Message]) -> None:
    from caspen_qbo.operators.notify import notify_differences

    notify_differences(results([result(1, "4 documents compared, all equal.")], []))
    assert mailbox == []


def test_a_change_in_a_signed_period_is_notified_once(
    airflow_metadata: Path, flow: Flow, mailbox: list[Message], monkeypatch: pytest.MonkeyPatch
) -> None:
    from caspen_qbo import wiring
    from caspen_qbo.operators import notify
    from caspen_qbo.usecases.reconciling.run import reconcile
    from caspen_qbo.usecases.reconciling.sign_off import sign_off

    def compare(run_id: str) -> dict[str, Any]:
        with wiring.open_session(flow.workspace_id, run_id) as session:
            done = reconcile(session)
        return result(1, done.message, **done.counts)

    invoice = flow.invoice("100.00")
    flow.post()
    compare("first")
    day = flow.staff.invoice(invoice).issue_date
    with wiring.open_store() as store:
        sign_off(store.for_workspace(flow.workspace_id), "first", who="airflow:ann", run_day=day, through=day)
    flow.staff.void_invoice(invoice)
    flow.post()
    found = compare("second")
    with monkeypatch.context() as without_mail:
        without_mail.delenv("AIRFLOW_CONN_SMTP_DEFAULT")
        notify.notify_differences(results([found], []))
    assert mailbox == []  # and not marked as notified
    for run_id in ("second", "third"):
        notify.notify_differences(results([compare(run_id)], []))
    (mail,) = mailbox
    text = " ".join(text_of(mail).split())
    assert mail["Subject"] == "[QuickBooks] 1 document of a signed period changed after sign-off"
    number = flow.staff.invoice(invoice).number
    assert f"invoice {number}: Caspen 110.00 signed, nothing now; QuickBooks 110.00 signed, nothing" in text
    assert f"(up to {day} signed by ann)" in text
