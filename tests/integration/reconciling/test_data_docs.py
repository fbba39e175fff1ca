"""Data Docs of a reconciliation: in the reports' folder, with nothing from elsewhere and nobody's data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.flow import Flow

FILE = """
- name: small
  on: invoice
  words: No invoice is above 60
  expectation: expect_column_values_to_be_between
  kwargs: {column: total, max_value: 60}
"""


def test_they_show_each_suite_in_words_with_counts_and_nothing_of_a_document(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPEN_QBO_EXPECTATIONS_DIR", str(tmp_path))
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path / "reports"))
    (tmp_path / "all.yaml").write_text(FILE)
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    flow.post()
    done = run_command("reconcile", "--workspace", "1", "--data-docs")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "reports" / "1" / "data-docs"
    assert str(folder / "index.html") in done.stdout.replace("\n", "")
    pages = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(pages) == {
        "index.html",
        "comparison_invoice.html",
        "comparison_payment.html",
        "own_row.html",
        "practice_invoice.html",
    }
    assert all(f'href="{name}"' in pages["index.html"] for name in pages if name != "index.html")
    assert "practice_invoice</a></td><td>failed</td><td>0 of 1" in pages["index.html"]
    for page, words in (
        ("comparison_invoice.html", "The total of each invoice is equal in Caspen and QuickBooks"),
        ("own_row.html", "No payment is allocated with more than its amount"),
        ("practice_invoice.html", "No invoice is above 60"),
    ):
        assert words in pages[page]
    for name, page in pages.items():
        assert not re.search(r"<script|<link|<img|<form|https?://|\bsrc=", page), name
        assert not re.search(rf"INV-0001|PAY-0001|Neil|110\.00|\b{invoice}\b|postgres", page), name
