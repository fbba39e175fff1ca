"""What a line says, where it goes and what never leaves Caspen. Whole documents are tests/golden/."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.posting.mapping import (
    can_be_corrected,
    describe_line,
    map_customer,
    map_invoice,
    map_payment,
)
from caspen_qbo.core.records import Allocation, Client, CreditNote, CreditNoteLine, Invoice, InvoiceLine
from tests.support.records import a_client, a_context, a_line, an_allocation, an_invoice


@pytest.mark.parametrize("kind", ["service", "class", "activity", "package", "custom", "product"])
def test_products_go_to_the_product_item_and_everything_else_to_the_service_item(kind):
    sent = map_invoice(an_invoice(a_line(kind=kind)), customer_id="58", context=a_context())
    item = sent["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"]
    assert item == ("20" if kind == "product" else "19")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (a_line(), "Consultation"),
        (a_line(item_code="PHY45"), "Consultation (PHY45)"),
        (a_line(item_code=" "), "Consultation"),
        (a_line(service_date=date(2026, 11, 3)), "Consultation, 3 Nov 2026"),
        (
            a_line("150.00", discount=("percentage", "10.0000")),
            "Consultation. Discount 10 %: 15.00 off 150.00",
        ),
        (
            a_line("150.00", discount=("percentage", "33.3333")),
            "Consultation. Discount 33.3333 %: 50.00 off 150.00",
        ),
        (a_line("150.00", discount=("fixed", "20")), "Consultation. Discount: 20.00 off 150.00"),
        (a_line("150.00", discount=("percentage", "100")), "Consultation. Discount 100 %: 150.00 off 150.00"),
        (a_line("150.00", discount=("fixed", "0")), "Consultation"),
        (a_line(name="  ", kind="package"), "Package"),
    ],
)
def test_descriptions(line, text):
    assert describe_line(line) == text


@given(st.text(max_size=5000), st.text(max_size=60))
def test_any_description_fits_and_a_cut_is_visible(name, code):
    line = a_line("150.00", discount=("percentage", "10"), name=name, item_code=code)
    text = describe_line(line)
    assert len(text) <= 4000
    assert text.endswith(". Discount 10 %: 15.00 off 150.00")
    if len(name.strip()) > 4000:
        assert "…. Discount" in text


@pytest.mark.parametrize(
    ("record", "private"),
    [
        (Client, {"preferred_name", "date_of_birth", "phone_number", "address_line1", "notes"}),
        (InvoiceLine, {"description"}),
        (CreditNote, {"reason"}),
        (CreditNoteLine, {"description"}),
        (Allocation, {"description", "payment_description"}),
        (Invoice, {"notes", "description"}),
    ],
)
def test_health_information_has_no_place_to_travel_in(record, private):
    """Nothing reads these, so nothing can send them."""
    assert not {field.name for field in fields(record)} & private


def test_a_customer_is_names_and_email_only():
    sent = map_customer(a_client(email="ann@example.com"))
    assert set(sent) == {"DisplayName", "GivenName", "FamilyName", "PrimaryEmailAddr"}
    assert "PrimaryEmailAddr" not in map_customer(a_client(email="ann@example.com"), with_email=False)


def test_every_document_carries_its_mark():
    sent = map_invoice(an_invoice(a_line()), customer_id="58", context=a_context())
    assert read_marker(sent["PrivateNote"]) == (7, "invoice", 501)
    paid = map_payment(
        an_allocation(), customer_id="58", invoice_id="131", currency="AUD", context=a_context()
    )
    assert read_marker(paid["PrivateNote"]) == (7, "payment", 21)


@pytest.mark.parametrize(
    ("mode", "first_form_has_another"), [("exclusive", True), ("inclusive", True), ("none", False)]
)
def test_a_document_is_corrected_once_at_most(mode, first_form_has_another):
    rate = None if mode == "none" else 1
    invoice = an_invoice(a_line("1.00", mode=mode, rate=rate), mode=mode)
    first = map_invoice(invoice, customer_id="58", context=a_context())
    second = map_invoice(invoice, customer_id="58", context=a_context(), corrected=True)
    assert can_be_corrected(first) is first_form_has_another
    assert not can_be_corrected(second)


def test_numbers_are_sent_without_exponents():
    sent = map_invoice(an_invoice(a_line("0.0100", "10000.0000")), customer_id="58", context=a_context())
    detail = sent["Line"][0]["SalesItemLineDetail"]
    assert [str(detail[name]) for name in ("Qty", "UnitPrice")] == ["10000", "0.01"]
    assert sent["Line"][0]["Amount"] == Decimal("100.00")
