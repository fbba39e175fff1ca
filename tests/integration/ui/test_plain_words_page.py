"""What a page says, it says once, in names, and a run that found a difference is not green."""

from __future__ import annotations

import re

import pytest

from caspen_qbo import wiring
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

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
    assert "explained by a listed cause" in night and "Differences" not in night
    assert 'href="/quickbooks/w/1/reconciliation/manual__night"' in night


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
