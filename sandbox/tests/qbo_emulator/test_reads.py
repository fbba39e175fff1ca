"""Behaviours 19, 20 and 24: what comes back is not what was sent."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from qbo_emulator.entities.forms.sales_form import reflowed
from qbo_emulator.testing import GB, Books, Refused, Sandbox
from qbo_emulator.values.money import amount_number, dec, plain_number


def test_numbers_are_json_numbers_with_zero_bare(books: Books) -> None:
    """19."""
    body = books.form(books.customer(), books.line("14.50", Qty="1", UnitPrice="14.5"))
    text = books.send("POST", "invoice", json=body).text
    assert '"TotalAmt":14.5,' in text and '"Amount":14.5,' in text and '"Qty":1,' in text
    assert '"TotalTax":0,' in text


def test_amount_text_and_back_is_exact() -> None:
    for text in ("0.1", "362.07", "99999999999.99", "-0.01", "1861.08"):
        assert dec(amount_number(Decimal(text))) == Decimal(text)
    assert (amount_number(Decimal("0.00")), plain_number(Decimal("4.000"))) == (0, 4)
    assert json.dumps(amount_number(Decimal(100))) == "100.0"


def test_read_only_fields_are_overwritten(books: Books) -> None:
    """19."""
    customer = books.customer(BalanceWithJobs=77, FullyQualifiedName="x:y", Level=4)
    assert (customer["Balance"], customer["FullyQualifiedName"]) == (0, customer["DisplayName"])
    invoice = books.invoice(
        customer, 10, TotalAmt=99, Balance=98, HomeTotalAmt=97, LinkedTxn=[{"TxnId": "1"}]
    )
    assert (invoice["TotalAmt"], invoice["Balance"], invoice["LinkedTxn"]) == (10, 10, [])


def test_a_subtotal_line_is_added_without_id_or_number(books: Books) -> None:
    """19: and an echoed one is not counted."""
    invoice = books.create("Invoice", books.form(books.customer(), books.line(10), books.line(5)))
    assert invoice["Line"][-1] == {"Amount": 15, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    again = books.update("Invoice", invoice)
    assert [line["DetailType"] for line in again["Line"]].count("SubTotalLineDetail") == 1 and again[
        "TotalAmt"
    ] == 15


def test_a_described_subtotal_is_filled_in(books: Books) -> None:
    text = {"DetailType": "DescriptionOnly", "Description": "Subtotal:", "DescriptionLineDetail": {}}
    invoice = books.create("Invoice", books.form(books.customer(), books.line(10), text, books.line(5)))
    assert invoice["Line"][1]["Description"] == "Subtotal: 10.00"


def test_a_line_without_an_item_counts_for_nothing(books: Books) -> None:
    line = {
        "Amount": 50,
        "DetailType": "SalesItemLineDetail",
        "Description": "note",
        "SalesItemLineDetail": {},
    }
    invoice = books.create("Invoice", books.form(books.customer(), books.line(10), line))
    assert invoice["TotalAmt"] == 10 and invoice["Line"][1]["DetailType"] == "DescriptionOnly"


def test_references_come_with_their_name_or_without(books: Books) -> None:
    """19."""
    invoice = books.invoice(books.customer(DisplayName="Named"))
    detail = invoice["Line"][0]["SalesItemLineDetail"]
    assert invoice["CustomerRef"]["name"] == "Named" and "name" in detail["ItemRef"]
    assert "name" not in detail["TaxCodeRef"]


def test_absent_is_absent_and_never_null(books: Books) -> None:
    """19."""
    text = books.send("GET", f"customer/{books.customer()['Id']}").text
    assert "null" not in text and "Notes" not in text


def test_stamps_are_in_data_centre_time(sandbox: Sandbox, books: Books) -> None:
    """20: never UTC."""
    sandbox.do("clock", now="2026-07-15T03:00:00+00:00", speed=0)
    sandbox.do(f"{books.realm}/switches", limits=False)
    books.token = sandbox.do("token")["access_token"]
    assert books.customer()["MetaData"]["CreateTime"] == "2026-07-14T20:00:00-07:00"
    sandbox.do("clock", now="2026-12-15T03:00:00+00:00")
    books.token = sandbox.do("token")["access_token"]
    assert books.customer()["MetaData"]["CreateTime"] == "2026-12-14T19:00:00-08:00"


def test_a_transaction_without_a_date_gets_the_pacific_day(sandbox: Sandbox, books: Books) -> None:
    """20: just after midnight in Sydney it is the day before."""
    sandbox.do("clock", now="2026-07-15T00:05:00+10:00")
    books.token = sandbox.do("token")["access_token"]
    customer = books.customer()
    assert books.invoice(customer)["TxnDate"] == "2026-07-14"
    assert books.pay(customer, 1)["TxnDate"] == "2026-07-14"
    assert books.invoice(customer, TxnDate="2026-07-15T00:00:00+10:00")["TxnDate"] == "2026-07-15"


def test_an_updated_address_comes_back_as_bare_lines(books: Books) -> None:
    """24: a naive compare-and-push never ends."""
    address = {"Line1": "1 Pitt St", "City": "Sydney", "CountrySubDivisionCode": "NSW", "PostalCode": "2000"}
    invoice = books.invoice(books.customer(), BillAddr=address)
    assert invoice["BillAddr"] == address
    changed = books.sparse("Invoice", invoice, PrivateNote="x")
    assert changed["BillAddr"] == {"Line1": "1 Pitt St", "Line2": "Sydney NSW 2000"}


def test_long_addresses_keep_every_word() -> None:
    full = {f"Line{n}": f"line {n}" for n in range(1, 6)} | {"City": "Perth", "Country": "AUS"}
    flat = reflowed(full)
    assert set(flat) == {f"Line{n}" for n in range(1, 6)}
    assert flat["Line5"] == "line 5, Perth, AUS"


def test_a_customers_address_is_the_forms_default(books: Books) -> None:
    customer = books.customer(BillAddr={"Line1": "9 High St", "Country": "Australia"})
    assert books.invoice(customer)["BillAddr"]["Line1"] == "9 High St"


def test_tax_numbers_come_back_masked(books: Books) -> None:
    """24."""
    assert books.customer(PrimaryTaxIdentifier="51824753556")["PrimaryTaxIdentifier"] == "XXXXXX53556"


def test_company_addresses_have_three_letter_countries(sandbox: Sandbox) -> None:
    """24."""
    for books, code in ((sandbox.books(), "AUS"), (sandbox.books(GB), "GBR")):
        info = books.ask("GET", "companyinfo/1")["CompanyInfo"]
        assert (info["CompanyAddr"]["Country"], info["Country"]) == (code, code[:2])


def test_latitude_and_longitude_are_not_returned(books: Books) -> None:
    assert books.customer(BillAddr={"Line1": "x", "Lat": "1", "Long": "2"})["BillAddr"] == {"Line1": "x"}


def test_placeholders_of_client_libraries_are_taken(books: Books) -> None:
    """What python-quickbooks puts into every new invoice."""
    line = books.line(100, TaxInclusiveAmt=0, Qty=0, UnitPrice=0, ServiceDate="")
    line |= {"Id": None, "LineNum": 0, "LinkedTxn": [], "CustomField": []}
    body = books.form(
        books.customer(),
        line,
        Id=None,
        SyncToken=0,
        sparse=False,
        domain="QBO",
        Deposit=0,
        Balance=0,
        DueDate="",
        ShipDate="",
        TrackingNum="",
        TotalAmt="",
        TxnDate="",
        PrivateNote="",
        InvoiceLink="",
        HomeBalance=0,
        HomeTotalAmt=0,
        FreeFormAddress=False,
        ExchangeRate=1,
        PrintStatus="NotSet",
        EmailStatus="NotSet",
        GlobalTaxCalculation="TaxExcluded",
        AllowIPNPayment=True,
        CustomField=[],
        LinkedTxn=[],
        CurrencyRef={"value": "", "name": "", "type": ""},
    )
    assert books.create("Invoice", body)["TotalAmt"] == 100


def test_an_empty_delivery_time_is_refused_on_update(books: Books) -> None:
    invoice = books.invoice(books.customer())
    with pytest.raises(Refused):
        books.sparse("Invoice", invoice, DeliveryInfo={"DeliveryType": "Email", "DeliveryTime": ""})


def test_numbers_may_come_as_text_and_ids_as_numbers(books: Books) -> None:
    customer = books.customer()
    body = {"CustomerRef": {"value": int(customer["Id"])}, "TotalAmt": "12.30", "Line": []}
    payment = books.create("Payment", body)
    assert payment["TotalAmt"] == 12.3 and payment["CustomerRef"]["value"] == customer["Id"]
    assert books.update("Payment", {**payment, "Id": int(payment["Id"]), "SyncToken": 0})["SyncToken"] == "1"
