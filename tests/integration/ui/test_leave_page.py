"""A document that is not in QuickBooks: left as it is on its page, and taken back there."""

from __future__ import annotations

from caspen_seed import NewLine
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow


def test_the_page_leaves_an_invoice_out_and_retry_takes_it_back(pages: Pages, flow: Flow) -> None:
    number = "A-NUMBER-OF-MORE-THAN-21-CHARACTERS"
    line = NewLine("service", "Consultation", "100.00", tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(flow.client_id, [line], number=number)
    flow.staff.finalise(invoice)
    flow.post()
    user, path = pages.as_("user"), f"/w/{flow.workspace_id}/invoices/{invoice}"
    assert "Leave it as it is" in user.get(path).text
    user.post(f"{path}/choose", {"number": number, "choice": "accept"})
    assert flow.listed() == {}
    page = user.get(path).text
    assert "left out by a person" in page and "/retry" in page
    user.post(f"{path}/retry", {})
    flow.post()
    assert list(flow.listed()) == [(number, "number_too_long")]
