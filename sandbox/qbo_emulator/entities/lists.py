"""Account, Item, PaymentMethod and Term: lists whose rows are made inactive, never deleted."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.entities.names import DELETED
from qbo_emulator.rules.currency import name_currency
from qbo_emulator.rules.references import account_of_type, bare_ref, named_ref, referred
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Amount, Anything, Choice, Day, Flag, Number, Ref, Text
from qbo_emulator.values.money import dec, plain_number

CLASSIFICATIONS = {
    "Bank": "Asset",
    "Accounts Receivable": "Asset",
    "Other Current Asset": "Asset",
    "Fixed Asset": "Asset",
    "Other Asset": "Asset",
    "Accounts Payable": "Liability",
    "Credit Card": "Liability",
    "Other Current Liability": "Liability",
    "Long Term Liability": "Liability",
    "Equity": "Equity",
    "Income": "Revenue",
    "Other Income": "Revenue",
    "Cost of Goods Sold": "Expense",
    "Expense": "Expense",
    "Other Expense": "Expense",
}
SALES_ACCOUNTS = (
    "Income",
    "Other Income",
    "Other Current Asset",
    "Other Current Liability",
    "Expense",
    "Equity",
)
PURCHASE_ACCOUNTS = ("Cost of Goods Sold", "Expense", "Other Expense", "Other Current Asset", "Fixed Asset")


class ListKind(Kind):
    """Rules all four share: a unique name, and " (deleted)" behind an inactive one."""

    indexed: tuple[str, ...] = ("Name",)
    default_order = "Name"
    duplicate_detail = (
        "The name supplied already exists. : Another {kind} is already using this \nname. "
        "Please use a different name."
    )
    kind_word = "entry"

    def __init__(self) -> None:
        self.sequence = self.name  # each list counts its own ids
        super().__init__()

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        active = fields.get("Active", True)
        name = (fields.get("Name") or (old or {}).get("Name", "")).removesuffix(DELETED)
        if not name:
            raise faults.required("Name")
        document = {**fields, "Name": name if active else name + DELETED, "Active": active}
        if active:
            for other in company.table(self.name).equal_to("Name", name):
                same_parent = other.get("ParentRef", {}).get("value") == fields.get("ParentRef", {}).get(
                    "value"
                )
                if same_parent and (old is None or other["Id"] != old["Id"]):
                    raise faults.duplicate_name(self.duplicate_detail.format(kind=self.kind_word))
        if "ParentRef" in document:
            parent = referred(company, self.name, document["ParentRef"], "ParentRef")
            document["ParentRef"] = bare_ref(parent)
            document["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{document['Name']}"
        else:
            document["FullyQualifiedName"] = document["Name"]
        self.complete(company, document, old)
        return document

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        """Fill in what differs by kind; may refuse."""


class Account(ListKind):
    """The chart of accounts."""

    name, kind_word = "Account", "account"
    indexed = ("Name", "AccountType", "AccountSubType")
    fields = {
        "Name": Text(100, '":'),
        "AccountType": Choice(tuple(CLASSIFICATIONS)),
        "AccountSubType": Text(100),
        "Classification": Text(50, read_only=True),
        "Description": Text(100),
        "AcctNum": Text(20),
        "Active": Flag(),
        "SubAccount": Flag(),
        "ParentRef": Ref(),
        "CurrencyRef": Ref(),
        "TaxCodeRef": Ref(),
        "TxnLocationType": Text(50),
        "AccountAlias": Text(100),
        "FullyQualifiedName": Text(read_only=True),
        "CurrentBalance": Anything(read_only=True),
        "CurrentBalanceWithSubAccounts": Anything(read_only=True),
    }
    filters = {
        "Name": "text",
        "FullyQualifiedName": "text",
        "AccountType": "text",
        "AccountSubType": "text",
        "Classification": "text",
        "Active": "flag",
        "SubAccount": "flag",
        "AcctNum": "text",
        "CurrentBalance": "number",
    }

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        kind = document.get("AccountType") or (old or {}).get("AccountType")
        if kind is None:
            raise faults.required("AccountType")
        document |= {
            "AccountType": kind,
            "Classification": CLASSIFICATIONS[kind],
            "SubAccount": "ParentRef" in document,
            "AccountSubType": document.get("AccountSubType") or kind.replace(" ", ""),
            "CurrentBalance": (old or {}).get("CurrentBalance", 0),
            "CurrentBalanceWithSubAccounts": (old or {}).get("CurrentBalanceWithSubAccounts", 0),
            "CurrencyRef": name_currency(company, document, old),
        }


class Item(ListKind):
    """Products and services."""

    name, kind_word = "Item", "product or service"
    indexed = ("Name", "Sku", "FullyQualifiedName")
    fields = {
        "Name": Text(100, ":\t\n"),
        "Type": Choice(("Service", "NonInventory", "Inventory", "Group")),
        "Active": Flag(),
        "Description": Text(4000),
        "UnitPrice": Number(places=7),
        "Taxable": Flag(),
        "Sku": Text(100),
        "SalesTaxIncluded": Flag(),
        "SalesTaxCodeRef": Ref(),
        "PurchaseTaxIncluded": Flag(),
        "PurchaseTaxCodeRef": Ref(),
        "PurchaseDesc": Text(1000),
        "PurchaseCost": Number(places=7),
        "IncomeAccountRef": Ref(),
        "ExpenseAccountRef": Ref(),
        "AssetAccountRef": Ref(),
        "TrackQtyOnHand": Flag(),
        "QtyOnHand": Number(),
        "InvStartDate": Day(),
        "ParentRef": Ref(),
        "SubItem": Flag(),
        "ReorderPoint": Number(),
        "PrefVendorRef": Ref(),
        "ClassRef": Ref(),
        "AbatementRate": Number(),
        "ReverseChargeRate": Number(),
        "ServiceType": Text(50),
        "ItemCategoryType": Text(50),
        "TaxClassificationRef": Ref(),
        "UQCDisplayText": Text(50),
        "UQCId": Text(50),
        "FullyQualifiedName": Text(read_only=True),
        "Level": Number(read_only=True),
        "Source": Text(50),
        "RatePercent": Number(),
        "DeferredRevenue": Flag(),
        "AvgCost": Amount(read_only=True),
        "ItemGroupDetail": Anything(),
        "PrintGroupedItems": Flag(),
    }
    filters = {
        "Name": "text",
        "FullyQualifiedName": "text",
        "Sku": "text",
        "Type": "text",
        "Active": "flag",
        "UnitPrice": "number",
        "QtyOnHand": "number",
        "IncomeAccountRef": "id",
    }

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        kind = document.get("Type") or (old or {}).get("Type")
        if kind is None:
            raise faults.required("Type")
        document["Type"] = kind
        if kind == "Group":
            self._complete_group(company, document)
        elif kind == "Inventory":
            self._complete_inventory(document)
        elif "IncomeAccountRef" not in document and "ExpenseAccountRef" not in document:
            raise faults.required("IncomeAccountRef")
        document |= {
            "UnitPrice": document.get("UnitPrice", 0),
            "PurchaseCost": document.get("PurchaseCost", 0),
            "Taxable": document.get("Taxable", False),
            "TrackQtyOnHand": kind == "Inventory",
        }
        for name, types in (
            ("IncomeAccountRef", SALES_ACCOUNTS),
            ("ExpenseAccountRef", PURCHASE_ACCOUNTS),
            ("AssetAccountRef", ("Other Current Asset",)),
        ):
            if name in document:
                document[name] = named_ref(_item_account(company, document[name], name, types))
        if kind != "Inventory":
            for name in ("QtyOnHand", "InvStartDate"):
                document.pop(name, None)

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if old is None and fields.get("Type") == "Group" and not options.by_person:
            # Bundles are made on QuickBooks' pages; the API reads and uses them.
            raise faults.bad_choice("Type", "Group")
        return super().build(company, fields, old, sent, options)

    def _complete_group(self, company: Company, document: Document) -> None:
        lines = (document.get("ItemGroupDetail") or {}).get("ItemGroupLine") or []
        if not lines:
            raise faults.required("ItemGroupLine")
        parts = []
        for line in lines:
            item = referred(company, "Item", {"value": str(line["ItemRef"]["value"])}, "ItemRef")
            ref = {**named_ref(item), "type": item["Type"]}
            parts.append({"ItemRef": ref, "Qty": plain_number(dec(line.get("Qty", 1)))})
        document["ItemGroupDetail"] = {"ItemGroupLine": parts}

    def _complete_inventory(self, document: Document) -> None:
        if "AssetAccountRef" not in document:
            raise faults.required(
                "AssetAccountRef",
                "Required parameter AssetAccountRef is missing in the request: An "
                "inventory assetaccount is required if you are tracking inventory quantities for "
                "this product.",
            )
        for name in ("IncomeAccountRef", "ExpenseAccountRef", "QtyOnHand", "InvStartDate"):
            if name not in document:
                raise faults.required(name)
        if not document.get("TrackQtyOnHand"):
            raise faults.required("TrackQtyOnHand")


def _item_account(company: Company, ref: dict[str, str], element: str, types: tuple[str, ...]) -> Document:
    account = referred(company, "Account", ref, element)
    if account["AccountType"] in ("Accounts Receivable", "Accounts Payable"):
        raise faults.validation(
            6430,
            "Invalid account type used",
            "You can't associate a product or service with accounts of certain types (such as Accounts "
            "Receivable and Accounts Payable).",
            element,
        )
    return account_of_type(company, ref, element, types)


class PaymentMethod(ListKind):
    """How money comes in."""

    name, kind_word = "PaymentMethod", "payment method"
    fields = {"Name": Text(31), "Type": Choice(("CREDIT_CARD", "NON_CREDIT_CARD")), "Active": Flag()}
    filters = {"Name": "text", "Type": "text", "Active": "flag"}

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        document.pop("FullyQualifiedName")
        document.setdefault("Type", "NON_CREDIT_CARD")


class Term(ListKind):
    """Terms of payment."""

    name, kind_word = "Term", "term"
    fields = {
        "Name": Text(31),
        "Active": Flag(),
        "Type": Text(20),
        "DueDays": Number(),
        "DiscountDays": Number(),
        "DiscountPercent": Number(),
        "DayOfMonthDue": Number(),
        "DueNextMonthDays": Number(),
        "DiscountDayOfMonth": Number(),
    }
    filters = {"Name": "text", "Active": "flag"}

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        document.pop("FullyQualifiedName")
        if "DueDays" not in document and "DayOfMonthDue" not in document:
            raise faults.required("DueDays")
        document["Type"] = "STANDARD" if "DueDays" in document else "DATE_DRIVEN"
