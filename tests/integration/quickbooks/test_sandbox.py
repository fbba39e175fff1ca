"""The hook against the QuickBooks sandbox: all it does once, and the troubles that need state behind them."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from caspen_qbo import wiring
from caspen_qbo.core.query_text import quote
from caspen_qbo.errors import OutcomeUnknownError, QboAuthError, QuotaExhaustedError, SubscriptionEndedError
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from tests.support.services import Sandbox, keep_pace
from tests.support.write_item import WriteItem

WORKSPACE = 1
pytestmark = pytest.mark.sandbox
in_processes = multiprocessing.get_context("fork")


class Door:
    """The sandbox's control API."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/_sandbox/{path}", json=body, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str) -> dict[str, Any]:
        return httpx.get(f"{self.url}/_sandbox/{path}", timeout=30).raise_for_status().json()


@pytest.fixture
def door(sandbox: Sandbox) -> Door:
    return Door(sandbox.url)


@pytest.fixture
def realm(door: Door) -> str:
    return str(door.get("status")["companies"][0]["realm"])


@pytest.fixture
def hook(connections: Mapping[str, str], door: Door, realm: str) -> QuickBooksHook:
    """Connected to the sandbox's first company, an Australian one, whose limits are on."""
    keep_pace()
    hook = QuickBooksHook()
    with wiring.open_connector() as connector:
        connector.adopt(WORKSPACE, realm, door.post("token", realm=realm)["refresh_token"])
    return hook


@pytest.fixture
def books(hook: QuickBooksHook) -> Iterator[QuickBooksAccounting]:
    with hook.accounting(WORKSPACE) as accounting:
        yield accounting


def first(books: QuickBooksAccounting, entity: str, where: str) -> Mapping[str, Any]:
    return next(iter(books.query(entity, where)))


def a_customer(name: str) -> WriteItem:
    return WriteItem("c", "Customer", "create", {"DisplayName": name})


def an_invoice(books: QuickBooksAccounting, customer_id: str, number: str, bid: str = "i") -> WriteItem:
    item = first(books, "Item", "Type = 'Service'")
    code = first(books, "TaxCode", "Name = 'GST'")
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal("100.10"),
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": code["Id"]}},
    }
    body = {
        "CustomerRef": {"value": customer_id},
        "DocNumber": number,
        "TxnDate": "2026-07-01",
        "GlobalTaxCalculation": "TaxExcluded",
        "Line": [line],
    }
    return WriteItem(bid, "Invoice", "create", body)


def test_a_documents_life(hook: QuickBooksHook, books: QuickBooksAccounting):
    assert books.read_company()["Country"] in ("AU", "AUS")
    assert books.read_preferences()["CurrencyPrefs"]["HomeCurrency"]["value"] == "AUD"
    started = books.fetch_changes(["Invoice"], datetime.now(UTC) - timedelta(hours=1)).read_at

    name = r"Zoë O'Brien \ Sons (Caspen 00042)"
    customer = books.send_batch("r-customer", [a_customer(name)])["c"]
    assert customer.ok, customer
    assert first(books, "Customer", f"DisplayName = {quote(name)}")["Id"] == customer.body["Id"]

    invoice = books.send_batch("r-invoice", [an_invoice(books, customer.body["Id"], "INV-1")])["i"]
    assert invoice.ok, invoice
    assert invoice.body["TotalAmt"] == Decimal("110.11")
    assert len(list(books.query("Invoice", "DocNumber = 'INV-1'"))) == 1

    found = books.fetch_changes(["Invoice", "Customer", "Payment"], started - timedelta(seconds=5)).rows
    assert invoice.body["Id"] in [row["Id"] for row in found["Invoice"]]
    assert customer.body["Id"] in [row["Id"] for row in found["Customer"]]

    stale = books.send_void("Invoice", invoice.body["Id"], "99", "r-void-1")
    assert (stale.ok, stale.code) == (False, "5010")
    voided = books.send_void("Invoice", invoice.body["Id"], invoice.body["SyncToken"], "r-void-2")
    assert voided.ok, voided
    again = first(books, "Invoice", f"Id = {quote(invoice.body['Id'])}")
    assert again["TotalAmt"] == 0
    assert "voided" in again["PrivateNote"].casefold()


def test_the_same_request_id_posts_once(books: QuickBooksAccounting):
    one = books.send_batch("r-same", [a_customer("Only Once (Caspen 00001)")])["c"]
    two = books.send_batch("r-same", [a_customer("Only Once (Caspen 00001)")])["c"]

    assert one.ok
    assert two.ok
    assert one.body["Id"] == two.body["Id"]
    assert len(list(books.query("Customer", "DisplayName LIKE 'Only Once%'"))) == 1


def test_a_write_whose_answer_is_lost_is_in_doubt_and_can_be_found(books: QuickBooksAccounting, door: Door):
    door.post("fail-next", kind="drop", commit=True, endpoint="batch")

    with pytest.raises(OutcomeUnknownError):
        books.send_batch("r-lost", [a_customer("Lost Answer (Caspen 00002)")])
    assert len(list(books.query("Customer", "DisplayName = 'Lost Answer (Caspen 00002)'"))) == 1


@pytest.mark.parametrize(
    "kind", ["server_error", "bad_gateway", "unavailable", "ok_with_fault", "transient", "drop", "truncate"]
)
def test_each_trouble_of_the_sandbox_is_survived_by_reads_and_left_in_doubt_by_writes(
    hook: QuickBooksHook, door: Door, kind: str
):
    with hook.accounting(WORKSPACE) as books:
        door.post("fail-next", kind=kind, endpoint="query")
        assert list(books.query("Account"))
        door.post("fail-next", kind=kind, endpoint="batch")
        with pytest.raises(OutcomeUnknownError):
            books.send_batch(f"r-{kind}", [a_customer(f"Trouble {kind}")])
        assert books.calls()["batch"] == 1


def test_a_batch_that_was_answered_in_part_leaves_the_rest_in_doubt(books: QuickBooksAccounting, door: Door):
    door.post("fail-next", kind="batch_partial", endpoint="batch", items=1)
    items = [WriteItem(bid, "Customer", "create", {"DisplayName": f"Part {bid}"}) for bid in "abc"]

    assert len(books.send_batch("r-part", items)) == 1


def test_a_token_that_expires_in_the_middle_is_not_noticed(books: QuickBooksAccounting, door: Door):
    assert list(books.query("Account"))
    door.post("expire-tokens")

    assert books.send_batch("r-token", [a_customer("Fresh Token")])["c"].ok
    assert books.calls()["token"] == 1


def test_rotation_at_every_refresh_is_followed(hook: QuickBooksHook, door: Door):
    door.post("oauth", rotation="every_refresh", reuse_kills_grant=True)
    for _ in range(3):
        with hook.accounting(WORKSPACE) as books:
            door.post("expire-tokens")
            assert list(books.query("Account"))


def test_ten_processes_refresh_once_under_intuits_strictest_rules(hook: QuickBooksHook, door: Door):
    door.post("oauth", rotation="every_refresh", reuse_kills_grant=True, refresh_seconds=0.3)
    door.post("expire-tokens")
    queue, barrier = in_processes.Queue(), in_processes.Barrier(10)

    def child() -> None:
        barrier.wait()
        try:
            with hook.accounting(WORKSPACE) as books:
                rows = len(list(books.query("Account")))
                queue.put((rows, books.calls().get("token", 0)))
        except Exception as error:  # noqa: BLE001  counted, whatever it is
            queue.put((0, repr(error)))

    processes = [in_processes.Process(target=child) for _ in range(10)]
    for process in processes:
        process.start()
    said = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(10)
    assert all(rows > 0 for rows, _ in said), said
    assert sum(tokens for _, tokens in said) == 1


def test_a_company_that_disconnects_us_needs_a_person(hook: QuickBooksHook, door: Door, realm: str):
    with hook.accounting(WORKSPACE) as books:
        assert list(books.query("Account"))
        door.post(f"{realm}/person/disconnect")
        with pytest.raises(QboAuthError):
            list(books.query("Account"))


@pytest.fixture
def impatient(
    hook: QuickBooksHook, connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[QuickBooksAccounting]:
    """Waits a second where Intuit advises a minute."""
    connection = json.loads(connections["AIRFLOW_CONN_QUICKBOOKS"])
    connection["extra"]["throttle_wait_seconds"] = 1
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(connection))
    with QuickBooksHook().accounting(WORKSPACE) as accounting:
        yield accounting


@pytest.mark.parametrize("body", ["json", "xml"])
def test_throttling_delays_and_nothing_else(impatient: QuickBooksAccounting, door: Door, body: str):
    kind = "throttled_xml" if body == "xml" else "throttled"
    door.post("fail-next", kind=kind, endpoint="batch", times=2)

    assert impatient.send_batch("r1", [a_customer(f"Throttled {body}")])["c"].ok
    assert impatient.calls()["batch"] == 3


def test_the_months_quota_stops_reads_while_writes_go_on(
    impatient: QuickBooksAccounting, door: Door, realm: str
):
    door.post(f"{realm}/switches", core_plus_quota=1)

    with pytest.raises(QuotaExhaustedError):
        for _ in range(3):
            list(impatient.query("Account"))
    assert impatient.send_batch("r1", [a_customer("Writes Go On")])["c"].ok


def test_refusals_carry_what_a_person_needs(books: QuickBooksAccounting, door: Door, realm: str):
    customer = books.send_batch("r1", [a_customer("Refused (Caspen 00003)")])["c"].body["Id"]
    taken = books.send_batch("r2", [a_customer("Refused (Caspen 00003)")])["c"]
    assert taken.verdict.error_key == "customer_name_taken"

    untaxed = an_invoice(books, customer, "INV-2")
    del untaxed.payload["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"]
    refused = books.send_batch("r3", [untaxed])["i"]
    assert refused.verdict.error_key == "business_validation_tax", refused

    door.post(f"{realm}/person/end-subscription")
    with pytest.raises(SubscriptionEndedError):
        books.send_batch("r4", [a_customer("Too Late")])
    assert list(books.query("Customer"))
