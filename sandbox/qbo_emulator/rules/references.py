"""Checking that references name something that exists and is active, and giving them their names back."""

from __future__ import annotations

from typing import Any

from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults


def referred(company: Company, entity: str, ref: dict[str, str], element: str) -> Document:
    """The active document a reference names, else 2500."""
    target = company.get(entity, ref["value"])
    if target is None or target.get("Active") is False:
        raise faults.bad_reference(element)
    return target


def named_ref(target: Document) -> dict[str, str]:
    """A reference with its name."""
    name = target.get("FullyQualifiedName") or target.get("DisplayName") or target.get("Name") or ""
    return {"value": target["Id"], "name": name}


def bare_ref(target: Document) -> dict[str, str]:
    """A reference without its name, the way QuickBooks answers some of them."""
    return {"value": target["Id"]}


def active_customer(company: Company, fields: dict[str, Any]) -> Document:
    """The customer of a transaction: 2020 without one, 2500 for one that never was, for an inactive one
    what ``inactive_customer`` says.
    """
    ref = fields.get("CustomerRef")
    if ref is None:
        raise faults.required("CustomerRef")
    customer = company.get("Customer", ref["value"])
    if customer is None:
        raise faults.bad_reference("CustomerRef")
    if not customer["Active"]:
        code = company.switches.inactive_customer
        if code == "610":
            raise faults.not_found()
        raise faults.bad_reference("CustomerRef") if code == "2500" else faults.invalid_customer()
    return customer


def account_of_type(company: Company, ref: dict[str, str], element: str, types: tuple[str, ...]) -> Document:
    """An active account of one of ``types``: 2500 if there is none, 6430 if its type is another."""
    account = referred(company, "Account", ref, element)
    if account["AccountType"] not in types:
        raise faults.validation(
            6430,
            "Invalid account type",
            f"Invalid account type : The account type of {element} must be one of: {', '.join(types)}.",
            element,
        )
    return account
