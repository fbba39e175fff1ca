"""Signing a run with its date, and the notice on the page when something signed changes."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from caspen_qbo import wiring
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

RUN = "/w/1/reconciliation/reconcile__{}"


def compare(number: int) -> dt.date:
    """Run once; the run's day in the practice's time zone."""
    with wiring.open_session(1, f"reconcile__{number}") as session:
        reconcile(session)
        return dt.datetime.now(ZoneInfo(session.workspace.time_zone)).date()


def shown(day: dt.date) -> str:
    return f"{day.day} {day:%b %Y}"


def test_a_period_is_signed_with_its_date_and_a_change_in_it_is_shown(pages: Pages, flow: Flow) -> None:
    line = NewLine("service", "Consultation", "100.00", tax_rate_id=flow.rates["GST"])
    month_end = dt.date.today().replace(day=1) - dt.timedelta(days=2)
    invoice = flow.staff.draft_invoice(flow.client_id, [line], issue_date=month_end)
    flow.staff.finalise(invoice)
    number = flow.staff.invoice(invoice).number
    flow.post()
    day = compare(1)
    offered = day.replace(day=1) - dt.timedelta(days=1)
    op, viewer = pages.as_("op"), pages.as_("viewer")
    form = f'name="through" value="{offered}" max="{day}" required'
    assert form in op.get(RUN.format(1)).text
    assert 'name="through"' not in viewer.get(RUN.format(1)).text

    def sign(run: int, through: object) -> str:
        return op.message(op.post(f"{RUN.format(run)}/sign", {"through": str(through)}))

    assert "is no date" in sign(1, "31.10.2026")
    assert "cannot be signed up to" in sign(1, day + dt.timedelta(days=1))
    assert viewer.post(f"{RUN.format(1)}/sign", {"through": str(offered)}).status_code == 403
    assert sign(1, offered) == f"Signed off up to {shown(offered)}. The figures of 1 document were recorded."
    assert sign(1, offered) == "This run was signed off already."
    text = viewer.get("/w/1/reconciliation").text
    assert (
        f"Signed off up to {shown(offered)} by op, " in text
        and "All figures still match what was signed." in text
    )
    assert f"up to {shown(offered)}" in viewer.get(RUN.format(1)).text

    flow.staff.revert_to_draft(invoice)
    line = NewLine("service", "Consultation", "90.00", tax_rate_id=flow.rates["GST"])
    flow.staff.edit_draft(invoice, lines=[line])
    flow.staff.finalise(invoice)
    flow.post()
    compare(2)
    text = viewer.get("/w/1/reconciliation").text
    assert "1 document of a signed period no longer matches the signed figures." in text
    assert f"Invoice {number}" in text and text.count("110.00 AUD") == text.count("99.00 AUD") == 2
    compare(3)
    old = op.get(RUN.format(2)).text
    assert "Only the latest run can be signed off" in old and 'name="through"' not in old
    assert "Only the latest reconciliation can be signed" in sign(2, offered)
    assert f'min="{offered}" max="{day}"' in op.get(RUN.format(3)).text
    assert sign(3, "") == f"Signed off up to {shown(offered)}. The figures of 1 document were recorded."
    assert "All figures still match what was signed." in viewer.get("/w/1/reconciliation").text
