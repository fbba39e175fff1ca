"""Builders of core values: `an_invoice(a_line("100.00"))`, `a_context()`, `a_client()`, `facts()`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

from caspen_qbo.core.documents import DocumentFacts, LineFacts, LinkFacts
from caspen_qbo.core.posting.mapping import MappingContext
from caspen_qbo.core.records import (
    Allocation,
    Client,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    TaxMode,
)
from caspen_qbo.core.reference import Choices, CompanyFacts, ListEntry, RatePart, Reference, TaxCode
from caspen_seed.arithmetic import compute_line

LINE_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""When the workspace of these tests was first connected."""
BEFORE, AFTER = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)
GST, FREE = 1, 2
"""Caspen tax rate ids, linked to tax codes 10 and 12."""
PERCENTS = {GST: Decimal("10.0000"), FREE: Decimal("0.0000")}


def a_line(
    price: str = "100.00",
    quantity: str = "1",
    *,
    mode: str = "exclusive",
    rate: int | None = GST,
    percent: Decimal | None = None,
    **changes: Any,
) -> InvoiceLine:
    """A line with the amounts Caspen computes for it."""
    tax_percent = PERCENTS.get(rate or 0, Decimal(0)) if percent is None else percent
    discount = changes.pop("discount", ("none", "0"))
    money = compute_line(
        quantity,
        price,
        discount_type=discount[0],
        discount_value=discount[1],
        tax_mode=cast("Any", mode),
        tax_percent=tax_percent,
    )
    line = InvoiceLine(
        1,
        1,
        "service",
        "Consultation",
        None,
        None,
        Decimal(quantity),
        Decimal(price),
        discount[0],
        Decimal(discount[1]),
        money.discount_amount,
        rate,
        tax_percent,
        money.amount,
        money.tax_amount,
    )
    return replace(line, **changes)


def an_invoice(*lines: InvoiceLine, mode: str = "exclusive", **changes: Any) -> Invoice:
    """A finalised invoice that adds up, unless ``changes`` say otherwise."""
    amount, tax = (
        sum((x.amount for x in lines), Decimal("0.00")),
        sum((x.tax_amount for x in lines), Decimal("0.00")),
    )
    subtotal = amount - tax if mode == "inclusive" else amount
    invoice = Invoice(
        501,
        7,
        "INV-0501",
        31415,
        date(2026, 11, 3),
        date(2026, 11, 17),
        "open",
        TaxMode(mode),
        "AUD",
        subtotal,
        tax,
        subtotal + tax,
        subtotal + tax,
        AFTER,
        AFTER,
        None,
        None,
        None,
        1,
        AFTER,
        "Not synced",
        None,
        tuple(lines),
    )
    return replace(invoice, **changes)


def a_credit_note(**changes: Any) -> CreditNote:
    """A credit note of 100.00 and 10.00 tax on invoice 501."""
    line = CreditNoteLine(
        1,
        1,
        Decimal(1),
        Decimal("100.00"),
        GST,
        Decimal("10.0000"),
        Decimal("10.00"),
        "service",
        "Consultation",
        None,
        None,
    )
    note = CreditNote(
        9,
        7,
        "CN-0009",
        501,
        "issued",
        date(2026, 11, 10),
        TaxMode.EXCLUSIVE,
        Decimal("100.00"),
        Decimal("10.00"),
        Decimal("110.00"),
        AFTER,
        None,
        AFTER,
        (line,),
    )
    return replace(note, **changes)


def an_allocation(**changes: Any) -> Allocation:
    allocation = Allocation(
        21,
        7,
        77,
        501,
        Decimal("110.00"),
        AFTER,
        None,
        AFTER,
        "PAY-0077",
        "EFTPOS",
        date(2026, 11, 5),
        Decimal("110.00"),
        "paid",
        "manual",
        None,
    )
    return replace(allocation, **changes)


def a_client(
    client_id: int = 8831415, first: str = "Ann", last: str | None = "Lee", email: str | None = None
) -> Client:
    return Client(client_id, 7, first, last, email)


def a_code(code_id: str, name: str, *percents: str, active: bool = True) -> TaxCode:
    parts = tuple(
        RatePart(f"{code_id}{index}", Decimal(percent)) for index, percent in enumerate(percents, start=1)
    )
    return TaxCode(code_id, name, active, parts)


def a_context(
    *,
    codes: Mapping[str, TaxCode] | None = None,
    links: Mapping[int, str] | None = None,
    items: tuple[ListEntry, ...] | None = None,
    accounts: tuple[ListEntry, ...] | None = None,
    **company: Any,
) -> MappingContext:
    """A practice with everything in order: items 19 and 20, account 35, GST and GST free linked."""
    facts = CompanyFacts("Clinic", "AU", "AUD", False, True, False, True, None, "")
    entries = items or (
        ListEntry("19", "Services", "Service", True),
        ListEntry("20", "Products", "NonInventory", True),
    )
    banks = accounts or (ListEntry("35", "Bank", "Bank", True),)
    default = {"10": a_code("10", "GST", "10"), "12": a_code("12", "GST free", "0")}
    return MappingContext(
        Choices("35", "19", "20"),
        Reference(
            replace(facts, **company),
            default if codes is None else codes,
            {e.id: e for e in entries},
            {e.id: e for e in banks},
            {},
        ),
        {GST: "10", FREE: "12"} if links is None else links,
    )


def facts(quickbooks_type: str = "Invoice", **changes: Any) -> DocumentFacts:
    """An invoice of 110.00 as QuickBooks answers it, with every optional fact present."""
    line = LineFacts(
        Decimal("100.00"),
        "Consultation",
        "19",
        "10",
        Decimal("1"),
        Decimal("100"),
        date(2026, 11, 3),
        Decimal("110.00"),
    )
    document = DocumentFacts(
        quickbooks_type,
        "131",
        "0",
        "INV-0501",
        "58",
        date(2026, 11, 3),
        date(2026, 11, 17),
        Decimal("100.00"),
        Decimal("10.00"),
        Decimal("110.00"),
        Decimal("110.00"),
        "Caspen invoice INV-0501 [caspen:7:invoice:501]",
        (line,),
        (LinkFacts("Payment", "140", Decimal("10.00")),),
        AFTER,
        AFTER,
        "35",
    )
    return replace(document, **changes)
