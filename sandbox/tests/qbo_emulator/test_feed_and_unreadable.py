"""A feed that errs, and records that cannot be read."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox

LONG = timedelta(hours=1)


def since(sandbox: Sandbox) -> datetime:
    return datetime.fromisoformat(sandbox.get("clock")["now"]) - LONG


def rows(group: dict) -> list[dict]:
    return next((value for value in group.values() if isinstance(value, list)), [])


def test_a_living_object_is_shown_as_deleted(sandbox: Sandbox, books: Books) -> None:
    invoice = books.invoice(books.customer())
    sandbox.do(f"{AU}/feed", false_deletions=[{"entity": "Invoice", "id": invoice["Id"]}])
    (stub,) = rows(books.cdc("Invoice", since(sandbox))[0])
    assert (stub["Id"], stub["status"]) == (invoice["Id"], "Deleted")
    assert books.again("Invoice", invoice)["TotalAmt"] == 100
    assert sandbox.http.request("DELETE", f"/_sandbox/{AU}/feed").json()["false_deletions"] == []
    assert "status" not in rows(books.cdc("Invoice", since(sandbox))[0])[0]


def test_the_cap_counts_deletions_and_says_nothing(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    invoices = [books.invoice(customer) for _ in range(4)]
    books.delete("Invoice", invoices[0])
    sandbox.do(f"{AU}/feed", cap=4)
    customers, found = books.cdc("Customer,Invoice", since(sandbox))
    assert len(rows(customers)) + len(rows(found)) == 4
    assert all("status" not in row for row in rows(found))
    sandbox.do(f"{AU}/feed", cap_scope="per_entity")
    found = books.cdc("Customer,Invoice", since(sandbox))[1]
    assert len(rows(found)) == 4 and rows(found)[-1]["status"] == "Deleted"
    assert found["totalCount"] == 4


def test_the_documented_cap_cuts_deletions_off(sandbox: Sandbox, books: Books) -> None:
    gone = books.invoice(books.customer())
    books.delete("Invoice", gone)
    sandbox.do(f"{AU}/bulk", invoices=1000, customers=1)
    found = rows(books.cdc("Invoice", since(sandbox))[0])
    assert len(found) == 1000 and all("status" not in row for row in found)


def test_a_late_feed_is_behind_the_queries(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/feed", late_seconds=120)
    invoice, gone = (books.invoice(books.customer()) for _ in range(2))
    books.delete("Invoice", gone)
    assert books.rows(f"select * from Invoice where Id = '{invoice['Id']}'")
    assert books.cdc("Invoice", since(sandbox)) == [{}]
    sandbox.do("clock", advance_seconds=130)
    assert [row["Id"] for row in rows(books.cdc("Invoice", since(sandbox))[0])] == [invoice["Id"], gone["Id"]]


def test_objects_and_whole_entities_are_missing(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    lost, stays = books.invoice(customer), books.invoice(customer)
    books.pay(customer, 5)
    missing = [{"entity": "Invoice", "id": lost["Id"]}]
    sandbox.do(f"{AU}/feed", missing=missing, missing_entities=["Payment"])
    invoices, payments = books.cdc("Invoice,Payment", since(sandbox))
    assert [row["Id"] for row in rows(invoices)] == [stays["Id"]] and payments == {}


def test_a_feed_setting_that_is_none_is_explained(sandbox: Sandbox) -> None:
    answer = sandbox.http.post(f"/_sandbox/{AU}/feed", json={"speed": 1})
    assert answer.status_code == 422 and "late_seconds" in answer.json()["error"]


@pytest.mark.parametrize(("how", "status", "code"), [("500", 500, "10000"), ("610", 400, "610")])
def test_an_unreadable_record_spoils_its_page(
    sandbox: Sandbox, books: Books, how: str, status: int, code: str
) -> None:
    customer = books.customer()
    bad, good = books.invoice(customer), books.invoice(customer)
    sandbox.do(f"{AU}/unreadable", entity="Invoice", id=bad["Id"], how=how)
    with pytest.raises(Refused) as refused:
        books.again("Invoice", bad)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert books.again("Invoice", good)["Id"] == good["Id"]
    page = "select * from Invoice orderby Id startposition {} maxresults 1"
    for position in (1, 2):
        asked = page.format(position)
        if position == 1:
            with pytest.raises(Refused) as refused:
                books.query(asked)
            assert refused.value.status == 500
        else:
            assert [row["Id"] for row in books.rows(asked)] == [good["Id"]]
    with pytest.raises(Refused):
        books.cdc("Invoice", since(sandbox))
    (answer,) = books.batch([{"bId": "1", "Query": "select * from Invoice"}])
    assert answer["Fault"]["Error"][0]["code"] == "10000"
    sandbox.http.request("DELETE", f"/_sandbox/{AU}/unreadable")
    assert len(books.rows("select * from Invoice")) == 2


def test_a_hidden_customer_is_nowhere_to_be_seen(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer(DisplayName="Not for you")
    record = {"entity": "Customer", "id": customer["Id"]}
    sandbox.do(f"{AU}/unreadable", how="hidden", **record)
    for asked in ("select * from Customer where DisplayName = 'Not for you'", "select * from Customer"):
        assert customer["Id"] not in [row["Id"] for row in books.rows(asked)]
    assert customer["Id"] not in [row["Id"] for row in rows(books.cdc("Customer", since(sandbox))[0])]
    with pytest.raises(Refused) as refused:
        books.again("Customer", customer)
    assert refused.value.code == "610"
    with pytest.raises(Refused) as refused:
        books.customer(DisplayName="Not for you")
    assert refused.value.code == "6240"
    sandbox.http.request("DELETE", f"/_sandbox/{AU}/unreadable", json=record)
    assert books.again("Customer", customer)


def test_a_record_that_is_not_there_and_a_way_that_is_none(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    for asked in (
        {"entity": "Customer", "id": "99"},
        {"entity": "Customer", "id": customer["Id"], "how": "x"},
    ):
        assert sandbox.http.post(f"/_sandbox/{AU}/unreadable", json=asked).status_code == 422
