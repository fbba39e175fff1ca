"""Behaviours 12, 13 and 23: one list of names, document numbers, lengths and characters."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import Books, Refused, Sandbox


def refused(call, *arguments, **fields) -> Refused:
    with pytest.raises(Refused) as caught:
        call(*arguments, **fields)
    return caught.value


@pytest.mark.parametrize("entity", ["Customer", "Vendor", "Employee"])
@pytest.mark.parametrize("name", ["riverside medical supplies", "ALEX NGUYEN", "Walk-in Client"])
def test_a_name_is_unique_over_customers_vendors_and_employees(books: Books, entity: str, name: str) -> None:
    """12."""
    fault = refused(books.create, entity, {"DisplayName": name, "GivenName": "G", "FamilyName": "F"})
    assert fault.code == "6240" and fault.error["Message"] == "Duplicate Name Exists Error"
    assert fault.detail == (
        "The name supplied already exists. : Another customer, vendor or employee is already using this "
        "\nname. "
        "Please use a different name."
    )


def test_inactive_is_marked_deleted_and_its_name_is_free(books: Books) -> None:
    """12."""
    first = books.create("Customer", {"DisplayName": "Pat"})
    gone = books.sparse("Customer", first, Active=False)
    assert (gone["DisplayName"], gone["FullyQualifiedName"]) == ("Pat (deleted)", "Pat (deleted)")
    books.create("Customer", {"DisplayName": "Pat"})
    assert refused(books.sparse, "Customer", gone, Active=True).code == "6240"
    back = books.sparse("Customer", gone, Active=True, DisplayName="Pat 2")
    assert back["DisplayName"] == "Pat 2"


def test_a_customer_who_owes_cannot_be_made_inactive(books: Books) -> None:
    customer = books.customer()
    books.invoice(customer)
    fault = refused(books.sparse, "Customer", books.again("Customer", customer), Active=False)
    assert fault.code == "6220" and "non-zero balance" in fault.detail


def test_a_display_name_is_built_from_its_parts(books: Books) -> None:
    made = books.create("Customer", {"Title": "Dr", "GivenName": "Ada", "FamilyName": "King", "Suffix": "II"})
    assert made["DisplayName"] == "Dr Ada King II"
    assert refused(books.create, "Customer", {"CompanyName": "Only a company"}).code == "6080"


def test_a_display_name_survives_being_blanked(books: Books) -> None:
    customer = books.create("Customer", {"DisplayName": "Stays"})
    assert books.sparse("Customer", customer, DisplayName="")["DisplayName"] == "Stays"


def test_sub_customers_are_named_by_their_parents_to_five_levels(books: Books) -> None:
    parent = books.create("Customer", {"DisplayName": "L0"})
    for level in range(1, 5):
        body = {"DisplayName": f"L{level}", "ParentRef": {"value": parent["Id"]}, "Job": True}
        parent = books.create("Customer", body)
    assert parent["FullyQualifiedName"] == "L0:L1:L2:L3:L4"
    assert (
        refused(books.create, "Customer", {"DisplayName": "L5", "ParentRef": {"value": parent["Id"]}}).code
        == "6180"
    )


@pytest.mark.parametrize("bad", ["a:b", "a\tb", "a\nb"])
def test_colon_tab_and_newline_are_no_name(books: Books, bad: str) -> None:
    """23."""
    assert refused(books.create, "Customer", {"DisplayName": bad}).code == "2040"


@pytest.mark.parametrize(
    ("field", "most"),
    [
        ("DisplayName", 500),
        ("Title", 16),
        ("GivenName", 100),
        ("CompanyName", 100),
        ("PrintOnCheckName", 110),
        ("ResaleNum", 16),
        ("Notes", 2000),
    ],
)
def test_too_long_is_2050_with_the_lengths(books: Books, field: str, most: int) -> None:
    """23."""
    body = {"DisplayName": f"N{field}", field: "x" * most}
    books.create("Customer", body)
    fault = refused(books.create, "Customer", {**body, "DisplayName": "Other", field: "y" * (most + 1)})
    assert fault.code == "2050"
    assert fault.detail == (
        "String length specified does not match the supported length. "
        f"Min:0 Max:{most:,} supported. Supplied length:{most + 1:,}"
    )


def test_memos_have_their_lengths_too(books: Books) -> None:
    """23: the published example."""
    fault = refused(books.invoice, books.customer(), CustomerMemo={"value": "x" * 1001})
    assert fault.detail.endswith("Min:0 Max:1,000 supported. Supplied length:1,001")
    assert refused(books.invoice, books.customer(), PrivateNote="x" * 4001).code == "2050"


@pytest.mark.parametrize("address", ["plain", "a@b", "a b@c.de"])
def test_an_address_without_at_or_dot_is_2210(books: Books, address: str) -> None:
    """23."""
    body = {"DisplayName": "Mail", "PrimaryEmailAddr": {"Address": address}}
    fault = refused(books.create, "Customer", body)
    assert fault.code == "2210" and "RFC 822" in fault.error["Message"]


def test_a_postal_address_has_two_thousand_characters_in_all(books: Books) -> None:
    """23."""
    lines = {f"Line{n}": "x" * 450 for n in range(1, 6)}
    assert refused(books.create, "Customer", {"DisplayName": "Far", "BillAddr": lines}).code == "2050"


# --- 13: document numbers


def test_with_custom_numbers_yours_is_kept_and_none_is_none(books: Books) -> None:
    """13."""
    assert books.invoice(books.customer(), DocNumber="INV-7")["DocNumber"] == "INV-7"
    assert "DocNumber" not in books.invoice(books.customer())


def test_custom_numbers_can_still_be_asked_to_count(books: Books) -> None:
    assert books.invoice(books.customer(), DocNumber="AUTO_GENERATE")["DocNumber"] == "1001"


def test_without_them_quickbooks_counts_and_yours_may_come_twice(sandbox: Sandbox) -> None:
    """13."""
    books = sandbox.books(custom_txn_numbers=False)
    assert books.ask("GET", "preferences")["Preferences"]["SalesFormsPrefs"]["CustomTxnNumbers"] is False
    numbers = [books.invoice(books.customer()).get("DocNumber") for _ in range(2)]
    assert numbers == ["1001", "1002"]
    assert books.invoice(books.customer(), DocNumber="1004")["DocNumber"] == "1004"
    assert [books.invoice(books.customer())["DocNumber"] for _ in range(2)] == ["1003", "1004"]


def test_or_yours_is_ignored(sandbox: Sandbox) -> None:
    """13."""
    books = sandbox.books(custom_txn_numbers=False, ignore_supplied_numbers=True)
    assert books.invoice(books.customer(), DocNumber="MINE")["DocNumber"] == "1001"


def test_two_invoices_may_have_one_number(books: Books) -> None:
    """13: accepted in silence unless the company warns."""
    customer = books.customer()
    books.invoice(customer, DocNumber="D-1")
    books.invoice(customer, DocNumber="D-1")
    assert books.query("select count(*) from Invoice where DocNumber = 'D-1'") == {"totalCount": 2}


def test_a_warning_company_names_the_other_transaction(sandbox: Sandbox) -> None:
    """13."""
    books = sandbox.books(warn_duplicate_numbers=True)
    customer = books.customer()
    first = books.invoice(customer, DocNumber="18696")
    fault = refused(books.invoice, customer, DocNumber="18696")
    assert (fault.status, fault.code) == (400, "6140")
    assert fault.error["Message"] == "Duplicate Document Number Error"
    assert fault.detail == (
        "Duplicate Document Number Error : You must specify a different number. This number has already "
        f"been used. DocNumber=18696 is assigned to TxnType=Invoice with TxnId={first['Id']}"
    )
    body = books.form(customer, books.line(1), DocNumber="18696")
    books.create("Invoice", body, include="allowduplicatedocnum")
    books.credit(customer, DocNumber="18696")
    assert refused(books.credit, customer, DocNumber="18696").code == "6140"


def test_an_update_may_keep_its_own_number(sandbox: Sandbox) -> None:
    books = sandbox.books(warn_duplicate_numbers=True)
    invoice = books.invoice(books.customer(), DocNumber="K-1")
    assert books.sparse("Invoice", invoice, PrivateNote="x")["DocNumber"] == "K-1"


def test_a_deleted_invoices_number_is_free(sandbox: Sandbox) -> None:
    books = sandbox.books(warn_duplicate_numbers=True)
    customer = books.customer()
    books.delete("Invoice", books.invoice(customer, DocNumber="F-1"))
    books.invoice(customer, DocNumber="F-1")


def test_a_number_has_21_characters(books: Books) -> None:
    """13."""
    books.invoice(books.customer(), DocNumber="x" * 21)
    assert (
        "Max:21 supported. Supplied length:22"
        in refused(books.invoice, books.customer(), DocNumber="x" * 22).detail
    )
