"""Behaviours 1 and 2: request ids, and work that was done although the client never heard."""

from __future__ import annotations

import httpx
import pytest

from qbo_emulator.testing import GB, Books, Refused, Sandbox


@pytest.mark.parametrize("kind", ["drop", "server_error", "bad_gateway", "unavailable", "ok_with_fault"])
def test_work_done_before_the_failure_is_answered_from_the_store_on_the_second_try(
    sandbox: Sandbox, books: Books, kind: str
) -> None:
    """1: commit-then-timeout and commit-then-5xx, with the stored answer on replay."""
    customer = books.customer()
    body = books.form(customer, books.line(10))
    sandbox.fail(kind, commit=True, entity="Invoice")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError, Refused)):
        if kind == "drop":
            books.send("POST", "invoice", json=body, params={"requestid": "one"})
        else:
            books.ask("POST", "invoice", json=body, params={"requestid": "one"})
    assert len(sandbox.rows("Invoice")) == 1
    second = books.send("POST", "invoice", json=body, params={"requestid": "one"})
    third = books.send("POST", "invoice", json=body, params={"requestid": "one"})
    assert second.content == third.content and second.json()["Invoice"]["Id"] == "1"
    assert len(sandbox.rows("Invoice")) == 1


def test_without_a_request_id_the_second_try_makes_a_second_object(sandbox: Sandbox, books: Books) -> None:
    """1."""
    customer = books.customer()
    sandbox.fail("drop", commit=True, entity="Invoice")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        books.invoice(customer)
    books.invoice(customer)
    assert len(sandbox.rows("Invoice")) == 2


def test_dropped_before_commit_nothing_was_done(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    sandbox.fail("drop", entity="Invoice")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        books.invoice(customer)
    assert sandbox.rows("Invoice") == []
    assert sandbox.last_request()["status"] is None


def test_the_first_answer_comes_back_even_for_another_body(books: Books) -> None:
    first = books.create("Customer", {"DisplayName": "First"}, requestid="same")
    assert books.create("Customer", {"DisplayName": "Second"}, requestid="same") == first


def test_request_ids_are_per_company(sandbox: Sandbox, books: Books) -> None:
    """2: scope per realm."""
    other = sandbox.books(GB)
    books.create("Customer", {"DisplayName": "Here"}, requestid="same")
    assert other.create("Customer", {"DisplayName": "There"}, requestid="same")["DisplayName"] == "There"


def test_a_stored_answer_expires(sandbox: Sandbox) -> None:
    """2: configurable time to live."""
    books = sandbox.books(requestid_ttl_seconds=600)
    first = books.create("Customer", {"DisplayName": "One"}, requestid="same")
    sandbox.do("clock", advance_seconds=601)
    assert books.create("Customer", {"DisplayName": "Two"}, requestid="same")["Id"] != first["Id"]


def test_a_business_fault_is_replayed_too_unless_switched_off(sandbox: Sandbox, books: Books) -> None:
    with pytest.raises(Refused):
        books.create("Customer", {"DisplayName": "a:b"}, requestid="bad")
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayName": "ab"}, requestid="bad")
    assert refused.value.code == "2040"
    lenient = sandbox.books(requestid_replays_faults=False)
    with pytest.raises(Refused):
        lenient.create("Customer", {"DisplayName": "a:b"}, requestid="bad2")
    assert lenient.create("Customer", {"DisplayName": "ab"}, requestid="bad2")["DisplayName"] == "ab"


def test_a_gateway_refusal_is_never_stored(sandbox: Sandbox, books: Books) -> None:
    sandbox.do("expire-tokens")
    with pytest.raises(Refused):
        books.create("Customer", {"DisplayName": "Later"}, requestid="retry")
    fresh = sandbox.books()
    assert fresh.create("Customer", {"DisplayName": "Later"}, requestid="retry")["DisplayName"] == "Later"


def test_fifty_characters_are_the_most(books: Books) -> None:
    """2: length of a request id."""
    books.create("Customer", {"DisplayName": "Fits"}, requestid="x" * 50)
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayName": "Too long"}, requestid="y" * 51)
    assert refused.value.detail == (
        "Business Validation Error: You cannot enter more than 50 characters in the request_id field. "
        "You tried entering yyyyyyyyyy..., which is 51 characters."
    )


def test_in_a_batch_request_id_and_item_id_together_are_fifty_at_most(books: Books) -> None:
    """2: per item 6000, the others go through."""
    item = {"operation": "create", "Customer": {"DisplayName": "Batch"}}
    answers = books.batch([{**item, "bId": "b" * 19}, {**item, "bId": "b" * 18}], requestid="r" * 32)
    fault = answers[0]["Fault"]["Error"][0]
    assert fault["code"] == "6000" and fault["Detail"].endswith("which is 51 characters.")
    assert answers[1]["Customer"]["DisplayName"] == "Batch"


def test_a_batch_sent_again_answers_as_before(sandbox: Sandbox, books: Books) -> None:
    items = [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "Batch"}}]
    assert books.batch(items, requestid="batch") == books.batch(items, requestid="batch")
    assert [row["DisplayName"] for row in sandbox.rows("Customer")].count("Batch") == 1


def test_a_batch_replay_can_misbehave(sandbox: Sandbox) -> None:
    """2: replaying a batch was seen to give the transient 6000 instead of the stored answers."""
    books = sandbox.books(batch_replay="transient_6000")
    items = [{"bId": "1", "operation": "create", "Customer": {"DisplayName": "Batch"}}]
    books.batch(items, requestid="batch")
    fault = books.batch(items, requestid="batch")[0]["Fault"]["Error"][0]
    assert fault["code"] == "6000" and "An unexpected error occurred while accessing" in fault["Detail"]
    assert [row["DisplayName"] for row in sandbox.rows("Customer")].count("Batch") == 1
