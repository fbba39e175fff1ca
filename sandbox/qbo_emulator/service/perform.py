"""Doing what a call asks, in one company."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities import Kind, Options
from qbo_emulator.entities.tax import create_tax_code
from qbo_emulator.query import run_query
from qbo_emulator.query.pseudo import PSEUDO_CODES, pseudo_tax_code
from qbo_emulator.rules.currency import currency_ref, rate_of_day
from qbo_emulator.service.calls import Call
from qbo_emulator.service.cdc import changed_since
from qbo_emulator.service.reports import report
from qbo_emulator.service.uploads import upload
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.money import plain_number

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count "
    b"1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def perform(company: Company, call: Call) -> dict[str, Any]:  # noqa: C901  a line a kind of call
    """The answer without its ``time``; batches are the caller's.

    :raises ApplicationFault: QuickBooks refuses.
    """
    if call.is_write:
        check_subscription(company)
    if call.operation == "query":
        text = call.params.get("query", "") if call.method == "GET" else call.decoded()
        return {"QueryResponse": run_query(company, text)}
    if call.operation == "cdc":
        return changed_since(company, call.params)
    if call.operation == "report":
        return report(company, call.segments[1], call.params)
    if call.operation == "upload":
        return upload(company, call.content_type, call.text)
    if call.operation == "exchange_rate":
        return {"ExchangeRate": rate_answer(company, call.params)}
    if call.operation is None or call.kind is None:
        raise faults.unsupported_operation(call.endpoint or "unknown")
    if call.segments[0] == "taxservice":
        return create_tax_code(company, call.json())
    if call.operation == "read":
        return {call.kind.name: read_one(company, call.kind, call.segments)}
    if call.operation == "send":
        return {call.kind.name: send(company, call)}
    return {call.kind.name: write(company, call.kind, call.operation, call.json(), call.options())}


def rate_answer(company: Company, params: dict[str, str]) -> Document:
    """``exchangerate?sourcecurrencycode=…&asofdate=…``: the rate of a day, today's by default."""
    code = params.get("sourcecurrencycode")
    if not code:
        raise faults.required("sourcecurrencycode")
    day = params.get("asofdate") or company.clock.data_centre_today().isoformat()
    currency_ref(company, code)
    return {
        "SourceCurrencyCode": code,
        "TargetCurrencyCode": company.home_currency,
        "Rate": plain_number(rate_of_day(company, code, day)),
        "AsOfDate": day,
        "domain": "QBO",
        "sparse": False,
        "MetaData": {"LastUpdatedTime": company.now_stamp()},
    }


def check_subscription(company: Company) -> None:
    """6190 for writes to a company whose subscription ended; reads go on."""
    if not company.subscription_active:
        raise faults.subscription_ended()


def write(company: Company, kind: Kind, operation: str, body: Any, options: Options) -> Document:
    """One of the four verbs on a bare entity."""
    if operation == "create":
        return kind.create(company, body, options)
    if operation == "update":
        return kind.update(company, body, options)
    if operation == "delete":
        return kind.delete(company, body, options)
    return kind.void(company, body, options)


def read_one(company: Company, kind: Kind, segments: tuple[str, ...]) -> Document:
    """One document by Id, current even when queries lag behind; 610 when there is none."""
    if kind.name in ("CompanyInfo", "Preferences"):
        return company.info if kind.name == "CompanyInfo" else company.preferences
    row_id = segments[1]
    if kind.name == "TaxCode" and company.tax_codes_are_us() and row_id in PSEUDO_CODES:
        return pseudo_tax_code(company, row_id)
    found = company.get(kind.name, row_id)
    spoilt = company.unreadable.get((kind.name, row_id))
    if found and spoilt:
        raise faults.application_error() if spoilt.how == "500" else faults.not_found()
    if found is None:
        raise faults.not_found(company.was_deleted(kind.name, row_id))
    return found


def send(company: Company, call: Call) -> Document:
    """E-mail a form: marks it sent, to ``sendTo`` or its own address (6420 without one)."""
    assert call.kind is not None
    document = read_one(company, call.kind, call.segments)
    address = call.params.get("sendTo") or document.get("BillEmail", {}).get("Address")
    if "EmailStatus" not in document:
        raise faults.unsupported_operation("send")
    if not address:
        raise faults.validation(6420, "Email address is required", "Email address is required", "BillEmail")
    return company.bump(
        call.kind.name,
        document,
        {
            "EmailStatus": "EmailSent",
            "BillEmail": {"Address": address},
            "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": company.now_stamp()},
        },
    )


def downloaded(company: Company, call: Call) -> tuple[bytes, str]:
    """An uploaded file, with its content type."""
    assert call.kind is not None
    document = read_one(company, call.kind, call.segments)
    return company.files.get(document["Id"], b""), document.get("ContentType", "application/octet-stream")


def printed(company: Company, call: Call) -> bytes:
    """A form as PDF: one blank page, for the shape of the answer."""
    assert call.kind is not None
    read_one(company, call.kind, call.segments)
    return PDF
