"""A tax rate that changed on a date: each document is taxed at the rate of its own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import httpx
import pytest

from caspen_seed import NewLine
from caspen_seed.arithmetic import TaxMode
from tests.integration.reconciling.runs import run as reconcile
from tests.integration.reconciling.test_tie_outs import tie_outs
from tests.support.command_line import run_command
from tests.support.flow import Flow

BEFORE, CHANGE = date(2026, 6, 30), date(2026, 7, 1)


def command(*arguments: str, code: int = 0) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def change(flow: Flow, percent: str = "12.5", since: date = CHANGE, *, stale: bool = False) -> None:
    flow.person("change-tax-rate", rate="GST (sales)", percent=percent, **{"from": str(since)}, stale=stale)


def gst_code(flow: Flow) -> str:
    return next(row["Id"] for row in flow.books("TaxCode") if row["Name"] == "GST")


def link(flow: Flow, rate: int, code: str, *, exit_code: int = 0) -> str:
    return command("link-tax", "--tax-rate", str(rate), "--tax-code", code, code=exit_code)


def invoice(flow: Flow, dated: date, rate: int, *prices: str, mode: TaxMode | None = None) -> int:
    lines = [NewLine("service", "Visit", price, tax_rate_id=rate) for price in prices or ("100.00",)]
    made = flow.staff.draft_invoice(flow.client_id, lines, issue_date=dated, due_date=dated, tax_mode=mode)
    flow.staff.finalise(made)
    return made


def taxes(flow: Flow, entity: str = "Invoice") -> dict[str, Decimal]:
    return {row["DocNumber"]: row["TxnTaxDetail"]["TotalTax"] for row in flow.books(entity)}


def make_code(flow: Flow, name: str, percent: str) -> str:
    """As a person adds a code in QuickBooks: its own tax service."""
    agency = flow.books("TaxAgency")[0]["Id"]
    detail = {
        "TaxRateName": f"{name} rate",
        "RateValue": percent,
        "TaxAgencyId": agency,
        "TaxApplicableOn": "Sales",
    }
    token = flow.door("token", realm=flow.realm)["access_token"]
    answer = httpx.post(
        f"{flow.sandbox.url}/v3/company/{flow.realm}/taxservice/taxcode",
        json={"TaxCode": name, "TaxRateDetails": [detail]},
        headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
        verify=False,
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["TaxCodeId"])


@pytest.mark.parametrize("stale", [False, True], ids=["stated", "stale"])
@pytest.mark.parametrize("mode", ["exclusive", "inclusive"])
def test_each_invoice_is_taxed_at_the_rate_of_its_own_date(flow: Flow, stale: bool, mode: TaxMode) -> None:
    change(flow, stale=stale)
    new = flow.staff.create_tax_rate("GST 12.5", "12.5")
    link(flow, new, gst_code(flow))
    link(flow, flow.rates["GST"], gst_code(flow))
    # Three lines of 1.15 need their tax stated: at the rate of the date, too.
    expected = {
        flow.staff.invoice(made).number: flow.staff.invoice(made).tax_total
        for made in (
            invoice(flow, BEFORE, flow.rates["GST"], mode=mode),
            invoice(flow, BEFORE, flow.rates["GST"], "1.15", "1.15", "1.15", mode=mode),
            invoice(flow, CHANGE, new, mode=mode),
            invoice(flow, CHANGE, new, "1.13", "1.13", "1.13", mode=mode),
        )
    }
    command("post")
    assert flow.listed() == {} and taxes(flow) == expected
    assert not any("OverrideDeltaAmount" in str(row["TxnTaxDetail"]) for row in flow.books("Invoice"))
    reconcile(flow)
    assert flow.listed() == {}
    assert "FAIL" not in command("doctor").replace("FAIL  auto", "")


def test_gst_by_code_knows_the_rate_of_each_date(flow: Flow) -> None:
    """One code, two rates, next to another code that bears tax: nothing is left without a code."""
    change(flow, since=date.today())
    new, other = flow.staff.create_tax_rate("GST 12.5", "12.5"), flow.staff.create_tax_rate("Levy", "15")
    link(flow, new, gst_code(flow))
    link(flow, other, make_code(flow, "Levy", "15"))
    old_day = date.fromordinal(date.today().toordinal() - 1)
    for dated, gst in ((old_day, flow.rates["GST"]), (date.today(), new)):
        lines = [NewLine("service", "Visit", "100.00", tax_rate_id=rate) for rate in (gst, other)]
        made = flow.staff.draft_invoice(flow.client_id, lines, issue_date=dated, due_date=dated)
        flow.staff.finalise(made)
    command("post")
    assert flow.listed() == {}
    reconcile(flow)
    rows = [row for row in tie_outs(flow)["tax"].rows if row.label.startswith("Tax at")]
    assert sum(row.quickbooks for row in rows) == Decimal("52.50")
    assert all(row.caspen == row.quickbooks and "no tax code" not in row.label for row in rows)


def test_an_invoice_at_the_rate_of_another_date_is_held_until_it_is_finalised_at_the_right_one(flow: Flow):
    change(flow)
    new = flow.staff.create_tax_rate("GST 12.5", "12.5")
    link(flow, new, gst_code(flow))
    command("retry", "--all")
    late, early = invoice(flow, CHANGE, flow.rates["GST"]), invoice(flow, BEFORE, new)
    good = invoice(flow, BEFORE, flow.rates["GST"])
    command("post")
    numbers = {name: flow.staff.invoice(one).number for name, one in (("late", late), ("early", early))}
    listed = flow.listed()
    assert set(listed) == {(number, "business_validation_tax") for number in numbers.values()}
    assert (
        "taxed at 10 %; the linked tax code GST is 12.5 % on 2026-07-01"
        in listed[numbers["late"], "business_validation_tax"]
    )
    assert (
        "taxed at 12.5 %; the linked tax code GST is 10 % on 2026-06-30"
        in listed[numbers["early"], "business_validation_tax"]
    )
    assert all("(10 % until 2026-06-30, 12.5 % from 2026-07-01)" in detail for detail in listed.values())
    assert list(taxes(flow)) == [flow.staff.invoice(good).number]
    for one, rate in ((late, new), (early, flow.rates["GST"])):
        flow.staff.revert_to_draft(one)
        flow.staff.edit_draft(one, lines=[NewLine("service", "Visit", "100.00", tax_rate_id=rate)])
        flow.staff.finalise(one)
    command("post")
    assert flow.listed() == {} and sorted(taxes(flow).values()) == [10, 10, Decimal("12.5")]


def test_a_credit_dated_after_the_change_on_an_invoice_before_it_waits_for_a_code_of_the_old_rate(flow: Flow):
    change(flow)
    made = invoice(flow, BEFORE, flow.rates["GST"])
    command("post")
    within, after = (flow.staff.credit(made, {1: "0.1"}, issue_date=dated) for dated in (BEFORE, CHANGE))
    command("post")
    assert list(flow.listed()) == [(after.number, "business_validation_tax")]
    detail = flow.listed()[after.number, "business_validation_tax"]
    assert "taxed at 10 %; the linked tax code GST is 12.5 % on 2026-07-01" in detail
    assert (
        "the date of the credit note" in detail and "link Caspen's rate to a tax code that is 10 %" in detail
    )
    assert list(taxes(flow, "CreditMemo")) == [within.number]
    link(flow, flow.rates["GST"], make_code(flow, "GST old", "10"))
    command("post")
    assert flow.listed() == {}
    assert taxes(flow, "CreditMemo") == {within.number: 1, after.number: 1}
    assert flow.books("Invoice")[0]["Balance"] == flow.staff.balance(made)


def test_a_rate_is_linked_to_a_code_that_has_had_or_will_have_it_and_else_refused_with_all_its_spans(
    flow: Flow,
):
    change(flow, "12.5", date(2026, 7, 1))
    change(flow, "15", date(2031, 7, 1))
    code = gst_code(flow)
    for percent in ("10", "12.5", "15"):
        assert "is linked to GST" in link(flow, flow.staff.create_tax_rate(f"GST {percent}", percent), code)
    refused = link(flow, flow.staff.create_tax_rate("Levy", "11"), code, exit_code=1)
    spans = "10 % until 2026-06-30, 12.5 % from 2026-07-01 until 2031-06-30, 15 % from 2031-07-01"
    assert f"Levy is 11 %, QuickBooks' GST ({code}) is {spans}." in " ".join(refused.split())
    assert f"linked to GST, {spans}" in command("doctor", code=1)


def test_the_doctor_says_when_the_rate_in_use_ended(flow: Flow) -> None:
    flow.switch(auto_apply_credit=False)
    change(flow, "12.5", date(2031, 7, 1))
    assert "linked to GST, 10 % until 2031-06-30, 12.5 % from 2031-07-01" in command("doctor")
    change(flow)
    found = command("doctor", code=1)
    assert "invoices of today at this rate are held" in found and "use a tax rate of 12.5 %" in found
    link(flow, flow.staff.create_tax_rate("GST 12.5", "12.5"), gst_code(flow))
    command("doctor")
