"""TaxCode, TaxRate and TaxAgency, and ``taxservice/taxcode``, the only way to make the first two."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Anything, Flag, Text
from qbo_emulator.values.money import ZERO, dec, plain_number


class TaxCode(Kind):
    """What a line is marked with; outside the US always a group of rates, even of one."""

    name = sequence = "TaxCode"
    is_writable, in_cdc, default_order = False, False, "Name"
    fields: dict[str, Any] = {}
    filters = {"Name": "text", "Active": "flag", "Description": "text"}
    indexed = ("Name",)


class TaxRate(Kind):
    """A percentage, with the days from which it applies."""

    name = sequence = "TaxRate"
    is_writable, in_cdc, default_order = False, False, "Name"
    fields: dict[str, Any] = {}
    filters = {"Name": "text", "Active": "flag", "Description": "text", "RateValue": "number"}
    indexed = ("Name",)


class TaxAgency(Kind):
    """Whom tax is owed to."""

    name = sequence = "TaxAgency"
    in_cdc = False
    fields = {
        "DisplayName": Text(100),
        "TaxTrackedOnSales": Flag(),
        "TaxTrackedOnPurchases": Flag(),
        "TaxRegistrationNumber": Text(50),
        "LastFileDate": Anything(read_only=True),
        "TaxAgencyConfig": Anything(read_only=True),
    }
    filters = {"DisplayName": "text"}
    indexed = ("DisplayName",)
    default_order = "DisplayName"

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if "DisplayName" not in fields:
            raise faults.required("DisplayName")
        for other in company.table(self.name).equal_to("DisplayName", fields["DisplayName"]):
            if old is None or other["Id"] != old["Id"]:
                raise faults.duplicate_name(
                    "The name supplied already exists. : Another tax agency is already using "
                    "this \nname. Please use a different name."
                )
        return {"TaxTrackedOnSales": True, "TaxTrackedOnPurchases": False, **fields}


def create_tax_code(company: Company, body: Any) -> Document:
    """``POST taxservice/taxcode``: a code with its rates, given or made on the spot.

    Answers the body with Ids filled in: no entity wrapper, no sync token.
    """
    if not isinstance(body, dict) or set(body) - {
        "TaxCode",
        "TaxRateDetails",
        "TaxCodeId",
        "Id",
        "domain",
        "sparse",
        "SyncToken",
    }:
        raise faults.unparseable()
    name, details = body.get("TaxCode"), body.get("TaxRateDetails") or []
    if not name:
        raise faults.required("TaxCode")
    if not details:
        raise faults.required("TaxRateDetails")
    if company.table("TaxCode").equal_to("Name", name):
        raise faults.duplicate_name(
            "The name supplied already exists. : Another tax code is already using this "
            "\nname. Please use a different name."
        )
    planned = [_plan_rate(company, detail) for detail in details]
    lists: dict[str, list[dict[str, Any]]] = {"Sales": [], "Purchase": []}
    answered = []
    for rate, side, made in planned:
        stored = add_tax_rate(company, **made) if rate is None else rate
        lists[side].append(
            {
                "TaxRateRef": {"value": stored["Id"], "name": stored["Name"]},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
            }
        )
        answered.append(
            {
                "TaxRateName": stored["Name"],
                "TaxRateId": stored["Id"],
                "RateValue": stored["RateValue"],
                "TaxAgencyId": stored["AgencyRef"]["value"],
                "TaxApplicableOn": side,
            }
        )
    code = add_tax_code(company, name, name, lists["Sales"], lists["Purchase"])
    return {"TaxCode": name, "TaxCodeId": code["Id"], "TaxRateDetails": answered}


def _plan_rate(company: Company, detail: dict[str, Any]) -> tuple[Document | None, str, dict[str, Any]]:
    side = detail.get("TaxApplicableOn") or "Sales"
    if side not in ("Sales", "Purchase"):
        raise faults.bad_choice("TaxApplicableOn", side)
    if detail.get("TaxRateId"):
        rate = company.get("TaxRate", str(detail["TaxRateId"]))
        if rate is None:
            raise faults.bad_reference("TaxRateId")
        return rate, side, {}
    for name in ("TaxRateName", "RateValue", "TaxAgencyId"):
        if detail.get(name) in (None, ""):
            raise faults.required(name)
    if company.table("TaxRate").equal_to("Name", detail["TaxRateName"]):
        raise faults.duplicate_name(
            "The name supplied already exists. : Another tax rate is already using this "
            "\nname. Please use a different name."
        )
    if company.get("TaxAgency", str(detail["TaxAgencyId"])) is None:
        raise faults.bad_reference("TaxAgencyId")
    return (
        None,
        side,
        {
            "name": detail["TaxRateName"],
            "percent": str(detail["RateValue"]),
            "agency_id": str(detail["TaxAgencyId"]),
        },
    )


def add_tax_rate(
    company: Company, name: str, percent: str, agency_id: str, description: str = ""
) -> Document:
    """Store a rate in force since 2000."""
    value = plain_number(Decimal(percent))
    return _store(
        company,
        "TaxRate",
        {
            "Name": name,
            "Description": description or name,
            "Active": True,
            "RateValue": value,
            "AgencyRef": {"value": agency_id},
            "SpecialTaxType": "ZERO_RATE" if dec(value) == ZERO else "NONE",
            "DisplayType": "ReadOnly",
            "EffectiveTaxRate": [{"RateValue": value, "EffectiveDate": "2000-01-01T00:00:00-08:00"}],
        },
    )


def add_tax_code(
    company: Company,
    name: str,
    description: str,
    sales: list[dict[str, Any]],
    purchases: list[dict[str, Any]],
) -> Document:
    """Store a code over existing rates."""
    return _store(
        company,
        "TaxCode",
        {
            "Name": name,
            "Description": description,
            "Active": True,
            "Hidden": False,
            "Taxable": True,
            "TaxGroup": True,
            "TaxCodeConfigType": "SYSTEM_GENERATED",
            "SalesTaxRateList": {"TaxRateDetail": sales},
            "PurchaseTaxRateList": {"TaxRateDetail": purchases},
        },
    )


def _store(company: Company, entity: str, fields: dict[str, Any]) -> Document:
    stamp = company.now_stamp()
    return company.put(
        entity,
        {
            **fields,
            "domain": "QBO",
            "sparse": False,
            "Id": company.next_id(entity),
            "SyncToken": "0",
            "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
        },
        "created",
    )
