"""Who read or downloaded finance data is recorded, and recording never fails a page."""

from __future__ import annotations

import pytest

from caspen_qbo.usecases.monitoring import readers
from caspen_seed import create_workspace
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow

READS = "SELECT workspace_id, who, what, downloaded FROM qbo_sync.read_record ORDER BY id"


@pytest.fixture(autouse=True)
def _nothing_was_read_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that has just started: other tests have read the same pages."""
    monkeypatch.setattr(readers, "_lately", {})


def test_pages_and_files_are_recorded_with_who_saw_them(pages: Pages, flow: Flow) -> None:
    invoice_id = flow.invoice("100.00")
    flow.post()
    viewer, op = pages.as_("viewer"), pages.as_("op")
    for path in ("/w/1/unsynced?find=INV", "/w/1/unsynced", f"/w/1/invoices/{invoice_id}"):
        assert viewer.get(path).status_code == 200, path
    for _ in range(2):
        assert op.get("/w/1/unsynced.csv").status_code == 200
    op.get("/w/1/unsynced")
    refused = [viewer.get("/w/1/invoices/404404"), viewer.get("/w/99/unsynced"), viewer.get("/w/1/taxes/1")]
    assert [answer.status_code for answer in refused] == [404, 404, 403]
    op.post("/w/1/unsynced/retry", {"all": "1"})
    assert flow.sync_rows(READS) == [
        (1, "airflow:viewer", "unsynced", False),
        (1, "airflow:viewer", f"invoices/{invoice_id}", False),
        (1, "airflow:op", "unsynced.csv", True),
        (1, "airflow:op", "unsynced.csv", True),
        (1, "airflow:op", "unsynced", False),
    ]


def test_a_page_is_shown_where_its_read_cannot_be_recorded(pages: Pages, flow: Flow) -> None:
    with flow.sync.connect() as connection:
        connection.execute("DROP TABLE qbo_sync.read_record")
    assert pages.as_("viewer").get("/w/1/unsynced.csv").status_code == 200
    assert "Unsynced" in pages.as_("viewer").get("/w/1/unsynced").text


def test_the_page_and_the_file_of_all_practices_are_recorded_for_each(pages: Pages, flow: Flow) -> None:
    create_workspace(flow.caspen, 2, "Second Practice")
    viewer = pages.as_("viewer")
    for path in ("/", "/?find=second", "/practices.csv", "/practices.csv?find=nobody"):
        assert viewer.get(path).status_code == 200, path
    assert sorted(flow.sync_rows(READS)) == [
        (1, "airflow:viewer", "practices", False),
        (1, "airflow:viewer", "practices.csv", True),
        (2, "airflow:viewer", "practices", False),
        (2, "airflow:viewer", "practices.csv", True),
    ]
