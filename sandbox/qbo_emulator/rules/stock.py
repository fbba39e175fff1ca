"""Inventory items: what selling and returning does to the quantity on hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.money import ZERO, dec, plain_number


def check_stock_dates(company: Company, lines: list[dict[str, Any]], txn_date: str) -> None:
    """6270 for a transaction dated before an inventory item's start date."""
    for item_id in _quantities(lines):
        item = company.get("Item", item_id)
        if item and item.get("TrackQtyOnHand") and txn_date < item["InvStartDate"]:
            raise faults.validation(
                6270,
                "Invalid transaction date",
                "Transaction date is prior to start date for inventory item",
                "TxnDate",
            )


def move_stock(company: Company, old: Document | None, new: Document | None, sign: int) -> None:
    """Move quantities by the difference between two versions of a form."""
    before, after = _quantities((old or {}).get("Line", [])), _quantities((new or {}).get("Line", []))
    for item_id in dict.fromkeys([*before, *after]):
        change = (after.get(item_id, ZERO) - before.get(item_id, ZERO)) * sign
        item = company.get("Item", item_id)
        if change and item and item.get("TrackQtyOnHand"):
            company.bump("Item", item, {"QtyOnHand": plain_number(dec(item["QtyOnHand"]) + change)})


def sold_lines(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A form's lines with bundles replaced by their parts."""
    result: list[dict[str, Any]] = []
    for line in lines:
        result += line["GroupLineDetail"]["Line"] if "GroupLineDetail" in line else [line]
    return result


def _quantities(lines: list[dict[str, Any]]) -> dict[str, Decimal]:
    result: dict[str, Decimal] = {}
    for line in sold_lines(lines):
        detail = line.get("SalesItemLineDetail")
        if detail and "Qty" in detail:
            item_id = detail["ItemRef"]["value"]
            result[item_id] = result.get(item_id, ZERO) + dec(detail["Qty"])
    return result
