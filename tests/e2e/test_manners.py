"""Every page, light and dark: nothing serious for axe, no script error; by keyboard; on a narrow screen."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.mail_wishes import Wishes
from caspen_qbo.operators.backfill import PlanBackfillOperator
from caspen_qbo.usecases.connection.mail_wishes import save_wishes
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine, create_workspace
from ops.paths import ROOT
from tests.e2e.conftest import OpenWindow, Practice, Window
from tests.e2e.test_a_newcomer import quickbooks_id_of
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.task_context import task_context

SERIOUS = {"serious", "critical"}


@pytest.fixture(scope="module")
def busy(practice: Practice, airflow_metadata: Path) -> Iterator[dict[str, str]]:
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
    _edit(flow, quickbooks_id_of(flow, edited))
    _reconcile("reconcile__second")
    flow.invoice("45.00")
    family = flow.person("create", entity="Customer", document={"DisplayName": "O'Neil family"})["Id"]
    client = f"customers/{flow.client_id}"
    _want_mails(flow)
    numbers = flow.caspen_rows("SELECT number FROM caspen.invoice WHERE id >= %s ORDER BY id", paid)
    plan = _plan(practice, [*(number for (number,) in numbers[1:]), "NO-SUCH"])
    _close_months(flow)
    neighbours = {2: "Riverside Physio", 3: "Old Mill Podiatry"}
    for number, name in neighbours.items():
        create_workspace(flow.caspen, number, name)
    yield {
        "practices": "../../",
        "search": "../../search?text=INV-00",
        "set-up": "setup",
        "doctor": "setup/doctor",
        "disconnect": "disconnect",
        "taxes": "taxes",
        "tax-choose": f"taxes/{odd}",
        "customers": "customers",
        "customer": client,
        "customer-relink": f"{client}/relink?customer={family}",
        "unsynced": "unsynced",
        "invoice-synced": f"invoices/{paid}",
        "invoice-edited": f"invoices/{edited}",
        "reconciliation": "reconciliation",
        "reconciliation-run": "reconciliation/reconcile__second",
        "month-end": "month-end",
        "month-end-closed": "month-end?month=2026-01",
        "month-end-changed": "month-end?month=2026-02",
        "morning-mail": "mail",
        "morning-mail-of-all": "../../mail",
        "activity": "activity",
        "backfill": "backfill",
        "backfill-plan": f"backfill/{plan}",
    }
    flow.caspen.execute("DELETE FROM caspen.workspace WHERE id = ANY(%s)", [list(neighbours)])


def _want_mails(flow: Flow) -> None:
    """Three addresses, one of which the mail server refused."""
    with wiring.open_store() as store:
        wishes = Wishes(("books@example.com", "gone@example.com", "desk@example.com"), weekly=1)
        save_wishes(store, flow.workspace_id, wishes, who="cli:test")
    flow.sync_rows(
        "INSERT INTO qbo_sync.mail (workspace_id, day, address, kind, state, problem, decided_at, ended_at)"
        " SELECT 1, date '2026-11-26', address, 'needed', state, problem, now(), now() FROM (VALUES"
        " ('books@example.com', 'sent', ''), ('gone@example.com', 'refused', '550 5.1.1 no such user'),"
        " ('desk@example.com', 'unknown', 'The server''s answer was lost.')) AS m (address, state, problem)"
        " RETURNING 1"
    )


def _close_months(flow: Flow) -> None:
    """January as it was closed, reopened and closed again; February with a document changed since."""
    side = {"total": "220.00", "tax": "20.00", "day": "2026-02-03"}
    change = {"kind": "invoice", "number": "INV-0007", "caspen_closed": side, "caspen_now": side}
    change |= {"quickbooks_closed": side, "quickbooks_now": {**side, "total": "209.00", "tax": "19.00"}}
    changes = json.dumps({"changes": [change], "in_all": 1})
    pack = (ROOT / "tests" / "golden" / "stored" / "month_closed.json").read_text()
    for month, changed, reopened in (("01", 0, "a late bill"), ("01", 0, None), ("02", 1, None)):
        flow.sync_rows(
            "INSERT INTO qbo_sync.month_close (workspace_id, realm_id, month, run_id, sign_off_id, closed_at,"
            " closed_by, note, pack, changed, changes, checked_at, reopened_at, reopened_by, reopened_reason)"
            " SELECT 1, realm_id, %s::date, 'reconcile__second', 1, now(), 'airflow:op', 'Checked', %s, %s,"
            " %s, now(), CASE WHEN %s::text <> '' THEN now() END, 'airflow:op', %s"
            " FROM qbo_sync.connection WHERE workspace_id = 1 RETURNING 1",
            f"2026-{month}-01", pack, changed, changes if changed else "{}", reopened, reopened,
        )  # fmt: skip


def _plan(practice: Practice, numbers: list[str]) -> str:
    """The plan of a backfill, as Airflow holds it when the dry run has ended; its run id."""
    airflow = httpx.Client(
        base_url=f"{practice.server.url}/api/v2/dags/backfill_invoices",
        headers={"Authorization": f"Bearer {practice.server.token('admin')}"},
        timeout=30,
    )
    with airflow:
        conf = {"workspace_id": 1, "invoice_numbers": numbers, "dry_run": True}
        run = airflow.post("/dagRuns", json={"logical_date": None, "conf": conf}).raise_for_status().json()
        operator = PlanBackfillOperator(task_id="plan_backfill", workspace_id=1, invoice_numbers=numbers)
        value = operator.execute(task_context(operator.task_id, run["dag_run_id"]))
        task = f"/dagRuns/{run['dag_run_id']}/taskInstances/plan_backfill"
        body = {"key": "return_value", "value": value}
        airflow.post(f"{task}/xcomEntries", json=body).raise_for_status()
        airflow.patch(task, json={"new_state": "success"}).raise_for_status()
        airflow.patch(f"/dagRuns/{run['dag_run_id']}", json={"state": "success"}).raise_for_status()
    return run["dag_run_id"]


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


def complaints_of(page: Page, options: dict | None = None) -> list[str]:
    """What axe finds serious or worse."""
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['html'][:160]}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]


COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""All that a theme changes."""


def test_every_page_is_readable_for_everybody(
    busy: dict[str, str], window: OpenWindow, shots: Path | None
) -> None:
    """Each page once: as it is, in the dark, and on a telephone."""
    tab = window("op")
    wrong: dict[str, object] = {}
    for name, path in busy.items():
        tab.open(f"/quickbooks/w/1/{path}")
        assert tab.page.locator("h1").count() == 1, name
        if found := complaints_of(tab.page):
            wrong[name] = found
        picture(tab, name, "light", shots)
        tab.page.emulate_media(color_scheme="dark")
        if found := complaints_of(tab.page, COLOURS):
            wrong[f"{name}, dark"] = found
        picture(tab, name, "dark", shots)
        tab.page.emulate_media(color_scheme="light")
        tab.page.set_viewport_size({"width": 400, "height": 900})
        wide = tab.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            wrong[f"{name}, narrow"] = f"{wide} px too wide"
        if os.environ.get("CASPEN_QBO_SCREENSHOTS") == "phone":
            picture(tab, name, "phone", shots)
        tab.page.set_viewport_size({"width": 1280, "height": 900})
    assert wrong == {}
    assert tab.complaints == []


def picture(tab: Window, name: str, how: str, shots: Path | None) -> None:
    if shots is None:
        return
    if name == "reconciliation-run":
        tab.page.locator("iframe.report").scroll_into_view_if_needed()  # what is out of sight is not painted
        tab.page.frame_locator("iframe.report").locator("svg").wait_for()
    tab.page.screenshot(path=str(shots / f"{name}-{how}.png"), full_page=True)


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


def test_the_mail_is_readable_for_everybody(
    busy: dict[str, str], window: OpenWindow, shots: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a mail program shows it: in the light, in the dark, on a telephone."""
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.com")
    wrong: dict[str, object] = {}
    done = run_command("mail", "--workspace", "1", "--preview", "--html", "-")
    assert "action needed" in done.stdout, done.stderr
    for how, scheme, width in (("light", "light", 760), ("dark", "dark", 760), ("phone", "light", 360)):
        tab = window(None, scheme=scheme, width=width)
        tab.page.set_viewport_size({"width": width, "height": 400})
        tab.page.set_content(done.stdout)
        assert tab.page.locator("h1").count() == 1
        if found := complaints_of(tab.page):
            wrong[how] = found
        wide = tab.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, how
        if shots and (how != "phone" or os.environ["CASPEN_QBO_SCREENSHOTS"] == "phone"):
            tab.page.screenshot(path=str(shots / f"letter-{how}.png"), full_page=True)
    assert wrong == {}
