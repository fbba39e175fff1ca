"""Golden cases: a Caspen document in ``caspen.json`` next to the QuickBooks document in
``expected.qbo.json``.

What every case shares (the practice's choices and QuickBooks' lists) is ``tests/golden/books.json``; a case
changes parts of it under ``books``. Caspen's amounts are texts, QuickBooks' numbers; both are Decimals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from caspen_qbo.core.posting.mapping import (
    MappingContext,
    map_application,
    map_credit_memo,
    map_customer,
    map_invoice,
    map_payment,
)
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
from caspen_qbo.hooks.quickbooks.wire import encode

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
CASES = GOLDEN / "cases"
CASPEN = "caspen.json"
EXPECTED = "expected.qbo.json"
A_MOMENT = datetime.fromisoformat("2026-11-03T09:30:00+11:00")
"""Stamps do not reach QuickBooks; a case leaves them out."""


def case_folders(root: Path = CASES) -> list[Path]:
    """Every folder below ``root``, whatever is in it: a folder that lacks a file must fail, not vanish."""
    return sorted(path for path in root.iterdir() if path.is_dir())


def read_json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)


def map_case(case: Mapping[str, Any]) -> dict[str, Any]:
    """The QuickBooks document our mapping makes of a case."""
    context = read_context(case.get("books", {}))
    given: dict[str, Any] = {"customer_id": str(case.get("customer_id", "58"))}
    match case["document"]:
        case "customer":
            return map_customer(
                read_client(case["client"]), with_email=not case.get("email_was_refused", False)
            )
        case "invoice":
            corrected = bool(case.get("second_form", False))
            return map_invoice(read_invoice(case["invoice"]), context=context, corrected=corrected, **given)
        case "credit_note":
            note = read_credit_note(case["credit_note"])
            return map_credit_memo(note, currency=case.get("currency", "AUD"), context=context, **given)
        case "application":
            note = read_credit_note(case["credit_note"])
            return map_application(
                note,
                invoice_id=case["invoice_id"],
                credit_memo_id=case["credit_memo_id"],
                amount=Decimal(case["still_to_apply"]),
                context=context,
                **given,
            )
        case "payment":
            allocation = read_allocation(case["payment"])
            currency = case.get("currency", "AUD")
            return map_payment(
                allocation, invoice_id=case["invoice_id"], currency=currency, context=context, **given
            )
    raise ValueError(f"document is {case['document']!r}")


def as_sent(document: Mapping[str, Any]) -> Any:
    """A document as it travels: through the hook's own JSON and back, amounts as Decimals."""
    return json.loads(encode(document), parse_float=Decimal)


def printed(document: Any) -> str:
    """A document as a golden file, with every digit as it is sent."""
    tree = json.loads(encode(document), parse_float=_Number)
    return json.dumps(tree, indent=2, ensure_ascii=False, default=str) + "\n"


class _Number(float):
    """A JSON number that prints the digits it was read with."""

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number._text = text  # type: ignore[attr-defined]
        return number

    def __repr__(self) -> str:
        return self._text  # type: ignore[attr-defined]


def read_context(changes: Mapping[str, Any]) -> MappingContext:
    books = {**read_json(GOLDEN / "books.json"), **changes}
    tax_codes = {
        code["id"]: TaxCode(
            code["id"],
            code["name"],
            True,
            tuple(RatePart(part["rate_id"], Decimal(part["percent"])) for part in code["rates"]),
        )
        for code in books["tax_codes"]
    }
    methods = {
        entry["id"]: ListEntry(entry["id"], entry["name"], "", True) for entry in books["payment_methods"]
    }
    company = CompanyFacts(
        "Harbour Allied Health",
        "AU",
        books["home_currency"],
        books["multi_currency"],
        True,
        False,
        True,
        None,
        "",
    )
    return MappingContext(
        Choices(books["payment_account"], books["service_item"], books["product_item"]),
        Reference(company, tax_codes, {}, {}, methods),
        {int(rate): code_id for rate, code_id in books["tax_code_by_caspen_rate"].items()},
    )


def read_client(given: Mapping[str, Any]) -> Client:
    return Client(given["id"], 7, given["first_name"], given.get("last_name"), given.get("email"))


def read_invoice(given: Mapping[str, Any]) -> Invoice:
    total = Decimal(given["total"])
    return Invoice(
        given["id"],
        7,
        given["number"],
        given.get("client_id", 31415),
        date.fromisoformat(given["issue_date"]),
        date.fromisoformat(given["due_date"]),
        "open",
        TaxMode(given["tax_mode"]),
        given.get("currency", "AUD"),
        Decimal(given["subtotal"]),
        Decimal(given["tax_total"]),
        total,
        total,
        A_MOMENT,
        A_MOMENT,
        None,
        None,
        None,
        1,
        A_MOMENT,
        "Not synced",
        None,
        tuple(_line(position, line) for position, line in enumerate(given["lines"], start=1)),
    )


def _line(position: int, given: Mapping[str, Any]) -> InvoiceLine:
    return InvoiceLine(
        position,
        position,
        given["kind"],
        _text(given["name"]),
        given.get("item_code"),
        _day(given.get("service_date")),
        Decimal(given["quantity"]),
        Decimal(given["unit_price"]),
        given.get("discount_type", "none"),
        Decimal(given.get("discount_value", 0)),
        Decimal(given.get("discount_amount", "0.00")),
        given.get("tax_rate"),
        Decimal(given["tax_percent"]),
        Decimal(given["amount"]),
        Decimal(given["tax_amount"]),
    )


def read_credit_note(given: Mapping[str, Any]) -> CreditNote:
    return CreditNote(
        given["id"],
        7,
        given["number"],
        given["invoice"],
        "issued",
        date.fromisoformat(given["issue_date"]),
        TaxMode(given["tax_mode"]),
        Decimal(given["subtotal"]),
        Decimal(given["tax_total"]),
        Decimal(given["total"]),
        A_MOMENT,
        None,
        A_MOMENT,
        tuple(
            CreditNoteLine(
                position,
                position,
                Decimal(line["quantity"]),
                Decimal(line["amount"]),
                line.get("tax_rate"),
                Decimal(line["tax_percent"]),
                Decimal(line["tax_amount"]),
                line["kind"],
                line["name"],
                line.get("item_code"),
                _day(line.get("service_date")),
            )
            for position, line in enumerate(given["lines"], start=1)
        ),
    )


def read_allocation(given: Mapping[str, Any]) -> Allocation:
    return Allocation(
        given["id"],
        7,
        given["payment_id"],
        given["invoice"],
        Decimal(given["amount"]),
        A_MOMENT,
        None,
        A_MOMENT,
        given["number"],
        given["method"],
        date.fromisoformat(given["date"]),
        Decimal(given["payment_amount"]),
        "paid",
        "manual",
        None,
    )


def _text(given: Any) -> str:
    """Long texts are written as ``{"repeat": "word ", "times": 900}`` so that a case stays readable."""
    return given["repeat"] * given["times"] if isinstance(given, Mapping) else given


def _day(given: str | None) -> date | None:
    return date.fromisoformat(given) if given else None
