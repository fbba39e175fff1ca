"""Behaviour 25: notifications out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from quickbooks import QuickBooks

from qbo_emulator.testing import AU, GB, Books, Sandbox


class Receiver:
    """What arrived, and what to answer."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.answers: list[int] = []

    def events(self) -> list[dict]:
        return [event for body in self.bodies for event in json.loads(body)]


@pytest.fixture
def receiver(sandbox: Sandbox, books: Books) -> Iterator[Receiver]:
    """An app's webhook address, subscribed."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.signatures.append(self.headers["intuit-signature"])
            self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    sandbox.do("webhook", url=f"http://127.0.0.1:{server.server_port}/hook", verifier_token="secret")
    yield receiver
    sandbox.do("webhook", url=None)
    server.shutdown()
    server.server_close()


def wait_for(condition: Callable[[], object], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def test_cloud_events_are_an_array_signed_over_the_raw_body(receiver: Receiver, books: Books) -> None:
    customer = books.customer()
    wait_for(lambda: receiver.bodies)
    event = receiver.events()[0]
    assert event["specversion"] == "1.0" and event["type"] == "qbo.customer.created.v1"
    assert (event["intuitentityid"], event["intuitaccountid"]) == (customer["Id"], AU)
    assert event["data"] == {} and len(event["time"]) == len("2025-09-10T21:31:25.179851517Z")
    digest = hmac.new(b"secret", receiver.bodies[0], hashlib.sha256).digest()
    assert receiver.signatures[0] == base64.b64encode(digest).decode()
    helper = QuickBooks.__new__(QuickBooks, minorversion=75)
    assert helper.validate_webhook_signature(receiver.bodies[0].decode(), receiver.signatures[0], "secret")


def test_one_delivery_may_span_companies(sandbox: Sandbox, receiver: Receiver, books: Books) -> None:
    with sandbox_still(sandbox):
        books.customer()
        sandbox.books(GB).customer()
    wait_for(lambda: receiver.bodies)
    assert len(receiver.bodies) == 1
    assert {event["intuitaccountid"] for event in receiver.events()} == {AU, GB}


class sandbox_still:
    """Deliveries held back for the length of a block."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def __enter__(self) -> None:
        self._sandbox.do("webhook", paused=True)

    def __exit__(self, *_: object) -> None:
        self._sandbox.do("webhook", paused=False)


def test_a_payment_tells_of_its_invoice_too(sandbox: Sandbox, receiver: Receiver, books: Books) -> None:
    customer = books.customer()
    invoice = books.invoice(customer, 100)
    books.pay(customer, 10, ("Invoice", invoice, 10))
    books.create("Invoice", {"Id": invoice["Id"], "SyncToken": "1"}, operation="void")
    books.delete("Invoice", books.again("Invoice", invoice))
    wait_for(lambda: "qbo.invoice.deleted.v1" in str(receiver.bodies))
    kinds = [event["type"] for event in receiver.events()]
    for kind in ("qbo.invoice.updated.v1", "qbo.payment.created.v1", "qbo.invoice.voided.v1"):
        assert kind in kinds


def test_what_is_not_acknowledged_comes_again_and_the_next_waits(
    sandbox: Sandbox, receiver: Receiver, books: Books
) -> None:
    receiver.answers = [500]
    first = books.customer()
    wait_for(lambda: receiver.bodies)
    second = books.customer()
    time.sleep(0.3)
    assert len(receiver.bodies) == 1
    sandbox.do("clock", advance_seconds=10)
    wait_for(lambda: len(receiver.bodies) == 3)
    assert [event["intuitentityid"] for event in receiver.events()] == [
        first["Id"],
        first["Id"],
        second["Id"],
    ]
    done = sandbox.get("webhook")["done"]
    assert [attempt["outcome"] for attempt in done[0]["attempts"]] == [500, 200]


def test_duplicates_and_disorder_can_be_asked_for(sandbox: Sandbox, receiver: Receiver, books: Books) -> None:
    sandbox.do("webhook", duplicate=True, shuffle=True)
    with sandbox_still(sandbox):
        customer = books.customer()
        invoice = books.invoice(customer)
    wait_for(lambda: len(receiver.bodies) >= 2)
    ids = [event["intuitentityid"] for event in receiver.events()]
    assert ids.count(customer["Id"]) == 2 and invoice["Id"] in ids


def test_the_legacy_form_is_still_there(sandbox: Sandbox, receiver: Receiver, books: Books) -> None:
    sandbox.do("webhook", format="legacy")
    customer = books.customer()
    wait_for(lambda: receiver.bodies)
    notice = json.loads(receiver.bodies[0])["eventNotifications"][0]
    assert notice["realmId"] == AU
    entity = notice["dataChangeEvent"]["entities"][0]
    assert (entity["id"], entity["operation"], entity["name"]) == (customer["Id"], "Create", "Customer")
