"""Queries page by page, their text, and what else is read with the same client."""

from __future__ import annotations

import re
from typing import Any

import pytest
from quickbooks.objects.customer import Customer

from caspen_qbo.core.query_text import is_queryable, like_pattern, quote
from caspen_qbo.errors import QboUnavailableError
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from tests.integration.quickbooks.conftest import TIME
from tests.support.desk import REALM, Desk
from tests.support.scripted import Seen, Told


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


def test_company_and_preferences_come_without_their_envelopes(desk: Desk, books: QuickBooksAccounting):
    assert books.read_company()["CompanyName"] == "Example Practice"
    assert books.read_preferences()["CurrencyPrefs"] == {"HomeCurrency": {"value": "AUD"}}
    assert books.calls() == {"read": 2}


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
