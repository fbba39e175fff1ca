"""Pages read what is kept in object storage: same policy, in pieces, and no page waits for a silent one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.hooks.storage import report_storage
from caspen_qbo.reports import build
from caspen_qbo.reports.kept import keep_data_docs, keep_report
from caspen_qbo.ui.routes import reconciliation
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow
from tests.support.object_store import ObjectStore, bucket_at, serving

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStore]:
    with serving() as port, bucket_at(port) as bucket:
        bucket.used(monkeypatch)
        yield bucket


def test_data_docs_and_large_reports_come_from_where_they_are_kept(
    flow: Flow, pages: Pages, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.invoice("20.00")
    flow.post()
    with wiring.open_session(1, "manual__1") as session:
        reconcile(session)
    door = pages.as_("viewer")
    page = "<!doctype html><style>b{color:red}</style><b>Total</b><script>alert(1)</script>"
    with wiring.open_store() as store:
        own = store.for_workspace(1)
        keep_data_docs(own, report_storage(), {"index.html": "index", "total.html": page, "gone.html": "x"})
        keep_data_docs(own, report_storage(), {"index.html": "index", "total.html": page})
        report = build(own, "manual__1")
    assert bucket.names() == {"1/data-docs/index.html", "1/data-docs/total.html"}
    assert 'data-docs/total"' in door.get("/w/1/checks").text
    shown = door.get("/w/1/data-docs/total")
    assert shown.text == page and shown.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert "script-src" not in shown.headers["content-security-policy"]
    for bad in ("gone", "none", "..%2F..%2F2%2Fx", "Total", "total.html"):
        assert door.get(f"/w/1/data-docs/{bad}").status_code == 404, bad

    monkeypatch.setattr(reconciliation, "REPORT_ROWS_MAX", -1)
    place = "/w/1/reconciliation/manual__1"
    assert "too many for a report made on a page" in door.message(door.get(f"{place}/report.xlsx"))
    with wiring.open_store() as store:
        keep_report(store.for_workspace(1), report_storage(), report)
    for path, content in (("report.xlsx", report.xlsx), ("report.html?download=true", report.html.encode())):
        sent = door.get(f"{place}/{path}", headers={"accept-encoding": "identity"})
        assert (sent.status_code, sent.content) == (200, content), path
        assert sent.headers["content-length"] == str(len(content))
        assert sent.headers["content-disposition"].startswith("attachment")
        assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert "too many" in door.message(door.get(f"{place}/report.html")), "shown in place it has no end"

    monkeypatch.setattr(settings, "PAGE_ANSWER_SECONDS", 0.4)
    with bucket.way.silent():
        for path in ("/w/1/data-docs/total", f"{place}/report.xlsx"):
            away = door.get(path)
            assert away.status_code == 503 and "did not answer within 0.4 s" in away.text, path
        assert 'data-docs/total"' in door.get("/w/1/checks").text, "the page of checks asks nothing there"
        monkeypatch.setattr(reconciliation, "REPORT_ROWS_MAX", 20_000)
        assert door.get(f"{place}/report.xlsx").status_code == 200, "made from our database"
