"""Activity: how far a run is, and what it waits for; and one ledger for page, report and command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import QboThrottledError
from caspen_qbo.usecases.posting.carrying_out.carry_out import carry_out
from caspen_qbo.usecases.posting.sales import decide_invoices
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage
from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.interrupt import Instant, interrupt


def post_invoices(session: Session) -> None:
    """As far as a run has come once its invoices are posted."""
    posting = Posting(session, session.store.documents, session.store.practices.read_clock())
    for decided in decide_invoices(posting):
        carry_out(posting, decided)


def progress(text: str) -> str:
    """The card of the work under way, as text; empty when nothing is."""
    found = re.search(r'<section class="card live".*?</section>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split()) if found else ""


def test_a_run_under_way_shows_how_many_of_how_many(pages: Pages, flow: Flow) -> None:
    viewer = pages.as_("viewer")
    text = viewer.get("/w/1/activity").text
    assert progress(text) == "" and "Reading is careful: 1 practice has 500,000 reads a month." in text
    paid = flow.invoice("10.00")
    flow.invoice("20.00")
    flow.pay(paid)
    with (
        wiring.open_session(1, "post__now") as session,
        session.store.lock(),
    ):
        session.store.runs.start("post__now", "post")
        stage(session)
        text = viewer.get("/w/1/activity").text
        assert "0 of 3 documents." in progress(text)
        post_invoices(session)
        text = viewer.get("/w/1/activity").text
        assert "Posting to QuickBooks started" in progress(text)
        assert "2 of 3 documents." in progress(text) and '<progress max="3" value="2"' in text
        assert "data-live" in text and '<noscript><meta http-equiv="refresh" content="10"></noscript>' in text
        assert ">Running<" in text
    text = viewer.get("/w/1/activity").text
    assert "It was interrupted. Nothing is lost" in progress(text)
    assert ">Interrupted<" in text and "data-live" not in text.split("</script>")[-1]
    assert "1 document waits for the next run. Counted after the run that was interrupted." in text
    flow.post("post__now")
    text = viewer.get("/w/1/activity").text
    assert progress(text) == "" and ">Interrupted<" not in text


class DiesError(Exception):
    """In the place of a process that is killed."""


def die() -> None:
    raise DiesError


def test_what_an_interrupted_run_sent_without_an_answer_is_not_said_to_be_done(
    pages: Pages, flow: Flow
) -> None:
    flow.invoice("5.00")
    flow.post()  # the customer is there: the first batch is the invoices'
    viewer = pages.as_("viewer")
    assert "No invoice waits for the next run." in viewer.get("/w/1/activity").text
    for price in ("10.00", "20.00"):
        flow.pay(flow.invoice(price))
    with wiring.open_session(1, "post__now") as session, session.store.lock():
        session.store.runs.start("post__now", "post")
        stage(session)
        interrupt(session, Instant("send_batch", after=True), die)
        with pytest.raises(DiesError):
            post_invoices(session)
    text = viewer.get("/w/1/activity").text.replace("&#39;", "'")
    assert (
        "4 documents wait for the next run; 2 were sent, and QuickBooks' answer is not known: the next run "
        "looks that up first. Counted after the run that was interrupted."
    ) in text
    assert "No invoice waits" not in text
    flow.post()
    assert "No invoice waits for the next run." in viewer.get("/w/1/activity").text
    assert len(flow.books("Invoice")) == 3 and len(flow.books("Payment")) == 2


def test_waiting_for_quickbooks_is_shown_as_waiting(
    pages: Pages, flow: Flow, connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.invoice("10.00")
    with wiring.open_session(1, "post__now") as session, session.store.lock():
        session.store.runs.start("post__now", "post")
        stage(session)
        post_invoices(session)
        quickbooks = json.loads(connections["AIRFLOW_CONN_QUICKBOOKS"])
        quickbooks["extra"] |= {"batches_per_minute": 1}  # what was sent just now is all there may be
        monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(quickbooks))
        text = progress(pages.as_("viewer").get("/w/1/activity").text)
    assert (
        "Waiting for QuickBooks: its limit of 1 batches a minute is used up. It resumes automatically" in text
    )
    assert "fail" not in text.lower()


def test_a_run_that_airflow_tries_again_is_not_called_failed(dags: Pages, flow: Flow) -> None:
    body = {"dag_run_id": "manual__slow", "logical_date": None, "conf": {"workspace_id": 1}}
    path = "/api/v2/dags/post_to_quickbooks/dagRuns"
    assert dags.airflow("admin", "POST", path, json=body).status_code == 200
    with wiring.open_session(1, "manual__slow") as session:
        session.store.runs.start("manual__slow", "post")
        error = QboThrottledError("Rate limit reached (429).")
        session.store.runs.finish(
            "manual__slow", "post", counts={}, calls={}, ledger=None, success=False, message=error.message
        )
    viewer = dags.as_("viewer")
    text = viewer.get("/w/1/activity").text
    assert ">Paused; resumes automatically<" in text and ">Failed<" not in text
    dags.airflow("admin", "PATCH", f"{path}/manual__slow", json={"state": "failed"})
    assert ">Failed<" in viewer.get("/w/1/activity").text


NAMES = ("finalised", "synced", "waiting", "listed", "excluded")


def figures(text: str) -> dict[str, int]:
    """A page's row of figures."""
    found = re.search(r'<ul class="figures".*?</ul>', text, re.DOTALL)
    assert found
    return {
        name.lower(): int(number.replace(",", ""))
        for number, name in re.findall(r"<b>([\d,]+)</b> (\w+)", found.group())
    }


def test_page_report_and_command_line_show_the_same_ledger(pages: Pages, flow: Flow) -> None:
    for price in ("11.00", "12.00", "13.00"):  # history: never posted, and part of the ledger all the same
        flow.invoice(price)
    flow.backdate_connection(datetime.now(UTC))
    flow.invoice("100.00")
    flow.staff.finalise(flow.staff.draft_invoice(flow.client_id, []))
    flow.post()
    expected = {"finalised": 5, "synced": 1, "waiting": 0, "listed": 1, "excluded": 3}
    viewer = pages.as_("viewer")
    assert figures(viewer.get("/w/1/unsynced").text) == expected
    with wiring.open_session(1, "reconcile__1") as session:
        reconcile(session)
    assert figures(viewer.get("/w/1/reconciliation/reconcile__1").text) == expected
    report = viewer.get("/w/1/reconciliation/reconcile__1/report.html").text
    invoices = re.sub(r"<[^>]+>", " ", report.split("Invoices", 1)[1])
    assert re.search(r"5\s+1\s+0\s+1\s+3", invoices), invoices[:300]
    status = run_command("status", "--workspace", "1", "--json")
    assert {name: json.loads(status.stdout)[name] for name in NAMES} == expected
    sentence = "finalised 5 = synced 1 + waiting 0 + listed 1 + excluded 3"
    assert viewer.get("/w/1/activity").text.count(sentence) == 2
