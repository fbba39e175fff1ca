"""GST switched off in the company: what carries tax waits as one cause and follows in order."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from caspen_qbo.core.writes import Write
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.session import Session
from caspen_seed import NewLine
from caspen_seed.arithmetic import TaxMode
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "business_validation_tax"


def command(*arguments: str, code: int = 0) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def causes(flow: Flow) -> list[tuple[str, str]]:
    return flow.sync_rows(
        "SELECT DISTINCT error_key, cause_ref FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
    )


def numbers(flow: Flow, *invoices: int) -> list[str]:
    return [flow.staff.invoice(one).number for one in invoices]


def test_it_is_known_before_sending_is_one_cause_and_all_follow_in_order_when_it_is_on(flow: Flow) -> None:
    flow.switch(using_sales_tax=False)  # the lists were read a moment ago
    held = [flow.invoice("100.00"), flow.invoice("50.00", "9.99"), flow.invoice("30.00")]
    flow.pay(held[1], "20.00")
    command("post")
    assert flow.books("Invoice") == [] and flow.books("Payment") == []
    assert set(flow.listed()) == {(number, KEY) for number in numbers(flow, *held)}
    assert causes(flow) == [(KEY, "sales_tax")]
    assert all("GST is switched off in QuickBooks" in detail for detail in flow.listed().values())
    rows = json.loads(command("unsynced", "--json"))
    assert {row["fix"] for row in rows} == {
        "Switch GST on in QuickBooks (Taxes); everything waiting on it then posts."
    }
    command("post")
    assert flow.books("Invoice") == []

    flow.switch(using_sales_tax=True)
    command("post")
    assert flow.listed() == {}
    assert [row["DocNumber"] for row in flow.books("Invoice")] == numbers(flow, *held)
    assert {row["DocNumber"]: row["Balance"] for row in flow.books("Invoice")} == {
        flow.staff.invoice(one).number: flow.staff.balance(one) for one in held
    }


@pytest.mark.parametrize("mode", ["exclusive", "inclusive", "none"])
def test_what_carries_no_tax_goes_and_stays_equal_when_it_is_on_again(flow: Flow, mode: TaxMode) -> None:
    flow.switch(using_sales_tax=False)
    rate = None if mode == "none" else flow.rates["GST free"]
    line = NewLine("service", "Visit", "33.33", tax_rate_id=rate)
    free = flow.staff.draft_invoice(flow.client_id, [line], tax_mode=mode)
    flow.staff.finalise(free)
    taxed = flow.invoice("100.00")
    flow.pay(free, "33.33")
    command("post")
    assert list(flow.listed()) == [(*numbers(flow, taxed), KEY)]
    [posted] = flow.books("Invoice")
    assert (posted["TotalAmt"], posted["Balance"]) == (Decimal("33.33"), 0)
    assert "TaxCodeRef" not in str(next(r for r in flow.requests() if "batch" in r["path"])["body"])
    flow.switch(using_sales_tax=True)
    command("post")
    command("reconcile")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 2


def test_updates_credit_notes_and_what_is_sent_again_wait_for_it_too(flow: Flow) -> None:
    changed, credited, edited = flow.invoice("100.00"), flow.invoice("80.00"), flow.invoice("60.00")
    command("post")
    before = {row["Id"]: row["SyncToken"] for row in flow.books("Invoice")}
    last = flow.books("Invoice")[-1]
    flow.person("edit", entity="Invoice", id=last["Id"], changes={"DueDate": "2031-01-31"})
    command("reconcile")
    flow.switch(using_sales_tax=False)
    flow.staff.revert_to_draft(changed)
    flow.staff.edit_draft(
        changed, lines=[NewLine("service", "Visit", "70.00", tax_rate_id=flow.rates["GST"])]
    )
    flow.staff.finalise(changed)
    note = flow.staff.credit(credited, {1: "0.5"})
    command("resend", "--number", *numbers(flow, edited))
    plan = command("post", "--dry-run")
    assert plan.count("GST is switched off in QuickBooks") == 3
    command("post")
    assert set(flow.listed()) == {(n, KEY) for n in (*numbers(flow, changed, edited), note.number)}
    assert causes(flow) == [(KEY, "sales_tax")] and flow.books("CreditMemo") == []
    now = {row["Id"]: row["SyncToken"] for row in flow.books("Invoice")}
    assert [one for one in before if before[one] != now[one]] == [last["Id"]]

    flow.switch(using_sales_tax=True)
    command("post")
    command("reconcile")
    assert flow.listed() == {}
    assert [row["TotalAmt"] for row in flow.books("Invoice")] == [77, 88, 66]
    assert flow.books("Invoice")[1]["Balance"] == flow.staff.balance(credited)


def test_a_backfill_plans_and_lists_what_waits_for_it(flow: Flow) -> None:
    flow.switch(using_sales_tax=False)
    made = flow.invoice("100.00")
    assert "GST is switched off" in command("backfill", "--number", *numbers(flow, made))
    command("backfill", "--number", *numbers(flow, made), "--send")
    assert list(flow.listed()) == [(*numbers(flow, made), KEY)] and flow.books("Invoice") == []
    flow.switch(using_sales_tax=True)
    command("post")
    assert flow.listed() == {} and len(flow.books("Invoice")) == 1


def test_one_taken_in_the_minute_it_was_switched_off_waits_and_is_corrected_in_place(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the run read that GST is on and before it sent: no more than that batch stands without tax."""

    def switched_off_first(session: Session, writes: list[Write]) -> list[Outcome]:
        if not flow.books("Invoice"):
            flow.switch(using_sales_tax=False)
        return send(session, writes)

    monkeypatch.setattr("caspen_qbo.usecases.posting.carrying_out.carry_out.send", switched_off_first)
    made = flow.invoice("100.00")
    flow.pay(made, "10.00")
    flow.post()
    [(_, key)] = flow.listed()
    detail = flow.listed()[numbers(flow, made)[0], KEY]
    assert key == KEY and causes(flow) == [(KEY, "sales_tax")]
    assert "QuickBooks took it as Invoice" in detail and "tax 0.00, total 100.00" in detail
    flow.post()
    assert [row["TotalAmt"] for row in flow.books("Invoice")] == [100] and flow.books("Payment") == []
    flow.switch(using_sales_tax=True)
    flow.post()
    assert flow.listed() == {}
    [posted] = flow.books("Invoice")
    assert (posted["TotalAmt"], posted["TxnTaxDetail"]["TotalTax"], posted["Balance"]) == (110, 10, 100)


def test_doctor_and_link_tax_say_it_and_what_quickbooks_does_not_say_holds_nothing(flow: Flow) -> None:
    flow.switch(using_sales_tax=False)
    assert "FAIL  GST / sales tax: off" in command("doctor", code=1)
    code = flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")[0][0]
    said = command("link-tax", "--tax-rate", str(flow.rates["GST"]), "--tax-code", code)
    assert "is linked to GST" in said and "GST is switched off in QuickBooks" in " ".join(said.split())
    flow.switch(using_sales_tax=True)
    assert "ok    GST / sales tax: on" in command("doctor")
    said = command("link-tax", "--tax-rate", str(flow.rates["GST"]), "--tax-code", code)
    assert "switched off" not in said
