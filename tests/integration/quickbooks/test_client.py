"""Paging, changes, batches and voids: what goes out, and what is made of what comes back."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from quickbooks.objects.customer import Customer

from caspen_qbo.core.faults import FaultError
from caspen_qbo.core.query_text import is_queryable, like_pattern, quote
from caspen_qbo.errors import (
    InvariantError,
    QboRejectedError,
    QboUnavailableError,
    SubscriptionEndedError,
)
from caspen_qbo.hooks.quickbooks.call import Reply
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from tests.support.desk import REALM, Desk
from tests.support.scripted import Seen, Told
from tests.support.write_item import WriteItem

TIME = "2026-11-01T10:00:00.250-07:00"
READ_AT = datetime(2026, 11, 1, 17, 0, 0, 250_000, tzinfo=UTC)


class Table:
    """Rows behind the query endpoint, ordered by a number; ``on_page`` may change them between pages."""

    def __init__(self, count: int, extra: int = 0) -> None:
        self.ids = list(range(1, count + 1))
        self.extra = extra
        """Rows the first page brings on top, as the tax codes TAX and NON do."""
        self.pages = 0
        self.on_page: dict[int, Any] = {}

    def __call__(self, request: Seen) -> Told:
        text = request.body.decode()
        start, size = map(int, re.search(r"STARTPOSITION (\d+) MAXRESULTS (\d+)", text).groups())
        self.pages += 1
        rows = [{"Id": str(number)} for number in self.ids[start - 1 : start - 1 + size]]
        if start == 1:
            rows = [{"Id": f"pseudo-{number}"} for number in range(self.extra)] + rows
        change = self.on_page.get(self.pages)
        if change:
            change(self.ids)
        body: dict[str, Any] = {"Invoice": rows} if rows else {}
        return Told(body={"QueryResponse": body, "time": TIME})


def ids_of(rows: Any) -> list[str]:
    return [row["Id"] for row in rows]


@pytest.mark.parametrize(
    ("count", "pages"),
    [(0, 1), (1, 1), (999, 1), (1000, 2), (1001, 2), (1989, 2), (1990, 3), (2000, 3), (2001, 3)],
)
def test_every_row_comes_once_whatever_the_count(desk: Desk, books: QuickBooksAccounting, count, pages):
    table = desk.web.rule = Table(count)

    assert ids_of(books.query("Invoice")) == [str(number) for number in range(1, count + 1)]
    assert table.pages == pages


def test_rows_on_top_of_the_first_page_neither_loop_nor_hide_others(desk: Desk, books: QuickBooksAccounting):
    table = desk.web.rule = Table(1500, extra=2)

    found = ids_of(books.query("Invoice"))
    assert len(found) == len(set(found)) == 1502
    assert table.pages == 2


def test_rows_that_vanish_while_reading_do_not_take_others_along(desk: Desk, books: QuickBooksAccounting):
    table = Table(1500)
    table.on_page[1] = lambda ids: [ids.remove(number) for number in (5, 6, 7)]
    desk.web.rule = table

    found = ids_of(books.query("Invoice"))
    assert set(found) >= {str(number) for number in table.ids}
    assert table.pages == 2


@pytest.mark.parametrize("gone", [50, 800])
def test_many_rows_vanishing_make_it_read_again(desk: Desk, books: QuickBooksAccounting, gone):
    table = Table(1500)
    table.on_page[1] = lambda ids: ids.__delitem__(slice(0, gone))
    desk.web.rule = table

    found = ids_of(books.query("Invoice"))
    assert len(found) == len(set(found))
    assert set(found) >= {str(number) for number in table.ids}


def test_rows_that_never_hold_still_are_an_error_and_not_a_gap(desk: Desk, books: QuickBooksAccounting):
    table = Table(60_000)
    for page in range(1, 20):
        table.on_page[page] = lambda ids: ids.__delitem__(slice(0, 50))
    desk.web.rule = table

    with pytest.raises(QboUnavailableError, match="moved"):
        list(books.query("Invoice"))


def test_the_query_says_what_it_was_told(desk: Desk, books: QuickBooksAccounting):
    desk.web.rule = Table(1)

    list(books.query("Invoice", "DocNumber = '1'", order_by="MetaData.LastUpdatedTime"))
    assert desk.api_calls()[0].body == (
        b"SELECT * FROM Invoice WHERE DocNumber = '1' ORDERBY MetaData.LastUpdatedTime "
        b"STARTPOSITION 1 MAXRESULTS 1000"
    )
    assert desk.api_calls()[0].path == f"/v3/company/{REALM}/query"


def test_an_answer_to_something_else_is_not_taken_for_an_empty_one(desk: Desk, books: QuickBooksAccounting):
    desk.web.queue += [Told(body={"Something": {}})]

    with pytest.raises(QboUnavailableError, match="without QueryResponse"):
        list(books.query("Invoice"))


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("O'Brien", r"'O\'Brien'"), ("a\\b", r"'a\\b'"), ("\\", r"'\\'"), ("\\'", r"'\\\''"), ("", "''")],
)
def test_values_are_quoted_as_the_parser_wants(value, quoted):
    assert quote(value) == quoted


@pytest.mark.parametrize(
    ("text", "can"),
    [("Zoë O'Brien", True), ("Łukasz", False), ("李", False), ("a\tb", False), ("a\x85b", False), ("", True)],
)
def test_what_the_parser_cannot_read_is_known_beforehand(text, can):
    assert is_queryable(text) is can


@pytest.mark.parametrize(
    ("text", "pattern"),
    [("INV\u201312", "INV%12"), ("\u53f7-20", "%-20"), ("\u53f7-2", None), ("\u53f7\u53f7", None)],
)
def test_what_the_parser_cannot_read_is_asked_for_by_the_rest(text, pattern):
    assert like_pattern(text) == pattern


# --- changes ---


class Feed:
    """The change feed and, beside it, the query endpoint, over the same rows."""

    def __init__(self, **rows: int) -> None:
        self.rows = rows
        self.asked: list[str] = []
        self.queried: list[str] = []

    def __call__(self, request: Seen) -> Told:
        if request.path.endswith("/cdc"):
            entities = request.params["entities"].split(",")
            self.asked.append(request.params["entities"])
            room, groups = 1000, []
            for entity in entities:
                count = min(room, self.rows.get(entity, 0))
                room -= count
                found = [{"Id": str(number)} for number in range(count)]
                groups.append({entity: found, "startPosition": 1, "maxResults": count} if found else {})
            return Told(body={"CDCResponse": [{"QueryResponse": groups}], "time": TIME})
        if request.path.endswith("/query"):
            entity = re.search(rb"FROM (\w+)", request.body)[1].decode()
            self.queried.append(request.body.decode())
            start = int(re.search(rb"STARTPOSITION (\d+)", request.body)[1])
            rows = [{"Id": str(number)} for number in range(self.rows.get(entity, 0))][
                start - 1 : start + 999
            ]
            return Told(body={"QueryResponse": {entity: rows} if rows else {}, "time": TIME})
        return Told(body={"CompanyInfo": {"Id": "1"}, "time": TIME})


SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)


def test_changes_come_from_the_feed_in_one_call(desk: Desk, books: QuickBooksAccounting):
    feed = desk.web.rule = Feed(Invoice=3, Payment=2)

    changed = books.fetch_changes(["Invoice", "CreditMemo", "Payment"], SINCE)
    found, read_at = changed.rows, changed.read_at
    assert {entity: len(rows) for entity, rows in found.items()} == {
        "Invoice": 3,
        "CreditMemo": 0,
        "Payment": 2,
    }
    assert read_at == READ_AT
    assert feed.asked == ["Invoice,CreditMemo,Payment"]
    assert desk.api_calls()[0].params["changedSince"] == SINCE.isoformat()
    assert books.calls() == {"cdc": 1}


def test_deleted_objects_come_as_stubs(desk: Desk, books: QuickBooksAccounting):
    stub = {"domain": "QBO", "status": "Deleted", "Id": "979"}
    groups = [{"Invoice": [{"Id": "1"}, stub]}, {}]
    desk.web.queue += [Told(body={"CDCResponse": [{"QueryResponse": groups}], "time": TIME})]

    found = books.fetch_changes(["Invoice", "Payment"], SINCE).rows
    assert found == {"Invoice": [{"Id": "1"}, stub], "Payment": []}


def test_a_full_feed_is_asked_again_type_by_type_and_what_is_still_full_is_queried(
    desk: Desk, books: QuickBooksAccounting
):
    feed = desk.web.rule = Feed(Invoice=1500, Payment=20, CreditMemo=0)

    changed = books.fetch_changes(["Invoice", "CreditMemo", "Payment"], SINCE)
    found, read_at = changed.rows, changed.read_at
    assert {entity: len(rows) for entity, rows in found.items()} == {
        "Invoice": 1500,
        "CreditMemo": 0,
        "Payment": 20,
    }
    assert feed.asked == ["Invoice,CreditMemo,Payment", "Invoice", "CreditMemo", "Payment"]
    assert len(feed.queried) == 2  # two pages of invoices
    assert f"MetaData.LastUpdatedTime >= '{SINCE.isoformat()}'" in feed.queried[0]
    assert read_at == READ_AT


def test_one_full_type_alone_is_queried_at_once(desk: Desk, books: QuickBooksAccounting):
    feed = desk.web.rule = Feed(Invoice=1000)

    found = books.fetch_changes(["Invoice"], SINCE).rows
    assert len(found["Invoice"]) == 1000
    assert feed.asked == ["Invoice"]
    assert feed.queried


def test_beyond_the_feeds_memory_everything_is_queried_inactive_names_too(
    desk: Desk, books: QuickBooksAccounting
):
    feed = desk.web.rule = Feed(Invoice=3, Customer=2)

    changed = books.fetch_changes(["Invoice", "Customer"], datetime.now(UTC) - timedelta(days=40))
    found, read_at = changed.rows, changed.read_at
    assert {entity: len(rows) for entity, rows in found.items()} == {"Invoice": 3, "Customer": 2}
    assert feed.asked == []
    assert "Active" not in feed.queried[0]
    assert "Active IN (true, false) AND MetaData.LastUpdatedTime" in feed.queried[1]
    assert read_at == READ_AT
    assert books.calls() == {"read": 1, "query": 2}


def test_types_the_feed_does_not_know_are_queried(desk: Desk, books: QuickBooksAccounting):
    feed = desk.web.rule = Feed(Invoice=1, TaxCode=4)

    found = books.fetch_changes(["Invoice", "TaxCode"], SINCE).rows
    assert len(found["TaxCode"]) == 4
    assert feed.asked == ["Invoice"]


@pytest.mark.parametrize(
    ("answer", "read_at"),
    [
        (Told(body={"CDCResponse": [], "time": 1730024394085}), datetime.fromtimestamp(1730024394.085, UTC)),
        (
            Told(body={"CDCResponse": [], "time": "2026-11-01T10:00:00Z"}),
            datetime(2026, 11, 1, 10, tzinfo=UTC),
        ),
    ],
    ids=["epoch milliseconds", "Z"],
)
def test_quickbooks_own_time_is_read_in_every_form(desk: Desk, books: QuickBooksAccounting, answer, read_at):
    desk.web.queue += [answer]

    assert books.fetch_changes(["Invoice"], SINCE).read_at == read_at


@pytest.mark.parametrize("time", [None, "2026-11-01T10:00:00", "nonsense"])
def test_without_a_usable_time_the_date_header_counts(desk: Desk, books: QuickBooksAccounting, time):
    desk.web.queue += [Told(body={"CDCResponse": [], "time": time})]

    assert abs(books.fetch_changes(["Invoice"], SINCE).read_at - datetime.now(UTC)) < timedelta(seconds=60)


# --- batches ---


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


# --- voids ---


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


def test_company_and_preferences_come_without_their_envelopes(desk: Desk, books: QuickBooksAccounting):
    assert books.read_company()["CompanyName"] == "Example Practice"
    assert books.read_preferences()["CurrencyPrefs"] == {"HomeCurrency": {"value": "AUD"}}
    assert books.calls() == {"read": 2}


def test_an_answer_without_any_time_is_not_taken_for_a_position_in_time():
    with pytest.raises(QboUnavailableError, match="no time"):
        _ = Reply({}, {"time": None}, "").answered_at


def test_a_feed_is_never_read_up_to_a_time_that_is_still_to_come(desk: Desk, books: QuickBooksAccounting):
    now = datetime.now(UTC)
    ahead, behind = now + timedelta(hours=7), now - timedelta(hours=7)
    desk.web.queue += [Told(body={"CDCResponse": [], "time": time.isoformat()}) for time in (ahead, behind)]
    assert now <= books.fetch_changes(["Payment"], behind).read_at <= datetime.now(UTC)
    assert books.fetch_changes(["Payment"], behind).read_at == behind


def test_objects_of_python_quickbooks_work_through_the_same_session(desk: Desk, books: QuickBooksAccounting):
    stored = {"Customer": {"Id": "5", "SyncToken": "0", "DisplayName": "Zoë"}}
    desk.web.queue += [Told(body=stored), Told(body={"QueryResponse": {"Customer": [stored["Customer"]]}})]
    customer = Customer()
    customer.DisplayName = "Zoë"

    customer.save(qb=books._client, request_id="r1")
    (found,) = Customer.filter(DisplayName="Zoë", qb=books._client)
    assert (customer.Id, found.DisplayName) == ("5", "Zoë")
    saved, asked = desk.api_calls()
    assert (saved.path, saved.params["requestid"]) == (f"/v3/company/{REALM}/customer", "r1")
    assert "requestid" not in asked.params
    assert "Zoë".encode() in asked.body
    assert books.calls() == {"write": 1, "query": 1}
