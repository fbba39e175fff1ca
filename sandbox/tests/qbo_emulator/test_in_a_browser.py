"""The consent page and the company page, clicked in a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, sync_playwright

from qbo_emulator.testing import AU, NZ, Sandbox

pytestmark = pytest.mark.browser
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BACK = "http://localhost:1/callback"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM HERE (as root: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        browser.close()


def consent_address(sandbox: Sandbox) -> str:
    params = {
        "client_id": sandbox.get("status")["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": BACK,
        "state": "browser-1",
    }
    return f"{str(sandbox.http.base_url).rstrip('/')}/connect/oauth2?{urlencode(params)}"


@pytest.mark.parametrize("decision", ["Approve", "Deny"])
def test_a_person_picks_a_company_and_decides(sandbox: Sandbox, page: Page, decision: str) -> None:
    page.route(f"{BACK}**", lambda route: route.fulfill(body="back in the app"))
    page.goto(consent_address(sandbox))
    page.get_by_label("Company").select_option(NZ)
    page.get_by_role("button", name=decision).click()
    page.get_by_text("back in the app").wait_for()
    answer = {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}
    assert answer.pop("state") == "browser-1"
    if decision == "Approve":
        assert answer["realmId"] == NZ
        access, _ = sandbox.world.authority.exchange_code(answer["code"], BACK)
        assert sandbox.world.authority.refused(access) is None
    else:
        assert answer == {"error": "access_denied"}


def test_a_person_records_a_split_payment_and_voids_it(sandbox: Sandbox, page: Page) -> None:
    books = sandbox.books(auto_apply_credit=False)
    customer = books.customer(DisplayName="Bea Browser")
    one, two = books.invoice(customer, 100), books.invoice(customer, 50)
    page.goto(f"{str(sandbox.http.base_url).rstrip('/')}/_sandbox/{AU}/")
    page.get_by_label("Customer Id").fill(customer["Id"])
    page.get_by_label("Amount").fill("120")
    page.get_by_label("Invoices").fill(f"{one['Id']}=80, {two['Id']}=40")
    page.get_by_role("button", name="Record payment").click()
    page.get_by_role("status").get_by_text("Record payment: done.").wait_for()
    assert [books.again("Invoice", i)["Balance"] for i in (one, two)] == [20, 10]
    page.get_by_role("button", name="Void").first.click()
    page.get_by_role("status").get_by_text("Void: done.").wait_for()
    assert [books.again("Invoice", i)["Balance"] for i in (one, two)] == [100, 50]
