"""DocNumber: yours, nobody's or QuickBooks' own, by the company's CustomTxnNumbers setting."""

from __future__ import annotations

from typing import Any

from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults

AUTO = "AUTO_GENERATE"


def choose_doc_number(
    company: Company, entity: str, fields: dict[str, Any], old: Document | None, allow_duplicate: bool
) -> str | None:
    """The number a document gets; with custom numbers and none supplied, none at all.

    Does not count the automatic number up: that is ``count_doc_number``, once the document is stored.
    """
    supplied = fields.get("DocNumber")
    switches = company.switches
    if supplied == AUTO or (
        not switches.custom_txn_numbers and (switches.ignore_supplied_numbers or not supplied)
    ):
        return old.get("DocNumber") if old else str(company.numbers.get(entity, 1000) + 1)
    if supplied and switches.custom_txn_numbers and switches.warn_duplicate_numbers and not allow_duplicate:
        for other in company.table(entity).equal_to("DocNumber", supplied):
            if old is None or other["Id"] != old["Id"]:
                raise faults.duplicate_number(supplied, entity, other["Id"])
    return supplied


def count_doc_number(company: Company, entity: str, document: Document) -> None:
    """Move the automatic sequence on when it gave this number; supplied numbers leave it where it is."""
    following = company.numbers.get(entity, 1000) + 1
    if document.get("DocNumber") == str(following) and not company.switches.custom_txn_numbers:
        company.numbers[entity] = following
