"""The same on the page: who may, what is shown, and the pack as a file."""

from __future__ import annotations

import re

import pytest

from tests.integration.ui.conftest import Pages
from tests.support.busy_month import dated, reconcile_once, run_all, run_busy_month
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_month_is_closed_changed_and_reopened_on_the_page(flow: Flow, pages: Pages) -> None:
    busy = run_busy_month(flow)
    op, viewer = pages.as_("op"), pages.as_("viewer")
    place = f"/w/1/month-end?month={busy.month}"
    own = f"/w/1/month-end/{busy.month}"
    assert f"{busy.month.words} is open" in words(viewer.get("/w/1/month-end").text), "the last whole month"
    assert {viewer.get(f"/w/1/month-end?month={bad}").status_code for bad in ("2026-13", "x", "2026-1")} == {
        422
    }
    html = viewer.get(place).text
    assert "checks are not met" in html
    assert 'href="/quickbooks/w/1/activity"' in html
    assert "Run Reconcile" in viewer.message(viewer.get(f"{own}/pack.html")), (
        "there is nothing to make one of"
    )
    assert "Run Reconcile" in op.message(op.post(f"{own}/close"))
    run_all(flow)
    assert "nothing is missing" in viewer.get(place).text
    assert "is not closed yet" in viewer.get(f"{own}/pack.html").text
    assert f'action="/quickbooks{own}/close"' not in viewer.get(place).text
    assert viewer.post(f"{own}/close").status_code == 403
    done = op.message(op.post(f"{own}/close", {"note": "<b>by Ann</b>"}))
    assert done == f"{busy.month.words} is closed. Its pack can be downloaded below."
    assert "Note: &lt;b&gt;by Ann&lt;/b&gt;" in viewer.get(place).text
    first = viewer.get(f"{own}/pack.html").text, viewer.get(f"{own}/pack.xlsx").content
    assert "is closed already" in op.message(op.post(f"{own}/close"))

    late = dated(flow, busy.month.last, "30.00")
    flow.post()
    reconcile_once(flow)
    changed = words(viewer.get(place).text)
    assert "is closed, and 1 document changed since" in changed
    assert f"Invoice {flow.staff.invoice(late).number}" in changed
    assert "New in Caspen: 33.00. New in QuickBooks: 33.00. +33.00 AUD +33.00 AUD" in changed
    assert (viewer.get(f"{own}/pack.html").text, viewer.get(f"{own}/pack.xlsx").content) == first

    assert "Say why" in op.message(op.post(f"{own}/reopen", {"reason": " "}))
    assert (
        op.message(op.post(f"{own}/reopen", {"reason": "a late bill"}))
        == f"{busy.month.words} is open again."
    )
    assert "a late bill" in viewer.get(place).text
