"""The front door of those who look after several practices, and the same on the command line."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
from caspen_qbo.settings import CONNECTION_WARNING_DAYS
from caspen_seed import create_workspace
from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

CONNECT = (
    "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status, connected_at, refresh_expires_at)"
    " VALUES (%s, %s, %s, now() - interval '1 year', now() + %s)"
)
CHOOSE = "INSERT INTO qbo_sync.settings VALUES (%s, '35', '1', '2')"
RAN = (
    "INSERT INTO qbo_sync.sync_run"
    " (run_id, workspace_id, job, started_at, finished_at, finalised, waiting, success)"
    " VALUES ('r' || %s, %s, %s, now() - %s, now() - %s, 9, %s, true)"
)
LISTED = (
    "INSERT INTO qbo_sync.unsynced_invoice"
    " (workspace_id, document_kind, document_id, document_number, invoice_id, error_key, title, detail, fix)"
    " VALUES (%s, 'invoice', %s, 'A-1', 1, %s, '', '', '')"
)
NIGHT = (
    "INSERT INTO qbo_sync.reconciliation_run (run_id, workspace_id, finished_at, differences)"
    " VALUES ('n', %s, now(), 3)"
)
DIFFERENCE = (
    "INSERT INTO qbo_sync.reconciliation_difference (run_id, workspace_id, document_kind, document_id,"
    " document_number, field, delta, explained) VALUES ('n', %s, 'invoice', %s, 'A-1', %s, %s, %s)"
)
HOUR = timedelta(hours=1)


def practice(flow: Flow, number: int, name: str) -> int:
    create_workspace(flow.caspen, number, name)
    return number


def run(flow: Flow, sql: str, *values: object) -> None:
    flow.sync_rows(sql + " RETURNING 1", *values)


def working(flow: Flow, number: int, *, since: timedelta = HOUR, days: int = 90, waiting: int = 0) -> None:
    """Connected, set up, and with good runs of all three jobs that long ago."""
    run(flow, CONNECT, number, f"realm-{number}", "connected", timedelta(days=days, hours=1))
    run(flow, CHOOSE, number)
    for job in ("post", "import", "reconcile"):
        run(flow, RAN, job, number, job, since, since, waiting)


@pytest.fixture
def many(flow: Flow) -> Flow:
    """One practice of each need next to the one of ``flow``, which has run nothing yet."""
    working(flow, practice(flow, 2, "Fine Physio"), waiting=4)
    practice(flow, 3, "Never Connected Clinic")
    working(flow, practice(flow, 4, "Ends Soon Dental"), days=CONNECTION_WARNING_DAYS[0] - 1)
    working(flow, practice(flow, 5, '=Listed "Podiatry"'))
    for number, key in enumerate(("setup_incomplete", "totals_mismatch", "other", "outcome_unknown")):
        run(flow, LISTED, 5, number, key)
    working(flow, practice(flow, 6, "Money Matters GP"))
    run(flow, NIGHT, 6)
    for document, field, delta, explained in (
        (1, "total", "110.00", False),
        (1, "tax", "10.00", False),
        (2, "total", "-5.50", False),
        (3, "total", "1000.00", True),
    ):
        run(flow, DIFFERENCE, 6, document, field, delta, explained)
    working(flow, practice(flow, 7, "Stopped Optical"), since=timedelta(hours=7))
    run(flow, CONNECT, practice(flow, 8, "Lost Audiology"), "realm-8", "needs_reconnect", timedelta(days=50))
    return flow


def names(html: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', html)


def row(html: str, name: str) -> str:
    """The text of one practice's row."""
    (found,) = [each for each in re.findall(r"<tr>.*?</tr>", html, re.DOTALL) if name in each]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_one_practice_has_no_page_of_all(flow: Flow, pages: Pages) -> None:
    answer = pages.as_("viewer").get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/quickbooks/w/1/")


def test_those_that_need_somebody_come_first(many: Flow, pages: Pages) -> None:
    html = pages.as_("viewer").get("/").text
    found = names(html)
    assert set(found[:2]) == {"Stopped Optical", "Lost Audiology"}
    assert found[2:] == [
        "Money Matters GP",
        "=Listed &#34;Podiatry&#34;",
        "Ends Soon Dental",
        "Fine Physio",
        "Harbour Allied Health",
        "Never Connected Clinic",
    ]
    assert "No good run of posting and importing for too long" in row(html, "Stopped Optical")
    assert "someone has to reconnect" in row(html, "Lost Audiology")
    # One figure for each document: 110.00 and 5.50; what a listing explains is not counted.
    assert re.search(r"A?\$?115\.50.*3 differences", row(html, "Money Matters GP"))
    assert "2 finance 1 admin" in row(html, "Podiatry")
    assert "Ends in 13 days" in row(html, "Ends Soon Dental")
    assert "Posted 1 hour ago Imported 1 hour ago" in row(html, "Fine Physio")
    assert "Never connected" in row(html, "Never Connected Clinic")


FILTERS = {
    "need=action&sort=name&order=up": ["=Listed", "Ends", "Lost", "Money", "Stopped"],
    "need=off": ["Never"],
    "turn=finance": ["=Listed"],
    "turn=practice": [],
    "find=physio": ["Fine"],
    "find=6": ["Money"],
    "find=100%25": [],
}
SORTED = {"waiting": "Fine", "unexplained": "Money", "listed": "=Listed", "ends&order=up": "Ends"}


def test_it_is_filtered_sorted_and_searched(many: Flow, pages: Pages) -> None:
    door = pages.as_("viewer")

    def first_words(query: str) -> list[str]:
        return [re.split(r"[ -]", name)[0] for name in names(door.get(f"/?{query}").text)]

    assert {query: first_words(query) for query in FILTERS} == FILTERS
    assert {sort: first_words(f"sort={sort}")[0] for sort in SORTED} == SORTED
    beyond = door.get("/?page=900")
    assert (beyond.status_code, beyond.headers["location"]) == (303, "/quickbooks/?")
    assert {door.get(f"/?{bad}").status_code for bad in ("need=x", "sort=id", "page=0", "find=%00")} == {422}


def test_the_figures_are_todays_whatever_the_last_run_left(many: Flow, pages: Pages) -> None:
    assert "3 documents listed" in row(pages.as_("viewer").get("/").text, "Podiatry")
    many.sync_rows("UPDATE qbo_sync.unsynced_invoice SET resolved_at = now() RETURNING 1")
    assert "All in order" in row(pages.as_("viewer").get("/").text, "Podiatry")
    many.caspen.execute("UPDATE caspen.workspace SET name = 'Renamed Rooms' WHERE id = 2")
    practice(many, 9, "Opened Today")
    html = pages.as_("viewer").get("/").text
    assert {"Renamed Rooms", "Opened Today"} <= set(names(html))
    many.caspen.execute("DELETE FROM caspen.workspace WHERE id = 9")
    assert "Opened Today" not in pages.as_("viewer").get("/").text


def test_a_run_leaves_its_figures(many: Flow, pages: Pages) -> None:
    many.invoice("100.00")
    many.post()
    (figures,) = many.sync_rows(
        "SELECT waiting, posted_at IS NOT NULL, unexplained FROM qbo_sync.practice_overview"
        " WHERE workspace_id = 1"
    )
    assert figures == (0, True, 0)


def test_the_file_and_the_command_say_the_same(many: Flow, pages: Pages) -> None:
    page = [name.replace("&#34;", '"') for name in names(pages.as_("viewer").get("/").text)]
    answer = pages.as_("viewer").get("/practices.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [line["name"].removeprefix("'") for line in lines] == page
    assert next(line for line in lines if "Podiatry" in line["name"])["name"].startswith("'=")
    money = next(line for line in lines if line["workspace_id"] == "6")
    assert (money["unexplained_amount"], money["need"]) == ("115.50", "money")
    done = run_command("overview", "--json")
    printed = json.loads(done.stdout)
    assert [practice["name"] for practice in printed] == page
    assert printed[2] | {"unexplained_amount": "115.50", "need": "money"} == printed[2]
    table = run_command("overview").stdout
    assert all(name in table for name in page)


CLOSED = (
    "INSERT INTO qbo_sync.month_close (workspace_id, realm_id, month, run_id, sign_off_id, closed_at,"
    " closed_by, pack, changed, reopened_at) VALUES (%s, %s, %s, 'r', 1, now(), 'airflow:ann', '{}', %s, %s)"
)


def test_who_is_closed_who_is_not_and_why(many: Flow, pages: Pages) -> None:
    month = OverviewQuery().period
    for number, realm, changed, reopened in (
        (2, "realm-2", 0, None),
        (4, "realm-4", 3, None),
        (5, "realm-5", 0, "2026-11-20"),
        (6, "another company", 0, None),
    ):
        run(many, CLOSED, number, realm, month.first, changed, reopened)
    door = pages.as_("viewer")
    shown = {
        "closed": ["Fine Physio"],
        "changed": ["Ends Soon Dental"],
        "off": ["Harbour Allied Health", "Never Connected Clinic"],
    }
    html = door.get("/?sort=name&order=up").text
    assert "Closed by ann" in row(html, "Fine Physio")
    assert "3 documents changed since." in row(html, "Ends Soon Dental")
    for name, why in {
        "Podiatry": "3 documents listed.",
        "Money Matters GP": "The last reconciliation",
    }.items():
        assert "Not ready" in row(html, name) and row(html, name).count(why) == 1  # its status says it
    for state, expected in shown.items():
        found = names(door.get(f"/?closing={state}&sort=name&order=up").text)
        assert set(expected) - {"Harbour Allied Health"} <= set(found), state
    assert "Fine Physio" not in names(door.get("/?closing=not_closed").text)
    before = names(door.get(f"/?closing=closed&month={month.before}").text)
    assert before == [], "the month before is not"
    lines = list(csv.DictReader(io.StringIO(door.get("/practices.csv").text)))
    states = {line["workspace_id"]: line["month_state"] for line in lines}
    assert (states["2"], states["4"], states["5"], states["3"]) == ("closed", "changed", "open", "off")
    assert {line["month"] for line in lines} == {str(month)}
    printed = json.loads(run_command("month-end", "--json").stdout)
    assert {str(each["workspace_id"]): each["state"] for each in printed} == states
    assert door.get("/?month=2026-13").status_code == 422


def test_the_days_of_the_first_warning_are_those_of_the_view(flow: Flow) -> None:
    (definition,) = flow.sync_rows("SELECT pg_get_viewdef('qbo_sync.practice_need'::regclass)")
    assert f"'{CONNECTION_WARNING_DAYS[0]} days'" in definition[0]
