"""Creating, reading, changing, voiding and deleting: what QuickBooks documents, asked of both sandboxes."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import Books, Refused, unique


def test_a_created_invoice_has_text_ids_number_amounts_and_a_subtotal_line(books: Books) -> None:
    invoice = books.invoice(books.customer(), "12.50")
    assert isinstance(invoice["Id"], str) and invoice["SyncToken"] == "0"
    assert invoice["TotalAmt"] == 12.5 and not isinstance(invoice["TotalAmt"], str)
    assert invoice["Line"][-1]["DetailType"] == "SubTotalLineDetail"
    assert "Id" not in invoice["Line"][-1]


def test_meta_data_times_carry_an_offset_and_no_fraction(books: Books) -> None:
    stamp = books.customer()["MetaData"]["CreateTime"]
    assert len(stamp) == len("2014-09-18T14:43:23-07:00") and "." not in stamp


def test_supplied_totals_are_overwritten(books: Books) -> None:
    customer = books.customer()
    invoice = books.create("Invoice", books.form(customer, books.line(10), TotalAmt=999, Balance=5))
    assert (invoice["TotalAmt"], invoice["Balance"]) == (10, 10)


def test_a_stale_sync_token_is_5010(books: Books) -> None:
    customer = books.customer()
    books.sparse("Customer", customer, Notes="first")
    with pytest.raises(Refused) as refused:
        books.sparse("Customer", customer, Notes="second")
    assert (refused.value.status, refused.value.code) == (400, "5010")


def test_a_sparse_update_keeps_the_rest_and_a_full_one_nulls_it(books: Books) -> None:
    customer = books.customer(Notes="keep", CompanyName="Company")
    sparse = books.sparse("Customer", customer, CompanyName="Other")
    assert (sparse["Notes"], sparse["CompanyName"]) == ("keep", "Other")
    head = {"Id": sparse["Id"], "SyncToken": sparse["SyncToken"], "DisplayName": sparse["DisplayName"]}
    full = books.update("Customer", head)
    assert "Notes" not in full and "CompanyName" not in full


def test_an_unknown_property_is_2010(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayNam": "misspelt"})
    assert refused.value.code == "2010"


def test_a_wrapped_entity_is_2010(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"Customer": {"DisplayName": unique()}})
    assert refused.value.code == "2010"


def test_a_missing_object_is_610_with_status_400(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.read("Invoice", "99999999")
    assert (refused.value.status, refused.value.code) == (400, "610")


def test_an_over_long_document_number_is_2050_with_both_lengths(books: Books) -> None:
    with pytest.raises(Refused) as refused:
        books.invoice(books.customer(), DocNumber="x" * 25)
    assert refused.value.code == "2050"
    assert "Max:21" in refused.value.detail and "Supplied length:25" in refused.value.detail


def test_an_amount_that_is_not_price_times_quantity_is_6070(books: Books) -> None:
    line = books.line("1861.07", Qty="128.35", UnitPrice="14.5")
    with pytest.raises(Refused) as refused:
        books.create("Invoice", books.form(books.customer(), line))
    assert refused.value.code == "6070"
    assert refused.value.detail.endswith("Supplied value:1,861.07")
    books.create("Invoice", books.form(books.customer(), {**line, "Amount": "1861.08"}))


def test_a_name_of_any_case_is_6240_without_the_other_id(books: Books) -> None:
    customer = books.customer()
    with pytest.raises(Refused) as refused:
        books.create("Customer", {"DisplayName": customer["DisplayName"].upper()})
    assert refused.value.code == "6240"


def test_an_inactive_customer_frees_its_name(books: Books) -> None:
    customer = books.customer()
    gone = books.sparse("Customer", customer, Active=False)
    assert gone["DisplayName"] == customer["DisplayName"] + " (deleted)"
    books.create("Customer", {"DisplayName": customer["DisplayName"]})


def test_a_deleted_invoice_is_610_and_a_stub_in_cdc(books: Books) -> None:
    invoice = books.invoice(books.customer())
    answer = books.delete("Invoice", invoice)
    assert answer["status"] == "Deleted"
    with pytest.raises(Refused) as refused:
        books.again("Invoice", invoice)
    assert refused.value.code == "610"
    group = books.cdc("Invoice", invoice["MetaData"]["LastUpdatedTime"])[0]
    stubs = {row["Id"]: row for row in group["Invoice"] if row.get("status") == "Deleted"}
    assert invoice["Id"] in stubs and "TotalAmt" not in stubs[invoice["Id"]]


def test_a_voided_invoice_stays_with_nothing_on_it(books: Books) -> None:
    invoice = books.invoice(books.customer())
    books.create("Invoice", {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}, operation="void")
    voided = books.again("Invoice", invoice)
    assert (voided["TotalAmt"], voided["Balance"]) == (0, 0)
    assert voided["PrivateNote"].startswith("Voided")


def test_a_misspelt_operation_is_an_update_without_lines_2020(books: Books) -> None:
    invoice = books.invoice(books.customer())
    with pytest.raises(Refused) as refused:
        books.create("Invoice", {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"]}, operate="void")
    assert refused.value.code == "2020"


def test_request_ids_replay_the_first_answer(books: Books) -> None:
    key, body = unique(), {"DisplayName": f"Once {unique()}"}
    first = books.send("POST", "customer", json=body, params={"requestid": key})
    second = books.send("POST", "customer", json=body, params={"requestid": key})
    assert first.status_code == second.status_code == 200
    assert first.json()["Customer"]["Id"] == second.json()["Customer"]["Id"]
