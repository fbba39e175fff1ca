"""An update keeps what a person did to the document: charges, order and classes of its lines, edits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from tests.integration.posting.additions.conftest import classes, command, lines, made, refinalise, set_class
from tests.support.bookkeeper import edit, invoice_of, plain
from tests.support.command_line import run_command
from tests.support.flow import WORKSPACE, Flow
from tests.support.interrupt import Instant, interrupt


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
