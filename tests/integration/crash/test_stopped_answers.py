"""QuickBooks carries a write out and its answer stops in the middle, or never ends: the write is looked up
and not sent a second time.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.forwarder import Forwarder, forwarding

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


@pytest.fixture
def way(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forwarder]:
    """What the API is reached through; one exchange ends after a third of a second."""
    with forwarding(urlsplit(flow.sandbox.url).port or 0) as way:
        connection = json.loads(os.environ["AIRFLOW_CONN_QUICKBOOKS"])
        connection["extra"] |= {"api_url": f"http://127.0.0.1:{way.port}", "answer_wait_seconds": 0.3}
        monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))
        yield way


@pytest.mark.parametrize(
    ("after", "byte_seconds"),
    [(0, None), (40, None), (400, None), (400, 0.05)],
    ids=["nothing", "half the headers", "half the body", "the rest byte by byte"],
)
def test_what_was_carried_out_is_found_and_not_sent_again(
    flow: Flow, way: Forwarder, after: int, byte_seconds: float | None
) -> None:
    invoice_id = flow.invoice("10.00")
    flow.pay(invoice_id)
    way.stop_answers(b"/batch?", after, byte_seconds=byte_seconds)
    for _ in range(3):
        done = run_command("post", "--workspace", "1")
        assert "Traceback" not in done.stderr
    assert way.stops
    way.stop_answers(b"nothing at all", 0)
    done = run_command("post", "--workspace", "1")
    assert done.returncode == 0, done.stderr
    (invoice,) = flow.books("Invoice")
    (payment,) = flow.books("Payment")
    assert invoice["Balance"] == 0 and payment["TotalAmt"] == invoice["TotalAmt"]
    assert flow.listed() == {}
