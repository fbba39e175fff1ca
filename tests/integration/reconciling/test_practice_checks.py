"""A practice's own expectations from a file: one fails, is listed in the file's words, is corrected, leaves;
a bad file says so with its line and holds up nothing else.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "practice_check"
FILE = """
expectations:
  - name: due-soon
    on: invoice
    words: Every invoice is due within 30 days
    expectation: expect_column_values_to_be_between
    kwargs: {column: days_to_pay, max_value: 30}
    fix: Shorten the due date in Caspen.
  - name: numbered
    on: payment
    words: Payments are numbered PAY
    expectation: expect_column_values_to_match_regex
    kwargs: {column: number, regex: "^PAY-[0-9]+$"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPEN_QBO_EXPECTATIONS_DIR", str(tmp_path))
    return tmp_path


def reconcile() -> str:
    done = run_command("reconcile", "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return " ".join(done.stdout.split())


def due_in(flow: Flow, invoice: int, days: int) -> None:
    flow.caspen.execute(
        "UPDATE caspen.invoice SET due_date = issue_date + %s, revision = revision + 1 WHERE id = %s",
        [days, invoice],
    )


def test_one_fails_is_listed_in_the_files_words_is_corrected_and_leaves(flow: Flow, folder: Path) -> None:
    invoice, other = flow.invoice("100.00"), flow.invoice("50.00")
    flow.pay(other, "5.00")
    due_in(flow, invoice, 45)
    flow.post()
    (folder / "1.yaml").write_text(FILE)
    said = reconcile()
    assert "1 check of the practice failed (Every invoice is due within 30 days: 1 document)." in said
    [row] = flow.sync_rows(
        "SELECT document_number, title, fix, detail, blocks FROM qbo_sync.unsynced_invoice"
        " WHERE resolved_at IS NULL AND error_key = %s",
        KEY,
    )
    assert row[:3] == ("INV-0001", "Every invoice is due within 30 days", "Shorten the due date in Caspen.")
    assert "[due-soon, 1.yaml, line 7]" in row[3] and row[4] is False
    [(shown,)] = flow.caspen_rows("SELECT quickbooks_status FROM caspen.invoice WHERE id = %s", invoice)
    assert shown == "Synced", "it is in QuickBooks as Caspen shows it"

    due_in(flow, invoice, 14)
    flow.post()
    assert list(flow.listed()) == [("INV-0001", KEY)], "the next reconciliation looks again"
    assert "of the practice" not in reconcile()
    assert flow.listed() == {}
    found = flow.sync_rows(
        "SELECT success, checked, failing FROM qbo_sync.check_result WHERE suite = 'practice'"
        " AND name = 'due-soon' ORDER BY at"
    )
    assert found == [(False, 2, 1), (True, 2, 0)]
    own = flow.sync_rows("SELECT DISTINCT name, success FROM qbo_sync.check_result WHERE suite = 'caspen'")
    assert len(own) == 6 and all(success for _, success in own)


def test_a_row_leaves_with_its_expectation_or_a_persons_word(flow: Flow, folder: Path) -> None:
    first, second = flow.invoice("100.00"), flow.invoice("50.00")
    for invoice in (first, second):
        due_in(flow, invoice, 45)
    flow.post()
    (folder / "all.yaml").write_text(FILE)
    reconcile()
    assert set(flow.listed()) == {("INV-0001", KEY), ("INV-0002", KEY)}
    done = run_command("accept", "--workspace", "1", "--number", "INV-0001")
    assert done.returncode == 0, done.stdout + done.stderr
    reconcile()
    assert list(flow.listed()) == [("INV-0002", KEY)], "left as it is"
    (folder / "all.yaml").unlink()
    reconcile()
    assert flow.listed() == {}


BAD = {
    "no YAML": ("- name: [", "all.yaml, line 1: saw "),
    "no such column": (
        FILE.replace("days_to_pay", "days", 1),
        "all.yaml, line 7 (due-soon): saw column 'days'; of an invoice expected one of document_id",
    ),
    "what the database refuses": (
        FILE.replace("^PAY-[0-9]+$", "^PAY-[", 1),
        "all.yaml, line 13 (numbered): it could not be carried out",
    ),
}
"""All others: tests/unit/quality/test_files.py."""


def test_a_bad_file_says_so_with_its_line_and_holds_up_nothing_else(flow: Flow, folder: Path) -> None:
    invoice = flow.invoice("100.00")
    due_in(flow, invoice, 45)
    flow.pay(flow.invoice("50.00"))
    flow.post()
    (folder / "1.yaml").write_text(FILE.replace("due-soon", "also").replace("numbered", "too"))
    for name, (text, sentence) in BAD.items():
        (folder / "all.yaml").write_text(text)
        said = reconcile()
        assert sentence in said, f"{name}: {said}"
        assert "compared, all equal." in said and "Nothing else is held up." in said
        assert list(flow.listed()) == [("INV-0001", KEY)], name
