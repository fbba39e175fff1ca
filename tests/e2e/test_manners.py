"""Every page, light and dark: nothing serious for axe, no script error; by keyboard; on a narrow screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from caspen_qbo import wiring
from caspen_qbo.usecases.reconcile import reconcile
from caspen_seed import NewLine
from tests.e2e.conftest import OpenWindow, Practice
from tests.e2e.test_a_newcomer import quickbooks_id_of
from tests.support.flow import Flow

SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def busy(practice: Practice) -> dict[str, str]:
    """A practice with something on every page; addresses by picture name."""
    flow = practice.flow
    flow.connect()
    flow.rates = {}
    flow.configure()
    odd = flow.staff.create_tax_rate("Old GST", "5")
    paid, edited = flow.invoice("120.00", "35.50"), flow.invoice("80.00")
    flow.pay(paid, "60.00")
    for _ in range(4):
        flow.invoice(lines=[NewLine("service", "Massage 60 min", "95.00", tax_rate_id=odd)])
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    _reconcile("reconcile__first")
    quickbooks_id = quickbooks_id_of(flow, edited)
    _edit(flow, quickbooks_id)
    _reconcile("reconcile__second")
    return {
        "set-up": "setup",
        "doctor": "setup/doctor",
        "disconnect": "disconnect",
        "taxes": "taxes",
        "tax-choose": f"taxes/{odd}",
        "unsynced": "unsynced",
        "invoice-synced": f"invoices/{paid}",
        "invoice-edited": f"invoices/{edited}",
        "reconciliation": "reconciliation",
        "reconciliation-run": "reconciliation/reconcile__second",
        "activity": "activity",
    }


def _reconcile(run_id: str) -> None:
    with wiring.open_session(1, run_id) as session:
        reconcile(session)


def _edit(flow: Flow, quickbooks_id: str) -> None:
    body = next(row for row in flow.books("Invoice") if row["Id"] == quickbooks_id)
    line = next(each for each in body["Line"] if "SalesItemLineDetail" in each)
    detail = {key: line["SalesItemLineDetail"][key] for key in ("ItemRef", "TaxCodeRef")}
    changed = {
        "DetailType": "SalesItemLineDetail",
        "Description": "Consultation, corrected by hand",
        "Amount": "82.50",
        "SalesItemLineDetail": detail,
    }
    flow.person("edit", entity="Invoice", id=quickbooks_id, changes={"Line": [changed], "TxnTaxDetail": None})


def complaints_of(page: object) -> list[str]:
    """What axe finds serious or worse."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_readable_for_everybody(
    busy: dict[str, str], window: OpenWindow, scheme: str, shots: Path | None
) -> None:
    tab = window("op", scheme=scheme)
    wrong = {}
    for name, path in busy.items():
        tab.open(f"/quickbooks/w/1/{path}")
        assert tab.page.locator("h1").count() == 1, name
        if found := complaints_of(tab.page):
            wrong[name] = found
        if shots:
            if name == "reconciliation-run":
                tab.page.frame_locator("iframe.report").locator("svg").wait_for()
            tab.page.screenshot(path=str(shots / f"{name}-{scheme}.png"), full_page=True)
    assert wrong == {}
    assert tab.complaints == []


def test_inside_airflow_the_pages_follow_its_theme(
    busy: dict[str, str], window: OpenWindow, shots: Path | None
) -> None:
    tab = window("op", scheme="light")
    tab.open("/plugin/quickbooks#w%2F1%2Funsynced")
    frame = tab.page.frame_locator("iframe[title=QuickBooks]")
    frame.get_by_role("heading", name="Unsynced invoices", exact=True).wait_for()
    assert frame.locator("html").get_attribute("data-theme") == "light"
    if shots:
        tab.page.screenshot(path=str(shots / "inside-airflow-light.png"))
    tab.page.evaluate("document.documentElement.classList.replace('light', 'dark')")
    frame.locator("html[data-theme=dark]").wait_for(timeout=5000)
    if shots:
        tab.page.screenshot(path=str(shots / "inside-airflow-dark.png"))
    frame.get_by_role("link", name="Activity", exact=True).click()
    frame.get_by_role("heading", name="Activity", exact=True).wait_for()
    tab.page.wait_for_url("**/plugin/quickbooks#w%2F1%2Factivity")
    tab.page.reload()
    frame.get_by_role("heading", name="Activity", exact=True).wait_for()
    assert tab.complaints == []


def test_the_list_is_worked_by_keyboard(busy: dict[str, str], window: OpenWindow) -> None:
    tab = window("user")
    tab.open("/quickbooks/w/1/unsynced")
    tab.page.keyboard.press("Tab")
    assert tab.page.evaluate("document.activeElement.textContent") == "Skip to the content"
    number = tab.page.locator("input[name=number]").first.get_attribute("value")
    tab.page.focus("#find")
    tab.page.keyboard.type(number)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url(f"**find={number}**")
    assert tab.page.locator("tbody tr").count() == 1
    tab.page.focus("input[name=number]")
    tab.page.keyboard.press("Space")
    tab.page.focus("text=Retry ticked")
    tab.page.keyboard.press("Enter")
    tab.page.locator("main > .note[role=status]").wait_for()


def test_a_narrow_screen_does_not_scroll_sideways(busy: dict[str, str], window: OpenWindow) -> None:
    tab = window("viewer", width=400)
    for name, path in busy.items():
        if name not in ("disconnect", "tax-choose"):
            tab.open(f"/quickbooks/w/1/{path}")
            wide = tab.page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wide <= 0, f"{name} is {wide} px too wide"
