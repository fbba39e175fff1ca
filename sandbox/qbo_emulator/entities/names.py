"""Customer, Vendor and Employee: one list of names, in which no two may be equal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.rules.currency import ensure_currency, name_currency
from qbo_emulator.rules.references import bare_ref, referred
from qbo_emulator.store import NAMES, Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import (
    PHONE,
    WEB_ADDRESS,
    Address,
    Amount,
    Anything,
    Day,
    Email,
    Field,
    Flag,
    Number,
    Ref,
    Text,
)

DELETED = " (deleted)"
FORBIDDEN = ":\t\n"
NAME_KINDS = ("Customer", "Vendor", "Employee")
NAME_PARTS = ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")
SUB_LEVELS = 5

NAME_FIELDS: Mapping[str, Field] = {
    "DisplayName": Text(500, FORBIDDEN),
    "Title": Text(16, FORBIDDEN),
    "GivenName": Text(100, FORBIDDEN),
    "MiddleName": Text(100, FORBIDDEN),
    "FamilyName": Text(100, FORBIDDEN),
    "Suffix": Text(16, FORBIDDEN),
    "PrintOnCheckName": Text(110, FORBIDDEN),
    "Active": Flag(),
    "PrimaryPhone": PHONE,
    "Mobile": PHONE,
    "PrimaryEmailAddr": Email(),
    "V4IDPseudonym": Text(read_only=True),
    "Notes": Text(2000),
}
COMPANY_FIELDS: Mapping[str, Field] = {
    **NAME_FIELDS,
    "CompanyName": Text(100, FORBIDDEN),
    "BillAddr": Address(),
    "AlternatePhone": PHONE,
    "Fax": PHONE,
    "WebAddr": WEB_ADDRESS,
    "CurrencyRef": Ref(),
    "Balance": Amount(),
    "AcctNum": Text(100),
    "PrimaryTaxIdentifier": Text(20),
    "BusinessNumber": Text(20),
    "OtherContactInfo": Anything(),
}


class NameKind(Kind):
    """Rules of all three: a display name, unique among them all; inactive instead of deleted."""

    sequence = NAMES
    indexed = ("DisplayName", "PrimaryEmailAddr", "FullyQualifiedName")
    default_order = "DisplayName"
    filters = {
        "DisplayName": "text",
        "GivenName": "text",
        "MiddleName": "text",
        "FamilyName": "text",
        "CompanyName": "text",
        "FullyQualifiedName": "text",
        "PrintOnCheckName": "text",
        "PrimaryEmailAddr": "text",
        "Active": "flag",
        "Balance": "number",
    }

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        active = fields.get("Active", True)
        name = self._display_name(fields, old)
        shown = name if active else name + DELETED
        # A sparse update that leaves the name alone keeps whatever it is; anything else must be free.
        if active and (old is None or not old["Active"] or shown.casefold() != old["DisplayName"].casefold()):
            self._check_free(company, name, old)
        document = {
            **fields,
            "DisplayName": shown,
            "Active": active,
            "PrintOnCheckName": fields.get("PrintOnCheckName", name),
        }
        if "PrimaryTaxIdentifier" in fields:
            document["PrimaryTaxIdentifier"] = masked(fields["PrimaryTaxIdentifier"])
        self.complete(company, document, old, name)
        return document

    def complete(self, company: Company, document: Document, old: Document | None, name: str) -> None:
        """Fill in what differs by kind; may refuse."""

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        if old is None and "CurrencyRef" in document:
            ensure_currency(company, document["CurrencyRef"]["value"])
        return super().commit(company, document, old)

    def _display_name(self, fields: dict[str, Any], old: Document | None) -> str:
        name = fields.get("DisplayName") or " ".join(fields[part] for part in NAME_PARTS if fields.get(part))
        if not name and old:
            name = old["DisplayName"]  # it cannot be removed
        if not name:
            raise faults.validation(
                6080,
                "No Name Provided",
                "No Name Provided : At least one of Title, GivenName, MiddleName, FamilyName, Suffix or "
                "DisplayName must be specified",
                "DisplayName",
            )
        return name.strip().removesuffix(DELETED)

    def _check_free(self, company: Company, name: str, old: Document | None) -> None:
        for kind in NAME_KINDS:
            for other in company.table(kind).equal_to("DisplayName", name):
                if old is None or other["Id"] != old["Id"]:
                    raise faults.duplicate_name()


class Customer(NameKind):
    """A customer, or up to five levels of sub-customers."""

    name = "Customer"
    fields = {
        **COMPANY_FIELDS,
        "ShipAddr": Address(),
        "Taxable": Flag(),
        "Job": Flag(),
        "BillWithParent": Flag(),
        "ParentRef": Ref(),
        "DefaultTaxCodeRef": Ref(),
        "SalesTermRef": Ref(),
        "PaymentMethodRef": Ref(),
        "ARAccountRef": Ref(),
        "PreferredDeliveryMethod": Text(50),
        "ResaleNum": Text(16),
        "OpenBalanceDate": Day(),
        "IsProject": Flag(),
        "CustomerTypeRef": Ref(),
        "TaxExemptionReasonId": Text(10),
        "GSTIN": Text(15),
        "GSTRegistrationType": Text(50),
        "SecondaryTaxIdentifier": Text(20),
        "Level": Number(read_only=True),
        "FullyQualifiedName": Text(read_only=True),
        "BalanceWithJobs": Anything(read_only=True),
        "ClientEntityId": Text(read_only=True),
    }

    def complete(self, company: Company, document: Document, old: Document | None, name: str) -> None:
        parent_ref = document.get("ParentRef")
        parent = referred(company, "Customer", parent_ref, "ParentRef") if parent_ref else None
        level = int(parent.get("Level", 0)) + 1 if parent else 0
        if level >= SUB_LEVELS:
            raise faults.validation(
                6180, "Sub Level Limit", "Sub Level Limit : You can have at most 5 levels", "ParentRef"
            )
        if parent:
            document["ParentRef"] = bare_ref(parent)
            document["Level"] = level
        above = f"{parent['FullyQualifiedName']}:" if parent else ""
        document["FullyQualifiedName"] = above + document["DisplayName"]
        if old and old["Active"] and not document["Active"] and old["Balance"]:
            raise faults.has_balance()
        for name_, entity in (("SalesTermRef", "Term"), ("PaymentMethodRef", "PaymentMethod")):
            if name_ in document:
                document[name_] = bare_ref(referred(company, entity, document[name_], name_))
        # The opening balance is taken at creation only; from then on balances follow the documents.
        opening = document.get("Balance", 0)
        document |= {
            "Balance": old["Balance"] if old else opening,
            "BalanceWithJobs": old["BalanceWithJobs"] if old else opening,
            "OpenBalanceDate": None,
            "Taxable": document.get("Taxable", True),
            "Job": document.get("Job", parent is not None),
            "BillWithParent": document.get("BillWithParent", False),
            "IsProject": document.get("IsProject", False),
            "CurrencyRef": name_currency(company, document, old),
            "PreferredDeliveryMethod": document.get("PreferredDeliveryMethod", "None"),
        }


class Vendor(NameKind):
    """A supplier. Here for its name, which no customer can have."""

    name = "Vendor"
    fields = {
        **COMPANY_FIELDS,
        "TermRef": Ref(),
        "Vendor1099": Flag(),
        "TaxIdentifier": Text(20),
        "BillRate": Number(),
        "TaxReportingBasis": Text(50),
        "APAccountRef": Ref(),
        "VendorPaymentBankDetail": Anything(),
        "T4AEligible": Flag(),
        "T5018Eligible": Flag(),
        "HasTPAR": Flag(),
        "CostRate": Number(),
    }

    def complete(self, company: Company, document: Document, old: Document | None, name: str) -> None:
        if "TaxIdentifier" in document:
            document["TaxIdentifier"] = masked(document["TaxIdentifier"])
        document |= {
            "Balance": old["Balance"] if old else 0,
            "Vendor1099": document.get("Vendor1099", False),
            "CurrencyRef": name_currency(company, document, old),
        }


class Employee(NameKind):
    """A member of staff. Here for its name, which no customer can have."""

    name = "Employee"
    fields = {
        **NAME_FIELDS,
        "PrimaryAddr": Address(),
        "SSN": Text(20),
        "EmployeeNumber": Text(100),
        "BillRate": Number(),
        "CostRate": Number(),
        "BirthDate": Day(),
        "Gender": Text(20),
        "HiredDate": Day(),
        "ReleasedDate": Day(),
        "Organization": Flag(),
        "BillableTime": Flag(),
        "EmailAddress": Anything(),
    }

    def complete(self, company: Company, document: Document, old: Document | None, name: str) -> None:
        if "SSN" in document:
            document["SSN"] = masked(document["SSN"])
        document |= {"BillableTime": document.get("BillableTime", False)}


def masked(identifier: str) -> str:
    """A tax number as it is read back: all but the last five characters hidden."""
    return "X" * max(len(identifier) - 5, 0) + identifier[-5:]
