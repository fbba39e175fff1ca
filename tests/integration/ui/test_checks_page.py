"""The page of all checks: what each means, its history, and a way from one that fails to its documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.integration.ui.conftest import Pages
from tests.support.command_line import run_command
from tests.support.flow import Flow

FILE = """
- name: small
  on: invoice
  words: No invoice is above 60
  expectation: expect_column_values_to_be_between
  kwargs: {column: total, max_value: 60}
"""


def test_from_a_failing_check_of_each_suite_to_its_documents(
    pages: Pages, flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPEN_QBO_EXPECTATIONS_DIR", str(tmp_path))
    (tmp_path / "all.yaml").write_text(FILE)
    door, base = pages.as_("viewer"), f"/w/{flow.workspace_id}"
    assert "No check yet" in door.get(f"{base}/checks").text
    large, small, wrong = flow.invoice("100.00"), flow.invoice("20.00"), flow.invoice("30.00")
    flow.caspen.execute("UPDATE caspen.invoice SET total = 34, balance = 34 WHERE id = %s", [wrong])
    flow.post()
    [posted] = [row for row in flow.books("Invoice") if row["DocNumber"] == "INV-0002"]
    flow.person("edit", entity="Invoice", id=posted["Id"], changes={"DocNumber": "X-9"})
    done = run_command("reconcile", "--workspace", str(flow.workspace_id))
    assert done.returncode == 0, done.stderr
    page = door.get(f"{base}/checks").text
    fails = {
        "The number of each invoice is equal in Caspen and QuickBooks": small,
        "The lines of each document add up to its subtotal, tax and total": wrong,
        "No invoice is above 60": large,
    }
    for words, invoice in fails.items():
        [link] = re.findall(rf'href="[^"]*({base}/checks/[^"]+)">{words}<', page)
        found = door.get(link).text
        assert f"{base}/invoices/{invoice}" in found and "1 document failed" in found, words
        assert found.count("/invoices/") == 1
    assert door.get(f"{base}/checks/practice/invoice/none").status_code == 404


def test_data_docs_are_read_where_the_server_has_them(
    pages: Pages, flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path))
    flow.invoice("20.00")
    flow.post()
    done = run_command("reconcile", "--workspace", str(flow.workspace_id), "--data-docs")
    assert done.returncode == 0, done.stderr
    door, base = pages.as_("viewer"), f"/w/{flow.workspace_id}"
    assert f"{base}/data-docs/comparison_invoice" in door.get(f"{base}/checks").text
    found = door.get(f"{base}/data-docs/comparison_invoice")
    assert "The total of each invoice is equal" in found.text
    assert "default-src 'none'" in found.headers["content-security-policy"]
    assert door.get(f"{base}/data-docs/none").status_code == 404
    assert door.get(f"{base}/data-docs/..%2F..%2Fx").status_code == 404
