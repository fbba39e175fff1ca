"""A line that would go with something a person filled in: the choice, as the page offers it."""

from __future__ import annotations

from caspen_seed import NewLine
from tests.integration.ui.conftest import Pages
from tests.support.bookkeeper import edit, invoice_of, plain
from tests.support.flow import Flow


def test_the_page_shows_what_would_go_and_sends_caspens_version(pages: Pages, flow: Flow) -> None:
    flow.switch(class_tracking="per_line")
    lines = [
        NewLine("service", name, "50.00", tax_rate_id=flow.rates["GST"]) for name in ("Assess", "Consult")
    ]
    invoice = flow.invoice(lines=lines)
    flow.post()
    klass = flow.person("create", entity="Class", document={"Name": "Clinic A"})["Id"]
    there = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    there[1]["SalesItemLineDetail"]["ClassRef"] = {"value": klass}
    edit(flow, invoice, Line=there)
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, lines=lines[:1])
    flow.staff.finalise(invoice)
    flow.post()

    user, path = pages.as_("user"), f"/w/{flow.workspace_id}/invoices/{invoice}"
    page = user.get(path).text.replace("&#39;", "'")
    assert "line 2 'Consult' carries class 'Clinic A'; Caspen no longer has this line." in page
    assert 'value="resend"' in page
    number = flow.staff.invoice(invoice).number
    answer = user.post(f"{path}/choose", {"number": number, "choice": "resend"})
    assert "sent with the next run" in user.message(answer)
    flow.post()
    assert flow.listed() == {}
    assert invoice_of(flow, invoice)["TotalAmt"] == 55
