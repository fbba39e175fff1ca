"""The query language, batches and CDC, asked of both sandboxes."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import Books, Refused, unique


def test_nothing_found_is_an_empty_response(books: Books) -> None:
    assert books.query(f"select * from Customer where DisplayName = '{unique()}'") == {}


def test_names_match_in_any_case(books: Books) -> None:
    customer = books.customer()
    found = books.rows(f"SELECT * FROM customer WHERE displayname = '{customer['DisplayName'].upper()}'")
    assert [row["Id"] for row in found] == [customer["Id"]]


def test_an_apostrophe_is_escaped_with_a_backslash(books: Books) -> None:
    name = f"Adam's {unique()}"
    customer = books.create("Customer", {"DisplayName": name})
    escaped = name.replace("'", "\\'")
    assert books.rows(f"select * from Customer where DisplayName = '{escaped}'")[0]["Id"] == customer["Id"]


def test_a_doubled_apostrophe_is_4000(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.query("select * from Customer where DisplayName = 'Adam''s'")
    assert (refused.value.status, refused.value.code) == (400, "4000")
    assert refused.value.detail.startswith("QueryParserError: Encountered ")


def test_or_is_4000(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.query("select * from Customer where Active = true or Active = false")
    assert refused.value.code == "4000"


def test_an_unknown_property_is_4001(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.query("select * from Invoice where NoSuchField = '1'")
    assert refused.value.code == "4001"
    assert "Property NoSuchField not found for Entity Invoice" in refused.value.detail


def test_inactive_names_are_hidden_unless_asked_for(books: Books) -> None:
    customer = books.customer()
    books.sparse("Customer", customer, Active=False)
    assert books.rows(f"select * from Customer where Id = '{customer['Id']}'") == []
    shown = books.rows(f"select * from Customer where Id = '{customer['Id']}' and Active in (true, false)")
    assert [row["Active"] for row in shown] == [False]


def test_max_results_is_what_came_and_pages_follow_on(books: Books) -> None:
    customer = books.customer()
    made = [books.invoice(customer)["Id"] for _ in range(3)]
    where = f"select * from Invoice where CustomerRef = '{customer['Id']}' order by Id"
    first = books.query(f"{where} startposition 1 maxresults 2")
    second = books.query(f"{where} startposition 3 maxresults 2")
    assert (first["startPosition"], first["maxResults"]) == (1, 2)
    assert (second["startPosition"], second["maxResults"]) == (3, 1)
    assert [row["Id"] for row in first["Invoice"] + second["Invoice"]] == made


def test_count_gives_a_total_only(books: Books) -> None:
    customer = books.customer()
    books.invoice(customer)
    count = books.query(f"select count(*) from Invoice where CustomerRef = '{customer['Id']}'")
    assert count == {"totalCount": 1}


def test_a_batch_answers_200_with_faults_among_successes(books: Books) -> None:
    name = f"Batch {unique()}"
    answers = books.batch(
        [
            {"bId": "1", "operation": "create", "Customer": {"DisplayName": name}},
            {"bId": "2", "operation": "create", "Customer": {"DisplayNam": name}},
            {"bId": "3", "Query": f"select * from Customer where DisplayName = '{name}'"},
        ]
    )
    by_id = {answer["bId"]: answer for answer in answers}
    assert by_id["1"]["Customer"]["DisplayName"] == name
    assert by_id["2"]["Fault"]["Error"][0]["code"] == "2010"
    assert "QueryResponse" in by_id["3"]


def test_cdc_gives_an_empty_group_for_what_did_not_change(books: Books) -> None:
    customer = books.customer()
    groups = books.cdc("Customer,Deposit", customer["MetaData"]["LastUpdatedTime"])
    assert customer["Id"] in [row["Id"] for row in groups[0]["Customer"]]
    assert groups[1] == {}
