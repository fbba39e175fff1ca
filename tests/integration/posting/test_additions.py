"""What a person fills in on a posted document stays through all our updates, and is shown before it goes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.posting.merging.ownership import OWNERSHIP, Owner, Place, names_of
from caspen_qbo.usecases.posting.dry_run import plan_post
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine
from tests.support.bookkeeper import body_of, credit_of, edit, edit_credit, invoice_of, payment_of, plain
from tests.support.command_line import run_command
from tests.support.flow import WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt

ADDRESS = {"Line1": "1 Long Street", "Line2": "Sydney NSW 2000"}


def made(flow: Flow, entity: str, **document: Any) -> dict[str, str]:
    return {"value": flow.person("create", entity=entity, document=document)["Id"]}


def first(flow: Flow, entity: str, **wanted: str) -> dict[str, str]:
    return {"value": next(r["Id"] for r in flow.books(entity) if wanted.items() <= r.items())}


def command(*arguments: str) -> str:
    done = run_command(arguments[0], "--workspace", str(WORKSPACE), *arguments[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def flow(flow: Flow) -> Flow:
    flow.switch(class_tracking="per_line", track_departments=True)
    flow.person("define-custom-field", id="1", name="Referrer")
    return flow


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


def lines(flow: Flow, *named: tuple[str, str]) -> list[NewLine]:
    return [NewLine("service", name, price, tax_rate_id=flow.rates["GST"]) for name, price in named]


def refinalise(flow: Flow, invoice: int, *new: NewLine, **changes: Any) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, lines=new or None, **changes)
    flow.staff.finalise(invoice)


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


def set_class(flow: Flow, invoice: int, name: str, klass: dict[str, str] | None) -> None:
    """A person puts a class on the line of that name, or takes it off."""
    changed = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    for line in changed:
        if line["Description"] == name:
            line["SalesItemLineDetail"]["ClassRef"] = klass
    edit(flow, invoice, Line=changed)


def classes(flow: Flow, invoice: int) -> dict[str, str]:
    return {
        line["Description"]: line["SalesItemLineDetail"].get("ClassRef", {}).get("name", "")
        for line in invoice_of(flow, invoice)["Line"]
        if "SalesItemLineDetail" in line
    }


def with_a_class_on_a_line_that_goes(flow: Flow) -> int:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic A"))
    refinalise(flow, invoice, *lines(flow, ("Assess", "80.00")))
    command("post")
    return invoice


SHOWN = "line 2 'Consult' carries class 'Clinic A'; Caspen no longer has this line."


def test_a_line_that_goes_with_something_of_theirs_is_shown_before_anything_is_written(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [((number, key), detail)] = flow.listed().items()
    assert key == "changed_in_quickbooks" and SHOWN in detail
    assert classes(flow, invoice) == {"Assess": "", "Consult": "Clinic A"}
    command("retry", "--number", number)
    with wiring.open_session(WORKSPACE, "dry run") as session:
        assert SHOWN in plan_post(session).message
    command("post")
    assert SHOWN in flow.listed()[number, key]
    command("resend", "--number", number)
    command("post")
    assert flow.listed() == {}
    assert classes(flow, invoice) == {"Assess": ""}
    assert invoice_of(flow, invoice)["TotalAmt"] == 88


def test_accepted_it_stays_and_the_version_that_was_held_is_not_sent(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [(number, _)] = flow.listed()
    before = invoice_of(flow, invoice)
    command("accept", "--number", number)
    for _ in range(2):
        command("post")
        command("reconcile")
        assert flow.listed() == {}
    assert invoice_of(flow, invoice) == before
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00")))
    command("post")
    assert SHOWN in flow.listed()[number, "changed_in_quickbooks"]
    command("resend", "--number", number)
    command("post")
    assert (flow.listed(), classes(flow, invoice)) == ({}, {"Assess": ""})
    assert invoice_of(flow, invoice)["TotalAmt"] == 93.5


def test_a_new_version_does_not_overwrite_an_edit_that_was_accepted(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    edit(flow, invoice, DueDate="2031-01-31")
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00"), ("Consult", "20.00")))
    command("post")
    [(number, key)] = flow.listed()
    assert key == "changed_in_quickbooks"
    command("accept", "--number", number)
    for _ in range(2):
        command("post")
        command("reconcile")
        assert flow.listed() == {}
    body = invoice_of(flow, invoice)
    assert (body["DueDate"], body["TotalAmt"]) == ("2031-01-31", 110)


def test_a_charge_that_was_accepted_stays_through_a_later_version(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    there = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    klass = made(flow, "Class", Name="Fees")
    detail = {**there[0]["SalesItemLineDetail"], "UnitPrice": 5, "ClassRef": klass}
    fee = {**there[0], "Id": None, "Description": "Late fee", "Amount": 5, "SalesItemLineDetail": detail}
    edit(flow, invoice, Line=[there[0], fee, there[1]])
    command("reconcile")
    [(number, key)] = flow.listed()
    assert key == "changed_in_quickbooks"
    command("accept", "--number", number)
    for price in ("85.00", "90.00"):
        refinalise(flow, invoice, *lines(flow, ("Assess", price), ("Consult", "20.00"), ("Gel", "1.00")))
        command("post")
        assert list(classes(flow, invoice)) == ["Assess", "Late fee", "Consult", "Gel"]
        assert classes(flow, invoice)["Late fee"] == "Fees"
        net = sum(
            line["Amount"] for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line
        )
        assert net == float(price) + 26
        # GST is on the charge as well, and it stays agreed: nothing has to be accepted again.
        assert invoice_of(flow, invoice)["TotalAmt"] == round(Decimal(price) * 11 + 286) / Decimal(10)
        command("reconcile")
        assert flow.listed() == {}


def test_it_goes_on_once_the_person_has_moved_it(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    set_class(flow, invoice, "Consult", None)
    set_class(flow, invoice, "Assess", first(flow, "Class", Name="Clinic A"))
    command("reconcile")  # releases it
    command("post")
    assert flow.listed() == {}
    assert classes(flow, invoice) == {"Assess": "Clinic A"}


def test_what_is_filled_in_after_the_choice_is_shown_again(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [(number, _)] = flow.listed()
    command("resend", "--number", number)
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic B"))
    command("post")
    [detail] = flow.listed().values()
    assert "class 'Clinic B'" in detail
    command("resend", "--number", number)
    command("post")
    assert (flow.listed(), classes(flow, invoice)) == ({}, {"Assess": ""})


def test_lines_in_a_persons_order_are_known_again(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00"), ("Gel", "5.00")))
    command("post")
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic A"))
    there = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    words = {"DetailType": "DescriptionOnly", "Description": "By hand"}
    edit(flow, invoice, Line=[there[2], words, there[1], there[0]])
    command("reconcile")
    assert flow.listed() == {}
    refinalise(
        flow,
        invoice,
        *lines(flow, ("New", "1.00"), ("Assess", "90.00"), ("Late", "2.00"), ("Consult", "25.00")),
    )
    command("post")
    assert flow.listed() == {}
    shown = [line.get("Description") for line in invoice_of(flow, invoice)["Line"]][:-1]
    assert shown == ["New", "By hand", "Consult", "Assess", "Late"]
    assert classes(flow, invoice)["Consult"] == "Clinic A"


def test_what_is_filled_in_between_our_reading_and_our_writing_is_read_again(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    klass = made(flow, "Class", Name="Clinic A")
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00"), ("Consult", "20.00")))
    with wiring.open_session(WORKSPACE, "race") as session:
        watched = interrupt(
            session, Instant("send_batch"), lambda: set_class(flow, invoice, "Consult", klass)
        )
        post(session)
    assert watched.acted
    command("post")
    assert invoice_of(flow, invoice)["TotalAmt"] == 115.5
    assert classes(flow, invoice)["Consult"] == "Clinic A"
    assert flow.listed() == {}
    steps = flow.sync_rows("SELECT state FROM qbo_sync.request WHERE operation = 'update' ORDER BY id")
    assert steps == [("refused",), ("done",)]


@pytest.mark.parametrize("commit", [False, True], ids=["never arrived", "carried out"])
def test_a_merged_update_whose_answer_is_lost_is_made_once(flow: Flow, commit: bool) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic A"))
    token = int(invoice_of(flow, invoice)["SyncToken"])
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00"), ("Consult", "20.00")))
    flow.door("faults", seed=1, rules=[{"kind": "drop", "commit": commit, "endpoint": "batch", "nth": 1}])
    run_command("post", "--workspace", str(WORKSPACE))
    flow.door("faults", seed=1, rules=[])
    command("post")
    body = invoice_of(flow, invoice)
    assert (body["TotalAmt"], int(body["SyncToken"])) == (115.5, token + 1)
    assert classes(flow, invoice)["Consult"] == "Clinic A"
    assert flow.listed() == {}


def test_each_field_is_in_the_table_once() -> None:
    rows = [(entity, field.place, field.name) for field in OWNERSHIP for entity in field.entities]
    assert len(rows) == len(set(rows))


def test_a_class_made_inactive_holds_its_own_document_alone(flow: Flow) -> None:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00")))
    other = flow.invoice(lines=lines(flow, ("Assess", "80.00")))
    command("post")
    klass = made(flow, "Class", Name="Clinic A")
    set_class(flow, invoice, "Assess", klass)
    flow.person("make-inactive", entity="Class", id=klass["value"])
    for one in (invoice, other):
        refinalise(flow, one, *lines(flow, ("Assess", "85.00")))
    command("post")
    [((number, key), detail)] = flow.listed().items()
    assert (number, key) == (flow.staff.invoice(invoice).number, "inactive_reference")
    assert "about the class a person chose" in detail and "The posted document stays as it was." in detail
    assert invoice_of(flow, other)["TotalAmt"] == 93.5
    [(cause,)] = flow.sync_rows("SELECT cause_ref FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL")
    assert cause == f"reference:Class {klass['value']}"
    flow.person("make-active", entity="Class", id=klass["value"])
    command("retry", "--number", number)
    command("post")
    assert flow.listed() == {}
    assert classes(flow, invoice) == {"Assess": "Clinic A"}
    assert invoice_of(flow, invoice)["TotalAmt"] == 93.5
