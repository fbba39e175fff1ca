"""A document that was sent and whose answer is not known: nothing says that QuickBooks does not have it."""

from __future__ import annotations

import json

import pytest

from tests.integration.ui.conftest import Pages
from tests.integration.ui.test_plain_words_page import text_of
from tests.support.command_line import run_command
from tests.support.flow import Flow
from tests.support.lost_answers import LOST, lose_the_answer

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

UNKNOWN = "Sent; the answer is not known yet"


def of_month(flow: Flow, number: str) -> str:
    ((month,),) = flow.caspen_rows(
        "SELECT to_char(issue_date, 'YYYY-MM') FROM caspen.invoice WHERE number = %s", number
    )
    done = run_command("month-end", "--workspace", "1", "--month", str(month), "--json")
    return next(check["found"] for check in json.loads(done.stdout)["checks"] if check["key"] == "waiting")


@pytest.mark.parametrize("lost", list(LOST))
def test_it_is_said_wherever_the_document_is_shown(flow: Flow, pages: Pages, lost: str) -> None:
    flow.invoice("5.00")
    flow.post()  # the customer is there: the first batch is the invoice's
    invoice_id = flow.invoice("100.00")
    number = flow.staff.invoice(invoice_id).number
    lose_the_answer(flow, LOST[lost])
    door = pages.as_("viewer")

    page = text_of(door.get(f"/w/1/invoices/{invoice_id}").text)
    assert UNKNOWN in page
    story = "Sent, and the answer is not known yet: "
    assert story in page
    assert story in run_command("explain", "--workspace", "1", "--number", number).stdout
    assert "Not in QuickBooks yet" not in page
    assert "It was sent, and what became of it is not known. The next run looks it up in QuickBooks" in page
    assert UNKNOWN in text_of(door.get("/search", params={"text": number}).text)
    [found] = json.loads(run_command("search", number, "--json").stdout)["documents"]
    assert found["state"] == UNKNOWN
    assert f"invoice {number} (110.00, sent, and the answer is not known yet)" in of_month(flow, number)

    assert run_command("post", "--workspace", "1").returncode == 0
    assert "Synced" in text_of(door.get(f"/w/1/invoices/{invoice_id}").text)
    assert story not in run_command("explain", "--workspace", "1", "--number", number).stdout
    assert UNKNOWN not in text_of(door.get("/search", params={"text": number}).text)
    assert len(flow.books("Invoice")) == 2
