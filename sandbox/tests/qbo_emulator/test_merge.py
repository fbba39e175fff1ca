"""Merging two names into one."""

from __future__ import annotations

import json

import pytest

from qbo_emulator.service.person import ACTIONS
from qbo_emulator.testing import AU, Books, Refused, Sandbox


def merged(sandbox: Sandbox, gone: dict, kept: dict, entity: str = "Customer") -> dict:
    return sandbox.person("merge", entity=entity, **{"from": gone["Id"], "into": kept["Id"]})


def test_documents_move_and_their_tokens_with_them(sandbox: Sandbox, books: Books) -> None:
    kept, gone = books.customer(DisplayName="Stays"), books.customer(DisplayName="Goes")
    invoice = books.invoice(gone, 100)
    payment = books.pay(gone, 30, ("Invoice", invoice, 30))
    memo = books.credit(gone, 5)
    invoice = books.again("Invoice", invoice)
    survivor = merged(sandbox, gone, kept)
    assert survivor["Id"] == kept["Id"] and int(survivor["SyncToken"]) > int(kept["SyncToken"])
    assert books.again("Customer", kept)["Balance"] == 65
    for entity, old in (("Invoice", invoice), ("Payment", payment), ("CreditMemo", memo)):
        new = books.again(entity, old)
        assert new["CustomerRef"] == {"value": kept["Id"], "name": "Stays"}
        assert int(new["SyncToken"]) > int(old["SyncToken"])
    assert [row["Id"] for row in books.rows(f"select * from Invoice where CustomerRef = '{kept['Id']}'")] == [
        invoice["Id"]
    ]
    with pytest.raises(Refused) as refused:
        books.sparse("Invoice", invoice, PrivateNote="x")
    assert refused.value.code == "5010"
    books.pay(kept, 70, ("Invoice", books.again("Invoice", invoice), 70))


def test_the_merged_name_stays_inactive_and_is_free(sandbox: Sandbox, books: Books) -> None:
    kept, gone = books.customer(), books.customer(DisplayName="Goes")
    books.invoice(gone)
    merged(sandbox, gone, kept)
    left = books.again("Customer", gone)
    assert (left["Active"], left["DisplayName"], left["Balance"]) == (False, "Goes (deleted)", 0)
    assert books.rows(f"select * from Customer where Id = '{gone['Id']}'") == []
    books.customer(DisplayName="Goes")


def test_or_it_is_gone(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/switches", merged_name="gone")
    kept, gone = books.customer(), books.customer()
    merged(sandbox, gone, kept)
    with pytest.raises(Refused) as refused:
        books.again("Customer", gone)
    assert refused.value.code == "610"
    rows = books.cdc("Customer", kept["MetaData"]["CreateTime"])[0]["Customer"]
    assert rows[-1]["Id"] == gone["Id"] and rows[-1]["status"] == "Deleted"


def test_the_feed_shows_what_moved(sandbox: Sandbox, books: Books) -> None:
    kept, gone = books.customer(), books.customer()
    invoice = books.invoice(gone)
    sandbox.do("clock", advance_seconds=600)
    since = sandbox.get("clock")["now"]
    sandbox.do("clock", advance_seconds=5)
    merged(sandbox, gone, kept)
    customers, invoices = books.cdc("Customer,Invoice", since)
    assert {row["Id"] for row in customers["Customer"]} == {kept["Id"], gone["Id"]}
    assert [row["Id"] for row in invoices["Invoice"]] == [invoice["Id"]]


def test_subcustomers_move_up(sandbox: Sandbox, books: Books) -> None:
    kept, gone = books.customer(), books.customer()
    child = books.customer(ParentRef={"value": gone["Id"]})
    merged(sandbox, gone, kept)
    assert books.again("Customer", child)["ParentRef"]["value"] == kept["Id"]


def test_both_forms_of_the_notification_name_the_merged_one(sandbox: Sandbox, books: Books) -> None:
    kept, gone = books.customer(), books.customer()
    company = sandbox.world.companies[AU]
    sandbox.world.webhooks.collect([company])
    company.changes.clear()
    ACTIONS["merge"](company, {"from": gone["Id"], "into": kept["Id"]})
    events = [(AU, change) for change in company.changes]
    (cloud,) = sandbox.world.webhooks.cloud_events(events)
    assert (cloud["type"], cloud["intuitentityid"], cloud["data"]) == (
        "qbo.customer.merged.v1",
        kept["Id"],
        {"deletedid": gone["Id"]},
    )
    legacy = sandbox.world.webhooks.legacy(events)
    (entity,) = legacy["eventNotifications"][0]["dataChangeEvent"]["entities"]
    assert (entity["operation"], entity["id"], entity["deletedId"]) == ("Merge", kept["Id"], gone["Id"])
    assert json.dumps(legacy)


def test_vendors_merge_too(sandbox: Sandbox, books: Books) -> None:
    kept, gone = (books.create("Vendor", {"DisplayName": f"Supplier {n}"}) for n in (1, 2))
    merged(sandbox, gone, kept, "Vendor")
    assert books.again("Vendor", gone)["Active"] is False


def test_only_names_of_one_currency_merge(sandbox: Sandbox, books: Books) -> None:
    sandbox.person("enable-multi-currency")
    kept, gone = books.customer(), books.customer(CurrencyRef={"value": "USD"})
    asked = {"entity": "Customer", "from": gone["Id"], "into": kept["Id"]}
    answer = sandbox.http.post(f"/_sandbox/{AU}/person/merge", json=asked)
    assert answer.status_code == 400 and "currencies" in answer.json()["Fault"]["Error"][0]["Detail"]
    same = {**asked, "into": gone["Id"]}
    assert sandbox.http.post(f"/_sandbox/{AU}/person/merge", json=same).status_code == 422


def test_a_document_moves_that_has_the_number_of_the_survivor(sandbox: Sandbox, books: Books) -> None:
    """Ids count for each kind apart."""
    kept, gone = books.customer(), books.customer()
    made = [books.invoice(gone) for _ in range(int(kept["Id"]) + 1)]
    merged(sandbox, gone, kept)
    assert kept["Id"] in {invoice["Id"] for invoice in made}
    assert {books.again("Invoice", one)["CustomerRef"]["value"] for one in made} == {kept["Id"]}
