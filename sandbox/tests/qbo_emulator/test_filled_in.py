"""Everything a bookkeeper can fill in: stored, kept by a sparse update, taken away by a full one."""

from __future__ import annotations

from typing import Any

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox

ADDRESS = {"Line1": "1 Long Street", "City": "Sydney", "CountrySubDivisionCode": "NSW", "PostalCode": "2000"}
FORM: dict[str, Any] = {
    "CustomerMemo": {"value": "Thank you"},
    "PrivateNote": "Statement memo",
    "BillEmail": {"Address": "a@example.com"},
    "BillEmailCc": {"Address": "b@example.com"},
    "BillEmailBcc": {"Address": "c@example.com"},
    "BillAddr": ADDRESS,
    "ShipAddr": ADDRESS,
    "ShipMethodRef": {"value": "Courier"},
    "ShipDate": "2026-07-03",
    "TrackingNum": "TRACK-9",
    "PrintStatus": "NeedToPrint",
    "EmailStatus": "NeedToSend",
}
DEFAULTS = {"PrintStatus": "NotSet", "EmailStatus": "NotSet"}
ONLINE = ("AllowOnlineACHPayment", "AllowOnlineCreditCardPayment", "AllowIPNPayment")


def head(document: dict[str, Any]) -> dict[str, str]:
    return {"Id": document["Id"], "SyncToken": document["SyncToken"]}


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo"])
def test_a_form_keeps_all_of_it_until_a_full_update_without(
    sandbox: Sandbox, books: Books, entity: str
) -> None:
    sandbox.do(f"{AU}/switches", address_reflow=False)
    customer = books.customer()
    document = books.create(entity, books.form(customer, books.line(10), **FORM))
    assert {name: document[name] for name in FORM} == FORM
    document = books.sparse(entity, document, DocNumber="N-1")
    assert {name: document[name] for name in FORM} == FORM
    document = books.update(entity, {**books.form(customer, books.line(10)), **head(document)})
    assert {name: document[name] for name in FORM if name in document} == DEFAULTS
    assert "DocNumber" not in document


def test_an_invoices_own_properties(books: Books) -> None:
    term = books.rows("select * from Term where Name = 'Net 14'")[0]
    flags = dict.fromkeys(ONLINE, True)
    term_ref = {"SalesTermRef": {"value": term["Id"]}}
    invoice = books.invoice(books.customer(), TxnDate="2026-07-01", **term_ref, **flags)
    assert (invoice["SalesTermRef"]["name"], invoice["DueDate"]) == ("Net 14", "2026-07-15")
    assert all(invoice[name] is True for name in ONLINE)
    line = books.line(10, ServiceDate="2026-06-30")
    changed = books.sparse("Invoice", invoice, Line=[{**line, "Id": invoice["Line"][0]["Id"]}])
    assert changed["Line"][0]["SalesItemLineDetail"]["ServiceDate"] == "2026-06-30"
    assert all(changed[name] is True for name in ONLINE) and changed["DueDate"] == "2026-07-15"
    customer = {"Id": invoice["CustomerRef"]["value"]}
    full = books.update("Invoice", {**books.form(customer, books.line(10)), **head(changed)})
    assert "SalesTermRef" not in full and not any(full[name] for name in ONLINE)


def test_a_sparse_null_or_empty_text_takes_one_away(books: Books) -> None:
    invoice = books.create("Invoice", books.form(books.customer(), books.line(1), **FORM))
    changed = books.sparse("Invoice", invoice, TrackingNum="", CustomerMemo=None)
    assert "TrackingNum" not in changed and "CustomerMemo" not in changed
    assert changed["PrivateNote"] == "Statement memo"


def test_descriptions_and_subtotals_stay_between_the_lines(books: Books) -> None:
    text = {"DetailType": "DescriptionOnly", "Description": "Package of two"}
    subtotal = {"DetailType": "DescriptionOnly", "Description": "Subtotal:"}
    lines = [books.line(10), text, books.line(5), subtotal]
    invoice = books.create("Invoice", books.form(books.customer(), *lines))
    shown = [(line["DetailType"], line.get("Description")) for line in invoice["Line"]]
    assert shown == [
        ("SalesItemLineDetail", None),
        ("DescriptionOnly", "Package of two"),
        ("SalesItemLineDetail", None),
        ("DescriptionOnly", "Subtotal: 15.00"),
        ("SubTotalLineDetail", None),
    ]
    again = books.sparse("Invoice", invoice, Line=invoice["Line"])
    assert again["Line"] == invoice["Line"]


def test_a_payment_keeps_all_of_it_too(books: Books) -> None:
    method = books.rows("select * from PaymentMethod where Name = 'Cheque'")[0]
    bank = books.rows("select * from Account where AccountType = 'Bank'")[0]
    fields: dict[str, Any] = {
        "PaymentRefNum": "CHQ 77",
        "PrivateNote": "By post",
        "PaymentMethodRef": {"value": method["Id"]},
        "DepositToAccountRef": {"value": bank["Id"]},
        "TxnDate": "2026-07-02",
    }
    customer = books.customer()
    payment = books.pay(customer, 5, **fields)
    assert {name: payment[name] for name in fields} == fields
    payment = books.sparse("Payment", payment, TotalAmt=6)
    assert {name: payment[name] for name in fields} == fields
    body = {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 6, **head(payment)}
    full = books.update("Payment", body)
    assert not {"PaymentRefNum", "PrivateNote", "PaymentMethodRef"} & set(full)
    assert full["DepositToAccountRef"] != fields["DepositToAccountRef"]


def test_a_customer_keeps_all_of_it_too(books: Books) -> None:
    term = books.rows("select * from Term where Name = 'Net 7'")[0]
    fields: dict[str, Any] = {
        "Notes": "Prefers mornings",
        "PrimaryPhone": {"FreeFormNumber": "02 5550 1"},
        "Mobile": {"FreeFormNumber": "0400 1"},
        "Fax": {"FreeFormNumber": "02 5550 2"},
        "AlternatePhone": {"FreeFormNumber": "02 5550 3"},
        "PrimaryEmailAddr": {"Address": "client@example.com"},
        "WebAddr": {"URI": "https://example.com"},
        "BillAddr": ADDRESS,
        "ShipAddr": ADDRESS,
        "SalesTermRef": {"value": term["Id"]},
        "PreferredDeliveryMethod": "Email",
        "ResaleNum": "R-1",
        "GivenName": "Ann",
        "CompanyName": "Ann Pty Ltd",
        "PrintOnCheckName": "Ann Printed",
    }
    customer = books.customer(Taxable=False, **fields)
    assert {name: customer[name] for name in fields} == fields and customer["Taxable"] is False
    customer = books.sparse("Customer", customer, FamilyName="Lee")
    assert {name: customer[name] for name in fields} == fields and customer["Taxable"] is False
    full = books.update("Customer", {"DisplayName": customer["DisplayName"], **head(customer)})
    left = set(fields) & set(full)
    assert left == {"PreferredDeliveryMethod", "PrintOnCheckName"}
    assert full["PreferredDeliveryMethod"] == "None" and full["PrintOnCheckName"] == full["DisplayName"]


def test_custom_fields_are_those_the_company_defined(sandbox: Sandbox, books: Books) -> None:
    sandbox.person("define-custom-field", id="1", name="Referrer")
    sandbox.person("define-custom-field", id="3", name="Room")
    prefs = books.ask("GET", "preferences")["Preferences"]["SalesFormsPrefs"]["CustomField"]
    assert prefs[1]["CustomField"][0]["StringValue"] == "Referrer"
    sent = [
        {"DefinitionId": "1", "Type": "StringType", "StringValue": "Dr No"},
        {"DefinitionId": "2", "Type": "StringType", "StringValue": "not defined"},
    ]
    invoice = books.invoice(books.customer(), CustomField=sent)
    assert invoice["CustomField"] == [
        {"DefinitionId": "1", "Name": "Referrer", "Type": "StringType", "StringValue": "Dr No"},
        {"DefinitionId": "3", "Name": "Room", "Type": "StringType"},
    ]
    assert books.sparse("Invoice", invoice, PrivateNote="x")["CustomField"] == invoice["CustomField"]
    sandbox.person("define-custom-field", id="3", name=None)
    assert len(books.invoice(books.customer())["CustomField"]) == 1


@pytest.fixture
def bundle(sandbox: Sandbox, books: Books) -> dict[str, Any]:
    """Two consultations at 98 and a report at 60, sold together."""
    items = {row["Name"]: row["Id"] for row in books.rows("select * from Item")}
    parts = [
        {"ItemRef": {"value": items["Standard Consultation"]}, "Qty": 2},
        {"ItemRef": {"value": items["Report Writing"]}},
    ]
    document = {"Name": "Package", "Type": "Group", "ItemGroupDetail": {"ItemGroupLine": parts}}
    return sandbox.person("create", entity="Item", document=document)


def test_a_bundle_is_sold_by_its_parts(books: Books, bundle: dict[str, Any]) -> None:
    group = {"GroupItemRef": {"value": bundle["Id"]}, "Quantity": 2}
    line = {"DetailType": "GroupLineDetail", "GroupLineDetail": group}
    invoice = books.create("Invoice", books.form(books.customer(), books.line(10), line))
    assert invoice["TotalAmt"] == 10 + 2 * (2 * 98 + 60)
    stored = invoice["Line"][1]
    assert (stored["DetailType"], stored["Amount"]) == ("GroupLineDetail", 512)
    assert [part["Amount"] for part in stored["GroupLineDetail"]["Line"]] == [392, 120]
    again = books.sparse("Invoice", invoice, Line=invoice["Line"])
    assert again["Line"] == invoice["Line"] and again["TotalAmt"] == invoice["TotalAmt"]
    books.create("Invoice", head(again), operation="void")
    assert books.again("Invoice", invoice)["TotalAmt"] == 0


def test_only_a_person_makes_a_bundle(books: Books, bundle: dict[str, Any]) -> None:
    detail = {"ItemGroupLine": [{"ItemRef": {"value": books.service}}]}
    with pytest.raises(Refused) as refused:
        books.create("Item", {"Name": "Mine", "Type": "Group", "ItemGroupDetail": detail})
    assert refused.value.code == "2170"
    books.sparse("Item", bundle, Description="Cheaper together")


def test_a_number_in_another_letter_case_is_the_same_number(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/switches", warn_duplicate_numbers=True)
    first = books.invoice(books.customer(), DocNumber="inv-7a")
    with pytest.raises(Refused) as refused:
        books.invoice(books.customer(), DocNumber="INV-7A")
    assert refused.value.code == "6140" and f"TxnId={first['Id']}" in refused.value.detail
    assert [row["Id"] for row in books.rows("select * from Invoice where DocNumber = 'Inv-7a'")] == [
        first["Id"]
    ]
