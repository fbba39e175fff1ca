"""Behaviours 4 and 16: batches and change data capture."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from qbo_emulator.testing import Books, Refused, Sandbox

LONG_AGO = "2000-01-01T00:00:00Z"


def customer_item(number: int, **fields: object) -> dict:
    return {"bId": str(number), "operation": "create", "Customer": {"DisplayName": f"B{number}", **fields}}


def test_items_fail_each_for_itself_and_the_status_is_200(books: Books) -> None:
    """4."""
    response = books.send(
        "POST", "batch", json={"BatchItemRequest": [customer_item(1), customer_item(2, Title="x" * 17)]}
    )
    first, second = response.json()["BatchItemResponse"]
    assert response.status_code == 200
    assert first["Customer"]["DisplayName"] == "B1"
    assert second["Fault"]["Error"][0]["code"] == "2050" and second["Fault"]["type"] == "ValidationFault"


def test_an_item_cannot_refer_to_another(books: Books) -> None:
    """4: items are independent; there is nothing to name an earlier item's result by."""
    invoice = {"bId": "2", "operation": "create", "Invoice": books.form({"Id": "bid:1"}, books.line(1))}
    answers = books.batch([customer_item(1), invoice])
    assert answers[1]["Fault"]["Error"][0]["code"] == "2500"


def test_thirty_items_are_the_most(books: Books) -> None:
    """4."""
    assert len(books.batch([customer_item(n) for n in range(30)])) == 30
    with pytest.raises(Refused) as refused:
        books.batch([customer_item(n) for n in range(31)])
    assert (refused.value.status, refused.value.code) == (400, "1040")


@pytest.mark.parametrize("body", [{}, {"BatchItemRequest": []}])
def test_an_empty_batch_is_malformed(books: Books, body: dict) -> None:
    """4."""
    with pytest.raises(Refused) as refused:
        books.ask("POST", "batch", json=body)
    assert (refused.value.code, refused.value.detail) == ("400", "Batch Request is Empty")
    assert refused.value.error["Message"] == "MalformedRequest"


def test_the_order_of_answers_is_not_promised(sandbox: Sandbox) -> None:
    """4."""
    books = sandbox.books(batch_answer_order="reversed")
    assert [answer["bId"] for answer in books.batch([customer_item(1), customer_item(2)])] == ["2", "1"]


def test_items_without_id_and_operation_are_creates(books: Books) -> None:
    answer = books.batch([{"Customer": {"DisplayName": "No bId"}}])[0]
    assert answer["Customer"]["DisplayName"] == "No bId" and "bId" not in answer


def test_a_batch_updates_voids_deletes_and_queries(books: Books) -> None:
    customer = books.customer()
    one, two, three = (books.invoice(customer, n) for n in (1, 2, 3))
    payment = books.pay(customer, 5)
    head = {name: payment[name] for name in ("Id", "SyncToken")}
    answers = books.batch(
        [
            {
                "bId": "1",
                "operation": "update",
                "Invoice": {**_head(one), "sparse": True, "PrivateNote": "n"},
            },
            {"bId": "2", "operation": "void", "Invoice": _head(two)},
            {"bId": "3", "operation": "delete", "Invoice": _head(three)},
            {"bId": "4", "operation": "update", "optionsData": "void", "Payment": {**head, "sparse": True}},
            {"bId": "5", "Query": f"select count(*) from Invoice where CustomerRef = '{customer['Id']}'"},
        ]
    )
    assert answers[0]["Invoice"]["PrivateNote"] == "n"
    assert books.again("Invoice", two)["TotalAmt"] == 0
    assert answers[2]["Invoice"]["status"] == "Deleted"
    assert books.again("Payment", payment)["TotalAmt"] == 0
    assert answers[4]["QueryResponse"] == {"totalCount": 2}


def _head(document: dict) -> dict:
    return {"Id": document["Id"], "SyncToken": document["SyncToken"]}


def test_deletions_are_stubs_behind_the_rest_and_voids_are_ordinary(books: Books) -> None:
    """16."""
    customer = books.customer()
    gone, voided, stays = (books.invoice(customer, n) for n in (1, 2, 3))
    books.delete("Invoice", gone)
    books.create("Invoice", _head(voided), operation="void")
    rows = books.cdc("Invoice", customer["MetaData"]["CreateTime"])[0]["Invoice"]
    assert {row["Id"] for row in rows[:2]} == {voided["Id"], stays["Id"]}
    stub = rows[-1]
    assert (stub["Id"], stub["status"], stub["domain"]) == (gone["Id"], "Deleted", "QBO")
    assert set(stub) == {"Id", "status", "domain", "MetaData"}
    assert next(row for row in rows if row["Id"] == voided["Id"])["TotalAmt"] == 0


def test_what_did_not_change_is_an_empty_group(books: Books) -> None:
    """16."""
    now = books.customer()["MetaData"]["CreateTime"]
    groups = books.cdc("Deposit,Customer", now)
    assert groups[0] == {} and groups[1]["maxResults"] == len(groups[1]["Customer"])


def test_a_moment_over_thirty_days_ago_is_refused(sandbox: Sandbox, books: Books) -> None:
    """16."""
    now = datetime.fromisoformat(sandbox.get("clock")["now"])
    books.cdc("Customer", now - timedelta(days=29))
    with pytest.raises(Refused) as refused:
        books.cdc("Customer", now - timedelta(days=31))
    assert refused.value.status == 400


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate", "TaxAgency", "Nonsense"])
def test_tax_tables_are_not_captured(books: Books, entity: str) -> None:
    """16."""
    with pytest.raises(Refused) as refused:
        books.cdc(f"Invoice,{entity}", books.customer()["MetaData"]["CreateTime"])
    assert refused.value.status == 400


def test_a_thousand_objects_and_no_word_of_more(sandbox: Sandbox, books: Books) -> None:
    """16: silently cut."""
    sandbox.do(f"{books.realm}/bulk", invoices=1200, customers=10)
    now = datetime.fromisoformat(sandbox.get("clock")["now"])
    groups = books.cdc("Customer,Invoice", now - timedelta(hours=1))
    assert sum(len(rows) for group in groups for rows in group.values() if isinstance(rows, list)) == 1000


def test_lag_hides_a_change_from_cdc_and_queries_but_not_from_a_read(sandbox: Sandbox) -> None:
    """20."""
    books = sandbox.books(lag_seconds=30)
    customer = books.customer()
    asked = f"select * from Customer where Id = '{customer['Id']}'"
    assert books.rows(asked) == [] and books.again("Customer", customer)["Id"] == customer["Id"]
    sandbox.do("clock", advance_seconds=31)
    assert [row["Id"] for row in books.rows(asked)] == [customer["Id"]]
