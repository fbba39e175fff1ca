"""Every field of ours that a person edits is named by reconciliation, as the table of owners says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from caspen_qbo.core.posting.merging.ownership import OWNERSHIP, OwnedField, Owner
from tests.integration.reconciling.runs import run
from tests.support.bookkeeper import credit_of, invoice_of, payment_of, plain
from tests.support.flow import Flow

KINDS = {"Invoice": "invoice", "CreditMemo": "credit_note", "Payment": "payment"}
FIND: dict[str, Callable[[Flow, int], dict[str, Any]]] = {
    "Invoice": invoice_of,
    "CreditMemo": credit_of,
    "Payment": payment_of,
}
PART_OF_THE_AMOUNT = {"TaxInclusiveAmt", "DiscountRate", "DiscountAmt"}
"""QuickBooks works them into the line's amount, which is tried."""


class Edit:
    def __init__(self, flow: Flow) -> None:
        item = next(row["Id"] for row in flow.books("Item") if row["Type"] == "NonInventory")
        account = next(
            r for r in flow.books("Account") if r["AccountType"] == "Other Current Asset" and r["Active"]
        )
        [(free,)] = flow.sync_rows(
            "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", flow.rates["GST free"]
        )
        self.flow, self.made = flow, 0
        self.details: dict[str, Any] = {
            "ItemRef": {"value": item},
            "TaxCodeRef": {"value": free},
            "ServiceDate": "2020-02-29",
            "Qty": 2,
            "UnitPrice": 7,
        }
        self.form: dict[str, Any] = {
            "TxnDate": "2020-02-29",
            "DueDate": "2031-01-31",
            "TotalAmt": 60,
            "DepositToAccountRef": {"value": account["Id"]},
        }

    def make(self, field: OwnedField, entity: str, there: dict[str, Any]) -> dict[str, Any]:
        """The changes by which a person edits it."""
        self.made += 1
        lines = [line for line in plain(there["Line"]) if "SalesItemLineDetail" in line]
        if field.name == "CustomerRef":  # a payment then pays nothing of the other customer's
            return {"CustomerRef": self._someone(), **({"Line": []} if entity == "Payment" else {})}
        if field.name in ("DocNumber", "PaymentRefNum"):
            return {field.name: f"X-{self.made}"}
        if field.name in self.form:
            return {field.name: self.form[field.name]}
        if entity == "Payment":
            return {"Line": []}
        if field.name == "Line":
            return {"Line": [*lines, {**lines[0], "Id": None}]}
        if field.name == "DetailType":
            return {"Line": [lines[0], {"DetailType": "DescriptionOnly", "Description": "Words"}]}
        self._edit_line(field.name, lines[0])
        return {"Line": lines}

    def _edit_line(self, name: str, line: dict[str, Any]) -> None:
        detail = line["SalesItemLineDetail"]
        if name == "Description":
            line["Description"] = "Session"
        elif name == "Amount":
            detail |= {"Qty": 1, "UnitPrice": 5}
        elif name == "TxnTaxDetail":
            detail["TaxCodeRef"] = self.details["TaxCodeRef"]
        else:
            detail[name] = self.details[name]
        line["Amount"] = detail["Qty"] * detail["UnitPrice"]

    def _someone(self) -> dict[str, str]:
        name = {"DisplayName": f"Somebody Else {self.made}"}
        return {"value": self.flow.person("create", entity="Customer", document=name)["Id"]}


def test_each_edit_of_a_field_of_ours_is_named(flow: Flow) -> None:
    wanted = [
        (entity, field)
        for field in OWNERSHIP
        if field.owner is Owner.OURS and field.difference and field.name not in PART_OF_THE_AMOUNT
        for entity in field.entities
    ]
    invoices = []
    for entity, _ in wanted:
        invoices.append(flow.invoice("80.00", "20.00"))
        if entity == "CreditMemo":
            flow.staff.credit(invoices[-1], {1: "0.5", 2: 1})
        elif entity == "Payment":
            flow.pay(invoices[-1], "50.00")
    flow.post()
    edit = Edit(flow)
    for (entity, field), invoice in zip(wanted, invoices, strict=True):
        there = FIND[entity](flow, invoice)
        if entity == "CreditMemo":  # a person takes it off its invoice first
            for row in flow.books("Payment"):
                if any(link["TxnId"] == there["Id"] for line in row["Line"] for link in line["LinkedTxn"]):
                    flow.person("delete", entity="Payment", id=row["Id"])
        changes = edit.make(field, entity, there)
        flow.person("edit", entity=entity, id=there["Id"], changes=changes)
    run(flow)
    rows = flow.sync_rows(
        "SELECT r.document_kind, d.invoice_id, r.field FROM qbo_sync.reconciliation_difference r"
        " JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)"
    )
    unnamed = [
        (entity, field.name, field.difference)
        for (entity, field), invoice in zip(wanted, invoices, strict=True)
        if (KINDS[entity], invoice, field.difference.replace("N", "1")) not in rows
    ]
    assert unnamed == []
