"""A newcomer's whole way in the browser: connect, configure, link taxes, see invoices post, clear each
classic error, read the report. The parts build on each other and run in order.
"""

from __future__ import annotations

import re

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import QboAuthError
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from tests.e2e.conftest import OpenWindow, Practice, Window
from tests.support.flow import REALM, Flow


def said(tab: Window) -> str:
    """The message after a form."""
    return tab.page.locator("main > .note[role=status], main > .note[role=alert]").first.inner_text()


def cards(tab: Window) -> list[str]:
    tab.open("/quickbooks/w/1/unsynced")
    return tab.page.locator("ul.cards h3").all_inner_texts()


def state(practice: Practice, invoice_id: int) -> tuple[str, str | None]:
    """What Caspen's own screen shows."""
    ((status, detail),) = practice.flow.caspen_rows(
        "SELECT quickbooks_status, quickbooks_status_detail FROM caspen.invoice WHERE id = %s", invoice_id
    )
    return status, detail


def quickbooks_id_of(flow: Flow, invoice_id: int) -> str:
    ((quickbooks_id,),) = flow.sync_rows(
        "SELECT quickbooks_id FROM qbo_sync.document_link WHERE document_kind = %s AND document_id = %s",
        "invoice",
        invoice_id,
    )
    return quickbooks_id


def consent(tab: Window) -> None:
    """On Intuit's page: choose the company and approve."""
    tab.page.select_option("#realm", REALM)
    tab.page.click("button[value=approve]")
    tab.page.wait_for_url("**/quickbooks/w/1/setup")
    assert said(tab).startswith("Connected to QuickBooks: Harbour Street Allied Health (company ")


@pytest.fixture(scope="module")
def old_invoice(practice: Practice) -> int:
    """From before the connection."""
    line = NewLine("service", "Old consultation", "50.00", tax_rate_id=practice.flow.rates["GST"])
    invoice_id = practice.flow.staff.draft_invoice(practice.flow.client_id, [line])
    practice.flow.staff.finalise(invoice_id)
    return invoice_id


def test_1_sign_in_and_connect(practice: Practice, window: OpenWindow, old_invoice: int) -> None:
    tab = window(None)
    tab.open("/quickbooks/")
    assert "/auth/login" in tab.page.url
    tab.page.fill("input[name=username]", "op")
    tab.page.fill("input[name=password]", "op")
    tab.page.click("button[type=submit]")
    tab.page.wait_for_url("**/quickbooks/w/1/setup")
    assert "Not connected" in tab.page.locator("ol.steps li").first.inner_text()

    # From Airflow's own menu: the pages are inside Airflow, and Connect leaves its frame.
    tab.open("/")
    tab.page.get_by_role("link", name="QuickBooks").click()
    frame = tab.page.frame_locator("iframe[title=QuickBooks]")
    frame.get_by_role("button", name="Connect to QuickBooks").click()
    tab.page.wait_for_url(re.compile("/connect/oauth2"))
    consent(tab)
    assert "Harbour Street Allied Health" in tab.page.inner_text("main")
    assert tab.complaints == []


def test_2_choose_account_and_items(practice: Practice, window: OpenWindow) -> None:
    tab = window("op")
    tab.open("/quickbooks/w/1/setup")
    tab.page.fill("#payment_account-find", "clearing")
    options = tab.page.locator("#payment_account option").all_inner_texts()
    assert any("Clearing" in option for option in options) and len(options) < 4, "the search narrows the list"
    tab.page.select_option("#payment_account", label=next(o for o in options if "Clearing" in o))
    tab.page.select_option("#service_item", index=1)
    tab.page.select_option("#product_item", index=1)
    tab.page.click("text=Save settings")
    assert said(tab).startswith("Settings saved.")
    assert tab.page.locator("ol.steps li.done h2").all_inner_texts() == [
        "Connect to QuickBooks",
        "Choose account and items",
    ]


def test_3_link_the_tax_rates(practice: Practice, window: OpenWindow) -> None:
    tab = window("op")
    tab.open("/quickbooks/w/1/taxes")
    assert tab.page.locator("tbody .badge").all_inner_texts() == ["Not synced", "Not synced"]
    tab.page.get_by_role("link", name="Sync with QuickBooks for Free").click()
    tab.page.get_by_label("GST", exact=True).check()
    tab.page.click("text=Link this code")
    assert "Free is 0 %" in said(tab) and "is 10 %" in said(tab), "refused, with both rates"
    tab.page.get_by_label("GST free", exact=True).check()
    tab.page.click("text=Link this code")
    assert said(tab).startswith("Linked to GST free.")
    tab.page.get_by_role("link", name="Sync with QuickBooks for GST", exact=True).click()
    tab.page.get_by_label("GST", exact=True).check()
    tab.page.click("text=Link this code")
    assert tab.page.locator("tbody .badge").all_inner_texts() == ["Synced", "Synced"]
    tab.open("/quickbooks/w/1/setup/doctor")
    assert "Everything is in order." in tab.page.inner_text("main")


def test_4_an_invoice_posts(practice: Practice, window: OpenWindow) -> None:
    invoice_id = practice.flow.invoice("100.00", "33.33")
    practice.flow.pay(invoice_id, "50.00")
    practice.flow.post()
    assert state(practice, invoice_id) == ("Synced", None)
    tab = window("viewer")
    tab.open(f"/quickbooks/w/1/invoices/{invoice_id}")
    main = tab.page.inner_text("main")
    assert "Synced" in main and "146.66 AUD" in main and "96.66 AUD" in main
    assert tab.page.locator("tr.differs").count() == 0
    tab.page.get_by_role("link", name="Open in QuickBooks").first.wait_for()
    tab.open("/quickbooks/w/1/activity")
    assert "invoices posted 1" in tab.page.inner_text("main")


def test_5_an_invoice_without_lines(practice: Practice, window: OpenWindow) -> None:
    staff = practice.flow.staff
    invoice_id = staff.draft_invoice(practice.flow.client_id, [])
    staff.finalise(invoice_id)
    practice.flow.post()
    tab = window("user")
    assert cards(tab) == ["Create failed: Required param missing"]
    assert state(practice, invoice_id)[1] == "Create failed: Required param missing"
    staff.revert_to_draft(invoice_id)
    line = NewLine("service", "Consultation", "70.00", tax_rate_id=practice.flow.rates["GST"])
    staff.edit_draft(invoice_id, lines=[line])
    staff.finalise(invoice_id)
    practice.flow.post()
    assert cards(tab) == []
    assert state(practice, invoice_id) == ("Synced", None)


def test_6_a_payment_on_a_historical_invoice(
    practice: Practice, window: OpenWindow, old_invoice: int
) -> None:
    flow = practice.flow
    flow.pay(old_invoice, "20.00")
    flow.post()
    tab = window("user")
    assert cards(tab) == ["Update failed: Historical invoice"]
    ((allocation,),) = flow.caspen_rows(
        "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s AND deleted_at IS NULL", old_invoice
    )
    flow.staff.unlink(allocation)
    flow.staff.void_invoice(old_invoice)
    again = flow.invoice("50.00")  # recreated; the payment belongs to it now
    flow.pay(again, "20.00")
    flow.post()
    assert cards(tab) == []
    assert state(practice, again) == ("Synced", None)


def test_7_a_lost_connection(practice: Practice, window: OpenWindow) -> None:
    flow = practice.flow
    flow.person("disconnect")
    invoice_id = flow.invoice("40.00")
    with pytest.raises(QboAuthError):
        flow.post()
    tab = window("op")
    assert cards(tab) == ["Invalid refresh token"]
    assert "The connection to QuickBooks was lost." in tab.page.inner_text("[aria-label=Connection]")
    tab.page.get_by_role("link", name="Reconnect in Set-up").click()
    tab.page.get_by_role("button", name="Reconnect").click()
    consent(tab)
    flow.post()
    assert cards(tab) == []
    assert state(practice, invoice_id) == ("Synced", None)


def test_8_a_number_that_is_taken(practice: Practice, window: OpenWindow) -> None:
    flow = practice.flow
    line = NewLine("service", "Consultation", "90.00", tax_rate_id=flow.rates["GST"])
    invoice_id = flow.staff.draft_invoice(flow.client_id, [line], number="HAND-7")
    flow.staff.finalise(invoice_id)
    item = next(row for row in flow.books("Item") if row["Type"] == "Service")
    customer = next(row for row in flow.books("Customer") if row.get("Active") is not False)
    code = next(row for row in flow.books("TaxCode") if row["Name"] == "GST free")
    detail = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": code["Id"]}}
    document = {
        "CustomerRef": {"value": customer["Id"]},
        "DocNumber": "HAND-7",
        "Line": [{"DetailType": "SalesItemLineDetail", "Amount": "12.00", "SalesItemLineDetail": detail}],
    }
    flow.person("create", entity="Invoice", document=document)
    flow.post()
    tab = window("user")
    assert cards(tab) == ["Duplicate document number"]
    theirs = next(row for row in flow.books("Invoice") if row["DocNumber"] == "HAND-7")
    assert theirs["Id"] in tab.page.inner_text("table")
    flow.person("edit", entity="Invoice", id=theirs["Id"], changes={"DocNumber": "HAND-7-QB"})
    tab.page.check("input[name=number][value=HAND-7]")
    tab.page.click("text=Retry ticked")
    assert said(tab).startswith("1 document released")
    flow.post()
    assert cards(tab) == []
    assert state(practice, invoice_id) == ("Synced", None)


def test_9_a_tax_rate_without_a_link(practice: Practice, window: OpenWindow) -> None:
    flow = practice.flow
    rate = flow.staff.create_tax_rate("GST on products", "10")
    lines = [NewLine("product", "Exercise band", "25.00", tax_rate_id=rate)]
    invoice_ids = [flow.invoice(lines=lines) for _ in range(3)]
    flow.post()
    tab = window("op", scripts=False)  # all of it works without JavaScript
    assert cards(tab) == ["Business validation error (tax)"]
    assert "3 documents" in tab.page.inner_text("ul.cards")
    tab.page.get_by_role("link", name="Open Taxes").click()
    tab.page.get_by_role("link", name="Sync with QuickBooks for GST on products").click()
    tab.page.get_by_label("GST", exact=True).check()
    tab.page.click("text=Link this code")
    flow.post()
    assert cards(tab) == []
    assert {state(practice, each) for each in invoice_ids} == {("Synced", None)}


def test_an_edit_in_quickbooks_is_shown_and_chosen_about(practice: Practice, window: OpenWindow) -> None:
    flow = practice.flow
    invoice_id = flow.invoice("60.00")
    flow.post()
    quickbooks_id = quickbooks_id_of(flow, invoice_id)
    flow.person("edit", entity="Invoice", id=quickbooks_id, changes={"TxnDate": "2026-01-31"})
    with wiring.open_session(1, wiring.new_run_id("reconcile")) as session:
        reconcile(session)
    tab = window("user")
    assert cards(tab) == ["Changed in QuickBooks"]
    tab.open(f"/quickbooks/w/1/invoices/{invoice_id}")
    assert tab.page.locator("tr.differs th").all_inner_texts() == ["Date"]
    tab.page.click("text=Send Caspen's version again")
    assert said(tab) == "Caspen's version is sent with the next run."
    flow.post()
    tab.open(f"/quickbooks/w/1/invoices/{invoice_id}")
    assert tab.page.locator("tr.differs").count() == 0
    assert "to be overwritten in QuickBooks" in tab.page.inner_text("main")


def test_the_report_is_read_and_signed(practice: Practice, window: OpenWindow) -> None:
    with wiring.open_session(1, wiring.new_run_id("reconcile")) as session:
        reconcile(session)
    tab = window("op")
    tab.open("/quickbooks/w/1/reconciliation")
    tab.page.locator("tbody a").first.click()
    assert "Both sides equal" in tab.page.inner_text("main")
    report = tab.page.frame_locator("iframe.report")
    report.get_by_role("heading", name="Harbour Allied Health").wait_for()
    assert report.locator("svg").count() == 1
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name="Report (XLSX)").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    tab.page.get_by_role("button", name="Sign off").click()
    assert said(tab).startswith("Signed off up to ")
    assert "Signed off by op" in tab.page.inner_text("main")
    assert tab.complaints == []
