"""Every field that a person can fill in on a posted document stands after every kind of update."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from caspen_qbo.core.posting.merging.ownership import OWNERSHIP, Owner, Place, names_of
from tests.integration.posting.additions.conftest import command, first, lines, made, refinalise
from tests.support.bookkeeper import body_of, credit_of, edit, edit_credit, invoice_of, payment_of, plain
from tests.support.flow import Flow

ADDRESS = {"Line1": "1 Long Street", "Line2": "Sydney NSW 2000"}


def on_form(flow: Flow, entity: str) -> dict[str, Any]:
    """A value for every field of a form that is a person's."""
    values: dict[str, Any] = {
        "ClassRef": made(flow, "Class", Name=f"Form {entity}"),
        "DepartmentRef": made(flow, "Department", Name=f"Clinic {entity}"),
        "CustomField": [{"DefinitionId": "1", "Type": "StringType", "StringValue": "Dr No"}],
        "CustomerMemo": {"value": "Thank you"},
        "BillAddr": ADDRESS,
        "ShipAddr": ADDRESS,
        "ShipFromAddr": ADDRESS,
        "FreeFormAddress": True,
        "BillEmail": {"Address": "a@example.com"},
        "BillEmailCc": {"Address": "b@example.com"},
        "BillEmailBcc": {"Address": "c@example.com"},
        "EmailStatus": "NeedToSend",
        "PrintStatus": "NeedToPrint",
        "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": "2026-07-01T09:00:00+10:00"},
        "SalesTermRef": first(flow, "Term", Name="Net 14"),
        "ShipDate": "2026-07-03",
        "ShipMethodRef": {"value": "Courier"},
        "TrackingNum": "TRACK-9",
        "PaymentMethodRef": first(flow, "PaymentMethod", Name="Cheque"),
        "DepositToAccountRef": first(flow, "Account", AccountType="Bank"),
        "ApplyTaxAfterDiscount": True,
        "TxnSource": "Desk",
        "TransactionLocationType": "WithinAustralia",
        "ProjectRef": {"value": "77"},
        "TaxExemptionRef": {"value": "3"},
    }
    if entity == "Invoice":
        values |= {name: True for name in names_of("Invoice", Place.FORM, Owner.THEIRS) if "Allow" in name}
        values["Deposit"] = 1
    return values


ELSEWHERE = {"ExchangeRate": "kept only in a company of several currencies"}
ON_LINE = {
    "CustomExtensions": [{"key": "shift"}],
    "CustomField": [{"DefinitionId": "1", "Name": "Room", "Type": "StringType", "StringValue": "B2"}],
    "LinkedTxn": [{"TxnId": "900", "TxnType": "Estimate"}],
}


def on_detail(flow: Flow, name: str) -> dict[str, Any]:
    return {
        "ClassRef": made(flow, "Class", Name=name),
        "MarkupInfo": {"PercentBased": True},
        "PriceLevelRef": {"value": "5"},
        "RatePercent": 12,
        "DeferredRevenue": True,
    }


def is_there(wanted: Any, there: Any) -> bool:
    """All that was filled in; QuickBooks adds names to references."""
    if isinstance(wanted, dict):
        return isinstance(there, dict) and all(is_there(v, there.get(k)) for k, v in wanted.items())
    if isinstance(wanted, list):
        return isinstance(there, list) and all(map(is_there, wanted, there))
    return bool(plain(there) == wanted)


class Filled:
    """An invoice or credit memo with everything filled in that a person can."""

    def __init__(self, flow: Flow, invoice: int, entity: str, *, by_form: bool) -> None:
        self.flow, self.invoice, self.entity = flow, invoice, entity
        self.form = on_form(flow, entity)
        assert set(self.form) | set(ELSEWHERE) == names_of(entity, Place.FORM, Owner.THEIRS)
        assert set(ON_LINE) == names_of(entity, Place.LINE, Owner.THEIRS)
        assert set(on_detail(flow, f"{entity} tried")) == names_of(entity, Place.DETAIL, Owner.THEIRS)
        flow.switch(class_tracking="per_txn" if by_form else "per_line")
        if not by_form:
            del self.form["ClassRef"]
        lines = [plain(line) for line in self.body["Line"] if "SalesItemLineDetail" in line]
        self.details = [on_detail(flow, f"{entity} {number}") for number, _ in enumerate(lines)]
        for line, detail in zip(lines, self.details, strict=True):
            if by_form:
                del detail["ClassRef"]
            line["SalesItemLineDetail"] |= detail
            line.update(ON_LINE)
        words = {"DetailType": "DescriptionOnly", "Description": "Thank you for coming"}
        subtotal = {"DetailType": "DescriptionOnly", "Description": "Subtotal:"}
        note = f"Call first. {self.body['PrivateNote']} Paid by the insurer."
        self.change(Line=[*lines, words, subtotal], PrivateNote=note, **self.form)
        self.must_stand()

    @property
    def body(self) -> dict[str, Any]:
        find: dict[str, Callable[[Flow, int], dict[str, Any]]] = {
            "Invoice": invoice_of,
            "CreditMemo": credit_of,
        }
        return find[self.entity](self.flow, self.invoice)

    def change(self, **changes: Any) -> None:
        (edit if self.entity == "Invoice" else edit_credit)(self.flow, self.invoice, **changes)

    def must_stand(self) -> None:
        body = self.body
        wrong = {
            name: body.get(name) for name, value in self.form.items() if not is_there(value, body.get(name))
        }
        assert wrong == {}
        note = body["PrivateNote"]
        assert note.startswith("Call first. Caspen ") and note.endswith("] Paid by the insurer.")
        sales = [line for line in body["Line"] if "SalesItemLineDetail" in line]
        for line, detail in zip(sales, self.details, strict=False):
            assert is_there(detail, line["SalesItemLineDetail"]), line
            assert is_there(ON_LINE, line), line
        words = [line["Description"] for line in body["Line"] if line["DetailType"] == "DescriptionOnly"]
        net = sum(line["Amount"] for line in sales)
        assert words == ["Thank you for coming", f"Subtotal: {net:.2f}"]


def by_new_version(flow: Flow, invoice: int) -> None:
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00"), ("Consult", "20.00"), ("Report", "7.00")))
    command("post")


def by_resending(flow: Flow, invoice: int) -> None:
    sale = [
        plain(line)
        for line in invoice_of(flow, invoice)["Line"]
        if line["DetailType"] != "SubTotalLineDetail"
    ]
    sale[0]["Description"] = "Other words"
    sale[1] |= {"Amount": 30, "Description": "Other words too"}
    sale[1]["SalesItemLineDetail"] |= {"Qty": 1, "UnitPrice": 30}
    edit(flow, invoice, Line=sale)
    command("reconcile")
    command("resend", "--number", flow.staff.invoice(invoice).number)
    command("post")


def by_correction(flow: Flow, invoice: int) -> None:
    """QuickBooks rounds tax otherwise than Caspen, so that the tax is stated in a second update."""
    flow.switch(tax_rounding="per_rate")
    new = lines(flow, ("Assess", "96.55"), ("Consult", "1.15"), ("Report", "1.15"))
    refinalise(flow, invoice, *new, tax_mode="inclusive")
    assert "corrected" in command("post")
    [(steps,)] = flow.sync_rows(
        "SELECT count(*) FROM qbo_sync.request WHERE step = 'correct' AND state = 'done'"
    )
    assert steps == 1


def by_another_client(flow: Flow, invoice: int) -> None:
    other = flow.staff.create_client("Bob", "Other", email="bob@example.com")
    before = invoice_of(flow, invoice)["CustomerRef"]["value"]
    refinalise(flow, invoice, client_id=other)
    command("post")
    assert invoice_of(flow, invoice)["CustomerRef"]["value"] != before


UPDATES = (by_new_version, by_resending, by_correction, by_another_client)


@pytest.mark.parametrize("by_form", [False, True], ids=["class by line", "class by form"])
@pytest.mark.parametrize("update", UPDATES, ids=lambda one: one.__name__)
def test_what_a_person_filled_in_on_an_invoice_stands_after_every_update(
    flow: Flow, update: Callable[[Flow, int], None], by_form: bool
) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    filled = Filled(flow, invoice, "Invoice", by_form=by_form)
    command("reconcile")
    assert [row for row in flow.listed().items() if row[0][1] == "changed_in_quickbooks"] == []
    update(flow, invoice)
    filled.must_stand()
    total = flow.staff.invoice(invoice).total
    assert plain(filled.body["TotalAmt"]) == float(total)
    command("reconcile")
    assert [row for row in flow.listed().items() if row[0][1] == "changed_in_quickbooks"] == []


@pytest.mark.parametrize("by_form", [False, True], ids=["class by line", "class by form"])
def test_what_a_person_filled_in_on_a_credit_memo_stands_when_it_is_sent_again(
    flow: Flow, by_form: bool
) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    flow.staff.credit(invoice, {1: "0.5", 2: 1})
    command("post")
    filled = Filled(flow, invoice, "CreditMemo", by_form=by_form)
    command("reconcile")
    assert flow.listed() == {}
    filled.change(TxnDate="2020-02-29")
    command("reconcile")
    [(number, key)] = flow.listed()
    assert key == "changed_in_quickbooks"
    command("resend", "--number", number)
    command("post")
    assert filled.body["TxnDate"] != "2020-02-29"
    filled.must_stand()
    command("reconcile")
    assert flow.listed() == {}


def on_payment(flow: Flow) -> dict[str, Any]:
    return {
        "PaymentMethodRef": first(flow, "PaymentMethod", Name="Cheque"),
        "ARAccountRef": first(flow, "Account", AccountType="Accounts Receivable"),
        "TxnSource": "Desk",
        "TxnStatus": "PAID",
        "ProcessPayment": True,
        "CreditCardPayment": {"CreditChargeInfo": {"Type": "VISA"}},
        "TransactionLocationType": "WithinAustralia",
        "ProjectRef": {"value": "77"},
        "TaxExemptionRef": {"value": "3"},
    }


def test_what_a_person_filled_in_on_a_payment_stands_when_it_moves(flow: Flow) -> None:
    from tests.integration.posting.test_lifecycle import allocation_of, move

    one, other = flow.invoice("100.00"), flow.invoice("100.00")
    flow.pay(one, "40.00")
    command("post")
    payment = payment_of(flow, one)
    values = on_payment(flow)
    theirs = names_of("Payment", Place.FORM, Owner.THEIRS, Owner.FIRST)
    assert set(values) | set(ELSEWHERE) == theirs
    note = f"Call first. {payment['PrivateNote']} By post."
    values["PrivateNote"] = note
    flow.person("edit", entity="Payment", id=payment["Id"], changes=plain(values))
    command("reconcile")
    assert flow.listed() == {}
    allocation = allocation_of(flow, one)
    for amount in ("40.00", "25.00"):
        move(flow, allocation, other, amount)
        command("post")
        now = body_of(flow, "Payment", "payment", allocation)
        assert (now["Id"], plain(now["TotalAmt"])) == (payment["Id"], float(amount))
        assert {
            name: now.get(name) for name, value in values.items() if not is_there(value, now.get(name))
        } == {}
    command("reconcile")
    assert flow.listed() == {}


def test_each_field_is_in_the_table_once() -> None:
    rows = [(entity, field.place, field.name) for field in OWNERSHIP for entity in field.entities]
    assert len(rows) == len(set(rows))
