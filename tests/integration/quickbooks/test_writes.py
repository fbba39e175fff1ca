"""Batches and voids: what goes out, and what is made of what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from caspen_qbo.core.faults import FaultError
from caspen_qbo.errors import InvariantError, QboRejectedError, SubscriptionEndedError
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from tests.integration.quickbooks.conftest import TIME
from tests.support.desk import REALM, Desk
from tests.support.scripted import Told
from tests.support.write_item import WriteItem


def item(bid: str, entity: str = "Invoice", operation: str = "create") -> WriteItem:
    return WriteItem(bid, entity, operation, {"DocNumber": f"N{bid}"})


def item_fault(bid: str, code: str, text: str = "said", detail: str = "why") -> dict[str, Any]:
    return {
        "bId": bid,
        "Fault": {"Error": [{"Message": text, "Detail": detail, "code": code, "element": "e"}]},
    }


def batch_answer(*parts: dict[str, Any]) -> Told:
    return Told(body={"BatchItemResponse": list(parts), "time": TIME})


def test_a_batch_carries_each_item_under_its_own_name(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [
        batch_answer(
            {"bId": "b", "Payment": {"status": "Deleted", "Id": "5"}}, {"bId": "a", "Invoice": {"Id": "9"}}
        )
    ]

    answers = books.send_batch("r" * 36, [item("a"), item("b", "Payment", "delete")])
    sent = desk.api_calls()[0]
    assert json.loads(sent.body) == {
        "BatchItemRequest": [
            {"bId": "a", "operation": "create", "Invoice": {"DocNumber": "Na"}},
            {"bId": "b", "operation": "delete", "Payment": {"DocNumber": "Nb"}},
        ]
    }
    assert sent.params == {"minorversion": "75", "requestid": "r" * 36}
    assert answers["a"].body == {"Id": "9"}
    assert answers["b"].body == {"status": "Deleted", "Id": "5"}
    assert {answer.intuit_tid for answer in answers.values()} == {"1-tid"}


def test_one_refused_item_does_not_sink_the_others(desk: Desk, books: QuickBooksAccounting):
    lower = {"bId": "c", "fault": {"error": [{"message": "Stale Object Error", "code": "5010"}]}}
    desk.web.queue += [batch_answer({"bId": "a", "Invoice": {"Id": "9"}}, item_fault("b", "6140"), lower)]

    answers = books.send_batch("r1", [item("a"), item("b"), item("c")])
    assert answers["a"].ok
    assert not answers["b"].ok
    assert answers["b"].verdict.error == FaultError("6140", "said", "why", "e")
    assert answers["c"].code == "5010"


def test_items_without_a_clear_answer_are_missing(desk: Desk, books: QuickBooksAccounting):
    transient = "An unexpected error occurred while accessing or saving your data. Please wait a few minutes"
    desk.web.queue += [
        batch_answer(
            {"bId": "a", "Invoice": {"Id": "9"}},
            item_fault("b", "6000", "A business validation error", transient),
            item_fault("c", "10000"),
            {"bId": "d"},
            {"bId": "stranger", "Invoice": {"Id": "1"}},
        )
    ]

    answers = books.send_batch("r1", [item(bid) for bid in "abcde"])
    assert set(answers) == {"a"}


def test_a_batch_refused_as_a_whole_was_certainly_not_carried_out(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(400, {"Fault": {"Error": [{"Message": "MalformedRequest", "code": "400"}]}})]

    with pytest.raises(QboRejectedError, match="MalformedRequest"):
        books.send_batch("r1", [item("a")])


def test_an_ended_subscription_refuses_every_item(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [batch_answer(item_fault("a", "6190"), item_fault("b", "6190"))]
    with pytest.raises(SubscriptionEndedError, match="renewed"):
        books.send_batch("r1", [item("a"), item("b")])

    desk.web.queue += [batch_answer({"bId": "a", "Invoice": {"Id": "9"}}, item_fault("b", "6190"))]
    answers = books.send_batch("r2", [item("a"), item("b")])
    assert answers["a"].ok
    assert answers["b"].code == "6190"


def test_an_empty_batch_is_not_sent(desk: Desk, books: QuickBooksAccounting):
    assert books.send_batch("r1", []) == {}
    assert desk.api_calls() == []


@pytest.mark.parametrize(
    ("request_id", "items", "words"),
    [
        ("r" * 37, [item("a")], "37 characters"),
        ("", [item("a")], "0 characters"),
        ("r1", [item("b" * 11)], "11 characters"),
        ("r1", [item("a"), item("a")], "twice"),
        ("r1", [item(str(number)) for number in range(31)], "31 items"),
    ],
)
def test_what_quickbooks_would_mistake_is_not_sent(
    desk: Desk, books: QuickBooksAccounting, request_id, items, words
):
    with pytest.raises(InvariantError, match=words) as caught:
        books.send_batch(request_id, items)
    assert caught.value.not_carried_out
    assert desk.api_calls() == []


def test_an_invoice_is_voided_by_its_operation(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(body={"Invoice": {"Id": "9", "PrivateNote": "Voided"}})]

    answer = books.send_void("Invoice", "9", "3", "r" * 50)
    sent = desk.api_calls()[0]
    assert sent.path == f"/v3/company/{REALM}/invoice"
    assert sent.params == {"operation": "void", "minorversion": "75", "requestid": "r" * 50}
    assert json.loads(sent.body) == {"Id": "9", "SyncToken": "3"}
    assert answer.body == {"Id": "9", "PrivateNote": "Voided"}
    assert books.calls() == {"void": 1}


def test_a_payment_is_voided_as_an_update(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(body={"Payment": {"Id": "9"}})]

    books.send_void("Payment", "9", "3", "r1")
    sent = desk.api_calls()[0]
    assert sent.params == {"operation": "update", "include": "void", "minorversion": "75", "requestid": "r1"}
    assert json.loads(sent.body) == {"Id": "9", "SyncToken": "3", "sparse": True}


def test_a_refused_void_is_an_answer(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(400, {"Fault": {"Error": [{"Message": "Stale Object Error", "code": "5010"}]}})]

    answer = books.send_void("Invoice", "9", "3", "r1")
    assert (answer.ok, answer.code, answer.verdict.error.text, answer.intuit_tid) == (
        False,
        "5010",
        "Stale Object Error",
        "1-tid",
    )


def test_what_has_no_void_is_not_sent(desk: Desk, books: QuickBooksAccounting):
    with pytest.raises(InvariantError, match="no void for CreditMemo") as caught:
        books.send_void("CreditMemo", "9", "3", "r1")
    assert caught.value.not_carried_out
    with pytest.raises(InvariantError, match="51 characters") as caught:
        books.send_void("Invoice", "9", "3", "r" * 51)
    assert caught.value.not_carried_out
    assert desk.api_calls() == []
