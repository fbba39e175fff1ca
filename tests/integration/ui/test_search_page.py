"""Finding a document across practices, on the page and on the command line, each as far as one may see."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from caspen_qbo.usecases.monitoring import readers, search
from caspen_seed import create_workspace
from tests.integration.ui.conftest import Door, Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow

READS = "SELECT workspace_id, who, what FROM qbo_sync.read_record ORDER BY id"


@pytest.fixture(autouse=True)
def _nothing_was_read_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started: other tests have read the same pages."""
    monkeypatch.setattr(readers, "_lately", {})


@pytest.fixture
def two(flow: Flow) -> Flow:
    """An invoice of 110.00 with 44.00 paid, both synced; a second practice with some of the same figures."""
    invoice_id = flow.invoice("100.00")
    flow.pay(invoice_id, "44.00")
    flow.post()
    create_workspace(flow.caspen, 2, "Hillside <b>Physiotherapy</b>")
    rows = [("invoice", 9001, "HILL-0001", "1234.50"), ("invoice", 9002, "hill-10001", "110.00")]
    for kind, id_, number, total in rows:
        flow.sync_rows(
            "INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number,"
            " invoice_id, document_date, total, currency, caspen_status, finalised, wanted, version,"
            " updated_at)"
            " VALUES (2, %s, %s, %s, %s, '2026-10-01', %s, 'AUD', 'open', true, 'present', 'v', now())"
            " RETURNING 1",
            kind,
            id_,
            number,
            id_,
            total,
        )
    return flow


def found(door: Door, text: str) -> set[str]:
    page = door.get("/search", params={"text": text})
    assert page.status_code == 200
    return set(re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page.text))


def printed(text: str) -> dict[str, Any]:
    done = run_command("search", text, "--json")
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)


def test_by_number_quickbooks_id_and_amount_as_people_type_them(two: Flow, pages: Pages) -> None:
    [quickbooks_id] = [row["Id"] for row in two.books("Invoice")]
    [payment] = two.books("Payment")
    invoice, paid = "Invoice INV-0001", f"Payment {payment['PaymentRefNum']}"
    cases = {
        "INV-0001": {invoice},
        "inv-0001": {invoice},
        "INV": {invoice},
        "hill": {"Invoice HILL-0001", "Invoice hill-10001"},
        "HILL-1": {"Invoice hill-10001"},
        "$44": {paid},
        "44": {paid},
        "44.00": {paid},
        "1,234.50": {"Invoice HILL-0001"},
        "AUD 110": {invoice, "Invoice hill-10001"},
        "0001": {invoice, "Invoice HILL-0001", paid},
        "nothing of the kind": set(),
        "": set(),
        "%": set(),
        "_NV-0001": set(),
        "' OR 1=1 --": set(),
        "\U0010ffff": set(),
        "(((": set(),
    }
    calls = len(two.requests())
    viewer = pages.as_("viewer")
    for text, expected in cases.items():
        assert found(viewer, text) == expected, text
        if text:
            by_command = {document["number"] for document in printed(text)["documents"]}
            assert by_command == {name.split(" ")[1] for name in expected}, text
    assert invoice in found(viewer, quickbooks_id)
    assert len(two.requests()) == calls, "QuickBooks is not asked"
    assert (
        viewer.get("/search?text=%00").status_code
        == viewer.get("/search?text=" + "x" * 101).status_code
        == 422
    )


def test_each_names_practice_state_both_ids_and_amount_and_leads_to_its_page(two: Flow, pages: Pages) -> None:
    [theirs] = two.books("Invoice")
    [ours] = two.caspen_rows("SELECT id FROM caspen.invoice WHERE number = 'INV-0001'")
    viewer = pages.as_("viewer")
    page = viewer.get("/search?text=110").text
    assert f'href="/quickbooks/w/1/invoices/{ours[0]}"' in page
    row, other = re.findall(r"<tr>\s*<th scope=.row.*?</tr>", page, re.DOTALL)
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row))
    for part in (
        "Harbour Allied Health",
        "Synced",
        "amount",
        "110.00 AUD",
        f"Id {ours[0]}",
        f"Invoice {theirs['Id']}",
    ):
        assert part in words, (part, words)
    assert "Hillside &lt;b&gt;Physiotherapy" in other and "Waits for the next run" in other
    assert 'action="/quickbooks/search"' in viewer.get("/").text, "on the front door"
    [first, _] = printed("110")["documents"]
    expected = {
        "practice": "Harbour Allied Health",
        "state": "Synced",
        "quickbooks_id": theirs["Id"],
        "id": ours[0],
    }
    assert {name: first[name] for name in expected} == expected
    table = run_command("search", "$110")
    assert table.returncode == 0 and "Harbour Allied Health" in table.stdout and "2 found" in table.stdout
    assert run_command("search", "nothing of the kind").returncode == 1


def test_more_than_are_shown_are_counted(two: Flow, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    two.sync_rows(
        "INSERT INTO qbo_sync.document SELECT workspace_id, document_kind, 20000 + i, 'MANY-' || i,"
        " 20000 + i, client_id, document_date, subtotal, tax, 77, balance, due_date, caspen_status,"
        " finalised, wanted, excluded_reason, version, synced_version, released_at, shown_status,"
        " shown_detail, updated_at"
        " FROM qbo_sync.document, generate_series(1, 9) i WHERE document_id = 9001 RETURNING 1"
    )
    monkeypatch.setattr(search, "SHOWN", 4)
    page = pages.as_("viewer").get("/search?text=77").text
    assert "9 documents</h2>" in page and "4 documents shown, 5 more" in page
    monkeypatch.setattr(search, "LOOKED_AT", 6)
    page = pages.as_("viewer").get("/search?text=77").text
    assert "More than 6 documents</h2>" in page and "more than 2 more" in page
    assert "more than 2 more" in run_command("search", "77").stdout


def test_each_is_shown_what_they_may_see_and_it_is_recorded(
    two: Flow, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    both = {"Invoice INV-0001", "Invoice hill-10001"}
    for role in ("viewer", "user", "op", "admin"):
        assert found(pages.as_(role), "110") == both, role
    assert pages.as_(None).get("/search?text=110").status_code in (302, 401)
    two.sync_rows("DELETE FROM qbo_sync.read_record RETURNING 1")
    monkeypatch.setenv("AIRFLOW__CORE__MULTI_TEAM", "True")
    for teams, seen in ((["workspace_2"], {"Invoice hill-10001"}), ([], set())):
        member = SimpleAuthManagerUser(username="member", role="viewer", teams=teams)
        door = pages.as_(None)
        door.role, door.token = "member", get_auth_manager().generate_jwt(member)
        for text in ("110", "INV-0001", "hill-10001", "inv"):
            assert found(door, text) <= seen, (teams, text)
        assert found(door, "110") == seen
        assert "Harbour" not in door.get("/search?text=110").text
    assert two.sync_rows(READS) == [(2, "airflow:member", "search")], "without what was typed"
