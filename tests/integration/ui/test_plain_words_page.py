"""What a page says, it says once, in names, and a run that found a difference is not green."""

from __future__ import annotations

import re

import pytest

from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.importing import receive

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.replace("&#39;", "'")))


def test_a_reconciliation_with_unexplained_differences(flow: Flow, dags: Pages) -> None:
    flow.invoice("80.00")
    flow.post()
    (theirs,) = flow.books("Invoice")
    line = next(each for each in theirs["Line"] if "SalesItemLineDetail" in each)
    detail = {key: line["SalesItemLineDetail"][key] for key in ("ItemRef", "TaxCodeRef")}
    changed = {"DetailType": "SalesItemLineDetail", "Amount": "82.50", "SalesItemLineDetail": detail}
    flow.person("edit", entity="Invoice", id=theirs["Id"], changes={"Line": [changed], "TxnTaxDetail": None})
    with wiring.open_session(flow.workspace_id, "manual__night") as session:
        reconcile(session)
    page = dags.as_("viewer").get("/w/1/activity").text
    (night,) = [row for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "manual__night" in row]
    assert 'class="badge bad">Done, money unexplained<' in night
    assert text_of(night).count("unexplained") == 2  # the state, and the sentence with its number
    assert "1 of 1 document compared differs, in 8 fields: 8 unexplained (2.75 AUD)." in text_of(night)
    assert 'href="/quickbooks/w/1/reconciliation/manual__night"' in night

    run = text_of(dags.as_("viewer").get("/w/1/reconciliation/manual__night").text)
    assert "1 document compared, 8 fields differ." in run
    assert "Total: Caspen 88.00, QuickBooks 90.75 (2.75 more in QuickBooks), from line 1 amount: " in run
    assert run.count("+2.75 AUD") == 3  # the document's, and behind it total and balance

    listed = text_of(dags.as_("viewer").get("/w/1/unsynced").text)
    assert f"Ann O'Neil Client {flow.client_id}" in listed


def test_the_customer_of_an_invoice_is_named_on_both_sides(flow: Flow, pages: Pages) -> None:
    invoice_id = flow.invoice("80.00")
    flow.post()
    (theirs,) = flow.books("Invoice")
    own = theirs["CustomerRef"]["value"]

    def customer() -> tuple[str, bool]:
        html = pages.as_("viewer").get(f"/w/1/invoices/{invoice_id}").text
        (row,) = [each for each in re.findall(r"<tr.*?</tr>", html, re.DOTALL) if ">Customer<" in each]
        return text_of(row).strip(), 'class="differs"' in row

    (name,) = [each["DisplayName"] for each in flow.books("Customer") if each["Id"] == own]
    assert customer() == (f"Customer Ann O'Neil {name} ({own})", False)
    other = flow.person("create", entity="Customer", document={"DisplayName": "O'Neil family"})["Id"]
    flow.person("edit", entity="Invoice", id=theirs["Id"], changes={"CustomerRef": {"value": other}})
    assert customer() == (f"Customer Ann O'Neil O'Neil family ({other}) differs", True)


def test_the_story_of_an_invoice_on_its_page_and_by_command(flow: Flow, pages: Pages) -> None:
    """Held by a tax rate, posted, paid in QuickBooks, edited there: each step once, the open one last."""
    [(code,)] = flow.sync_rows(
        "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", flow.rates["GST"]
    )
    flow.rates["New GST"] = flow.staff.create_tax_rate("New GST", "10")
    invoice_id = flow.invoice("80.00", rate="New GST")
    number = flow.staff.invoice(invoice_id).number
    assert run_command("post", "--workspace", "1").returncode == 0
    choice = ("--tax-rate", str(flow.rates["New GST"]), "--tax-code", code)
    assert run_command("link-tax", "--workspace", "1", *choice).returncode == 0
    assert run_command("post", "--workspace", "1").returncode == 0
    (theirs,) = flow.books("Invoice")
    receive(flow, {invoice_id: "40.00"})
    assert run_command("import", "--workspace", "1").returncode == 0

    def story() -> list[str]:
        html = pages.as_("viewer").get(f"/w/1/invoices/{invoice_id}").text
        (steps,) = re.findall(r'<ol class="story">(.*?)</ol>', html, re.DOTALL)
        shown = [re.sub(r"^.*?\d\d:\d\d ", "", text_of(step).strip()) for step in steps.split("</li>")[:-1]]
        printed = run_command("explain", "--workspace", "1", "--number", number).stdout.splitlines()
        assert [re.sub(r"^.*?\d\d:\d\d  ", "", line) for line in printed] == shown
        return [re.sub(r"\d+ \w{3} \d{4}, \d\d:\d\d", "WHEN", line) for line in shown]

    told = story()
    assert told[:3] == [
        "Finalised in Caspen.",
        "Listed: Business validation error (tax), until WHEN (synced).",
        f"Posted as Invoice {theirs['Id']}, total 88.00.",
    ]
    assert re.fullmatch(r"Payment \S+ imported from QuickBooks: Payment \d+, 40\.00\.", told[3])
    assert told[4:] == ["Last read in QuickBooks, and equal."]

    flow.person("edit", entity="Invoice", id=theirs["Id"], changes={"TxnDate": "2020-02-29"})
    assert run_command("reconcile", "--workspace", "1").returncode == 0
    assert story()[-1] == "Listed: Changed in QuickBooks."
    nothing = run_command("explain", "--workspace", "1", "--number", "NO-SUCH")
    assert (nothing.returncode, nothing.stdout) == (1, "workspace 1: nothing is recorded about NO-SUCH\n")


def test_what_a_run_sent_leads_to_that_run(flow: Flow, pages: Pages) -> None:
    invoice_id = flow.invoice("80.00")
    with wiring.open_session(flow.workspace_id, "manual__2026-11-28T01:00:00+00:00") as session:
        post(session)
    page = pages.as_("viewer").get(f"/w/1/invoices/{invoice_id}").text
    history = page.split("<h2>History</h2>")[1]
    assert "dags/post_to_quickbooks/runs/manual__2026-11-28T01%3A00%3A00%2B00%3A00" in history
    flow.invoice("90.00")
    assert run_command("post", "--workspace", "1").returncode == 0
    second = pages.as_("viewer").get(f"/w/1/invoices/{invoice_id + 1}").text
    assert "From the command line" in second.split("<h2>History</h2>")[1]
