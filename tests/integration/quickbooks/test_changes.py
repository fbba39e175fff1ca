"""The change feed: what it brings, what it cannot hold and is queried, and up to which time it was read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from caspen_qbo.errors import QboUnavailableError
from caspen_qbo.hooks.quickbooks.call import Reply
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from tests.integration.quickbooks.conftest import TIME
from tests.support.desk import Desk
from tests.support.scripted import Seen, Told

READ_AT = datetime(2026, 11, 1, 17, 0, 0, 250_000, tzinfo=UTC)


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


def test_an_answer_without_any_time_is_not_taken_for_a_position_in_time():
    with pytest.raises(QboUnavailableError, match="no time"):
        _ = Reply({}, {"time": None}, "").answered_at


def test_a_feed_is_never_read_up_to_a_time_that_is_still_to_come(desk: Desk, books: QuickBooksAccounting):
    now = datetime.now(UTC)
    ahead, behind = now + timedelta(hours=7), now - timedelta(hours=7)
    desk.web.queue += [Told(body={"CDCResponse": [], "time": time.isoformat()}) for time in (ahead, behind)]
    assert now <= books.fetch_changes(["Payment"], behind).read_at <= datetime.now(UTC)
    assert books.fetch_changes(["Payment"], behind).read_at == behind
