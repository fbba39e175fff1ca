"""What a person does to our documents on QuickBooks' own pages; each entry is one way the sides
come apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.support.flow import Flow


@dataclass(frozen=True)
class Mutation:
    """One edit by a bookkeeper, and what reconciliation has to say about it."""

    name: str
    act: Callable[[Flow, int], None]
    """Given an invoice of two lines, 80.00 and 20.00 plus GST, posted: changes one thing about it."""
    found: frozenset[tuple[str, str]]
    """(document kind, field) of every difference there should be."""
    listed: frozenset[tuple[str, str]]
    """(document kind, error key) of every row there should be."""
    prepare: Callable[[Flow, int], None] = lambda flow, invoice_id: None
    """What the practice does with the invoice before it is posted."""
    own_client: bool = False
    """Whether the invoice is of a client that nothing else is billed to."""


def body_of(flow: Flow, entity: str, kind: str, document_id: int) -> dict[str, Any]:
    [(quickbooks_id,)] = flow.sync_rows(
        "SELECT quickbooks_id FROM qbo_sync.document_link WHERE document_kind = %s AND document_id = %s",
        kind,
        document_id,
    )
    return next(row for row in flow.books(entity) if row["Id"] == quickbooks_id)


def invoice_of(flow: Flow, invoice_id: int) -> dict[str, Any]:
    return body_of(flow, "Invoice", "invoice", invoice_id)


def payment_of(flow: Flow, invoice_id: int) -> dict[str, Any]:
    [(allocation,)] = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s", invoice_id
    )
    return body_of(flow, "Payment", "payment", allocation)


def plain(value: Any) -> Any:
    """As JSON that goes back over the door."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value


def edit(flow: Flow, invoice_id: int, **changes: Any) -> None:
    flow.person("edit", entity="Invoice", id=invoice_of(flow, invoice_id)["Id"], changes=plain(changes))


def edit_line(flow: Flow, invoice_id: int, *, amount: str | None = None, **detail: Any) -> None:
    lines = [line for line in plain(invoice_of(flow, invoice_id)["Line"]) if "SalesItemLineDetail" in line]
    description = detail.pop("Description", None)
    if amount is not None:
        lines[0]["Amount"] = float(amount)
        detail |= {"UnitPrice": float(amount), "Qty": 1}
    if description is not None:
        lines[0]["Description"] = description
    lines[0]["SalesItemLineDetail"] |= detail
    edit(flow, invoice_id, Line=lines)


def add_line(flow: Flow, invoice_id: int) -> None:
    lines = [line for line in plain(invoice_of(flow, invoice_id)["Line"]) if "SalesItemLineDetail" in line]
    extra = {key: value for key, value in lines[1].items() if key not in ("Id", "LineNum")}
    edit(flow, invoice_id, Line=[*lines, extra])


def other_item(flow: Flow, invoice_id: int) -> None:
    item = next(r for r in flow.books("Item") if r["Type"] == "NonInventory")
    edit_line(flow, invoice_id, ItemRef={"value": item["Id"]})


def deactivate_customer(flow: Flow, invoice_id: int) -> None:
    customer = invoice_of(flow, invoice_id)["CustomerRef"]["value"]
    flow.person("make-inactive", entity="Customer", id=customer)


def other_payment_amount(flow: Flow, invoice_id: int) -> None:
    payment = plain(payment_of(flow, invoice_id))
    line = {"Amount": 40.0, "LinkedTxn": payment["Line"][0]["LinkedTxn"]}
    flow.person("edit", entity="Payment", id=payment["Id"], changes={"TotalAmt": 40.0, "Line": [line]})


def other_payment_date(flow: Flow, invoice_id: int) -> None:
    flow.person(
        "edit", entity="Payment", id=payment_of(flow, invoice_id)["Id"], changes={"TxnDate": "2020-02-29"}
    )


def drop_line(flow: Flow, invoice_id: int) -> None:
    lines = [line for line in plain(invoice_of(flow, invoice_id)["Line"]) if "SalesItemLineDetail" in line]
    edit(flow, invoice_id, Line=lines[:1])


def other_customer(flow: Flow, invoice_id: int) -> None:
    made = flow.person("create", entity="Customer", document={"DisplayName": f"Somebody Else {invoice_id}"})
    edit(flow, invoice_id, CustomerRef={"value": made["Id"]})


def free_of_tax(flow: Flow, invoice_id: int) -> None:
    [(code,)] = flow.sync_rows(
        "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", flow.rates["GST free"]
    )
    edit_line(flow, invoice_id, TaxCodeRef={"value": code})


def remove(
    entity: str, verb: str, find: Callable[[Flow, int], dict[str, Any]]
) -> Callable[[Flow, int], None]:
    return lambda flow, invoice_id: flow.person(verb, entity=entity, id=find(flow, invoice_id)["Id"])


def other_account(flow: Flow, invoice_id: int) -> None:
    account = next(
        r for r in flow.books("Account") if r["AccountType"] == "Other Current Asset" and r["Active"]
    )
    flow.person(
        "edit", entity="Payment", id=payment_of(flow, invoice_id)["Id"],
        changes={"DepositToAccountRef": {"value": account["Id"]}},
    )  # fmt: skip


def unapply_credit(flow: Flow, invoice_id: int) -> None:
    [(application,)] = flow.sync_rows(
        "SELECT l.application_id FROM qbo_sync.document_link l JOIN qbo_sync.document d"
        " USING (workspace_id, document_kind, document_id)"
        " WHERE d.document_kind = 'credit_note' AND d.invoice_id = %s",
        invoice_id,
    )
    flow.person("delete", entity="Payment", id=application)


def credit_of(flow: Flow, invoice_id: int) -> dict[str, Any]:
    [(note,)] = flow.caspen_rows("SELECT id FROM caspen.credit_note WHERE invoice_id = %s", invoice_id)
    return body_of(flow, "CreditMemo", "credit_note", note)


def edit_credit(flow: Flow, invoice_id: int, **changes: Any) -> None:
    memo = credit_of(flow, invoice_id)
    flow.person("edit", entity="CreditMemo", id=memo["Id"], changes=plain(changes))


def edit_credit_line(flow: Flow, invoice_id: int, amount: str) -> None:
    lines = [line for line in plain(credit_of(flow, invoice_id)["Line"]) if "SalesItemLineDetail" in line]
    lines[0]["Amount"] = float(amount)
    lines[0]["SalesItemLineDetail"] |= {"UnitPrice": float(amount), "Qty": 1}
    edit_credit(flow, invoice_id, Line=lines)


def move_payment(flow: Flow, invoice_id: int) -> None:
    """Its payment no longer pays it: the money lies unapplied with the customer."""
    payment = payment_of(flow, invoice_id)
    flow.person("edit", entity="Payment", id=payment["Id"], changes={"Line": []})


def copy_document(flow: Flow, invoice_id: int) -> None:
    body = plain(invoice_of(flow, invoice_id))
    kept = {key: body[key] for key in ("CustomerRef", "PrivateNote", "TxnDate", "GlobalTaxCalculation")}
    kept["Line"] = [line for line in body["Line"] if "SalesItemLineDetail" in line]
    for line in kept["Line"]:
        line.pop("Id", None)
    flow.person("create", entity="Invoice", document=kept | {"DocNumber": f"COPY-{invoice_id}"})


def pay(flow: Flow, invoice_id: int) -> None:
    flow.pay(invoice_id, "50.00")


def pay_in_full(flow: Flow, invoice_id: int) -> None:
    flow.pay(invoice_id)


def credit(flow: Flow, invoice_id: int) -> None:
    flow.staff.credit(invoice_id, {2: 1})


def invoice_fields(*fields: str) -> frozenset[tuple[str, str]]:
    return frozenset(("invoice", field) for field in fields)


CHANGED = frozenset({("invoice", "changed_in_quickbooks")})
GONE = frozenset({("invoice", "missing_in_quickbooks")})
MONEY = ("subtotal", "tax", "total", "balance")

MUTATIONS = (
    Mutation("a line's amount", lambda f, i: edit_line(f, i, amount="90.00"),
             invoice_fields(*MONEY, "line 1 amount", "line 1 unit price"), CHANGED),
    Mutation("a line's tax code", free_of_tax,
             invoice_fields("tax", "total", "balance", "line 1 tax code"), CHANGED),
    Mutation("a line's description", lambda f, i: edit_line(f, i, Description="Session"),
             invoice_fields("line 1 description"), CHANGED),
    Mutation("a line's item", other_item, invoice_fields("line 1 item"), CHANGED),
    Mutation("a line's quantity and price", lambda f, i: edit_line(f, i, Qty=2, UnitPrice=40),
             invoice_fields("line 1 quantity", "line 1 unit price"), CHANGED),
    Mutation("a line's service date", lambda f, i: edit_line(f, i, ServiceDate="2020-02-29"),
             invoice_fields("line 1 service date"), CHANGED),
    Mutation("a line put in", add_line, invoice_fields(*MONEY, "lines"), CHANGED),
    Mutation("a line taken out", drop_line, invoice_fields(*MONEY, "lines"), CHANGED),
    Mutation("the due date", lambda f, i: edit(f, i, DueDate="2031-01-31"),
             invoice_fields("due_date"), CHANGED),
    Mutation("the date", lambda f, i: edit(f, i, TxnDate="2020-02-29"), invoice_fields("date"), CHANGED),
    Mutation("the number", lambda f, i: edit(f, i, DocNumber=f"X-{i}"), invoice_fields("number"), CHANGED),
    Mutation("the customer", other_customer, invoice_fields("customer"), CHANGED),
    Mutation("its customer made inactive", deactivate_customer, invoice_fields("customer status"),
             frozenset({("invoice", "inactive_reference")}), prepare=pay_in_full, own_client=True),
    Mutation("deleted", remove("Invoice", "delete", invoice_of), invoice_fields("presence"), GONE),
    Mutation("voided", remove("Invoice", "void", invoice_of), invoice_fields("presence"), GONE),
    Mutation("its payment deleted", remove("Payment", "delete", payment_of),
             frozenset({("payment", "presence"), ("invoice", "balance")}),
             frozenset({("payment", "missing_in_quickbooks")}), prepare=pay),
    Mutation("its payment lowered", other_payment_amount,
             frozenset({("payment", "total"), ("payment", "applied to"), ("invoice", "balance")}),
             frozenset({("payment", "changed_in_quickbooks")}), prepare=pay),
    Mutation("its payment dated otherwise", other_payment_date, frozenset({("payment", "date")}),
             frozenset({("payment", "changed_in_quickbooks")}), prepare=pay),
    Mutation("its payment on another account", other_account, frozenset({("payment", "account")}),
             frozenset({("payment", "changed_in_quickbooks")}), prepare=pay),
    Mutation("its credit taken off", unapply_credit,
             frozenset({("credit_note", "balance"), ("invoice", "balance")}),
             frozenset({("credit_note", "totals_mismatch")}), prepare=credit),
    Mutation("its credit raised", lambda f, i: edit_credit_line(f, i, "25.00"),
             frozenset(("credit_note", field) for field in (*MONEY, "line 1 amount", "line 1 unit price")),
             frozenset({("credit_note", "changed_in_quickbooks")}), prepare=credit),
    Mutation("its credit dated otherwise", lambda f, i: edit_credit(f, i, TxnDate="2020-02-29"),
             frozenset({("credit_note", "date")}), frozenset({("credit_note", "changed_in_quickbooks")}),
             prepare=credit),
    Mutation("its credit numbered otherwise", lambda f, i: edit_credit(f, i, DocNumber=f"Y-{i}"),
             frozenset({("credit_note", "number")}), frozenset({("credit_note", "changed_in_quickbooks")}),
             prepare=credit),
    Mutation("its credit voided", remove("CreditMemo", "void", credit_of),
             frozenset({("credit_note", "presence"), ("invoice", "balance")}),
             frozenset({("credit_note", "missing_in_quickbooks")}), prepare=credit),
    Mutation("its credit deleted", remove("CreditMemo", "delete", credit_of),
             frozenset({("credit_note", "presence"), ("invoice", "balance")}),
             frozenset({("credit_note", "missing_in_quickbooks")}), prepare=credit),
    Mutation("its payment voided", remove("Payment", "void", payment_of),
             frozenset({("payment", "presence"), ("invoice", "balance")}),
             frozenset({("payment", "missing_in_quickbooks")}), prepare=pay),
    Mutation("its payment taken off", move_payment,
             frozenset({("payment", "balance"), ("payment", "applied to"), ("invoice", "balance")}),
             frozenset({("payment", "changed_in_quickbooks")}), prepare=pay),
    Mutation("copied with our mark", copy_document, invoice_fields("presence"), CHANGED),
)  # fmt: skip
"""Each on an invoice of its own."""
