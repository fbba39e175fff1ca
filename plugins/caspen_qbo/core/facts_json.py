"""
Document facts to JSON and back, for keeping QuickBooks' answer beside the link. Amounts travel as texts.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.core.documents import DocumentFacts, LineFacts, LinkFacts, TaxFacts


def to_json(facts: DocumentFacts) -> dict[str, Any]:
    return {key: _plain(value) for key, value in asdict(facts).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def from_json(stored: dict[str, Any]) -> DocumentFacts:
    """:raises KeyError: written by a version that kept other facts."""
    return DocumentFacts(
        quickbooks_type=stored["quickbooks_type"],
        quickbooks_id=stored["quickbooks_id"],
        sync_token=stored["sync_token"],
        doc_number=stored["doc_number"],
        customer_id=stored["customer_id"],
        txn_date=_date(stored["txn_date"]),
        due_date=_date(stored["due_date"]),
        subtotal=Decimal(stored["subtotal"]),
        tax=Decimal(stored["tax"]),
        total=Decimal(stored["total"]),
        balance=Decimal(stored["balance"]),
        private_note=stored["private_note"],
        lines=tuple(_line(line) for line in stored["lines"]),
        links=tuple(
            LinkFacts(link["txn_type"], link["txn_id"], _decimal(link["amount"])) for link in stored["links"]
        ),
        created_at=_instant(stored["created_at"]),
        updated_at=_instant(stored["updated_at"]),
        account_id=stored["account_id"],
        taxes=tuple(
            TaxFacts(_decimal(tax["percent"]), Decimal(tax["amount"])) for tax in stored.get("taxes", ())
        ),
        deleted=stored["deleted"],
    )


def _line(stored: dict[str, Any]) -> LineFacts:
    return LineFacts(
        amount=Decimal(stored["amount"]),
        description=stored["description"],
        item_id=stored["item_id"],
        tax_code_id=stored["tax_code_id"],
        quantity=_decimal(stored["quantity"]),
        unit_price=_decimal(stored["unit_price"]),
        service_date=_date(stored["service_date"]),
        gross_amount=_decimal(stored["gross_amount"]),
    )


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
