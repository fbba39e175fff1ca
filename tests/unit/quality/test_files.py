"""Files of a practice's own expectations: what is wrong in one is named with line and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.quality.files import read_expectations
from caspen_qbo.quality.practice import build_expectation

GOOD = """
expectations:
  - name: due-soon
    on: invoice
    words: Every invoice is due within 30 days
    expectation: expect_column_values_to_be_between
    kwargs: {column: days_to_pay, max_value: 30}
"""
JSON = """
[{"name": "paid", "on": "payment", "words": "Payments have an amount", "severity": "critical",
  "expectation": "expect_column_values_to_not_be_null", "kwargs": {"column": "amount"}}]
"""


def problems(folder: Path, text: str) -> list[str]:
    """As the reconciliation finds them: in the file, and in what Great Expectations takes."""
    (folder / "all.yaml").write_text(text)
    read = read_expectations(folder, 1)
    found = list(read.problems)
    for one in read.expected:
        try:
            build_expectation(one)
        except ValueError as error:
            found.append(f"{one.place}: {error}")
    return found


def test_all_and_one_practice_yaml_and_json(tmp_path: Path) -> None:
    (tmp_path / "all.yml").write_text(GOOD)
    (tmp_path / "7.json").write_text(JSON)
    (tmp_path / "8.json").write_text("not read")
    read = read_expectations(tmp_path, 7)
    assert read.problems == []
    assert [(one.name, one.on, one.place) for one in read.expected] == [
        ("due-soon", DocumentKind.INVOICE, "all.yml, line 7 (due-soon)"),
        ("paid", DocumentKind.PAYMENT, "7.json, line 3 (paid)"),
    ]
    assert problems(tmp_path, "") == []
    assert read_expectations(None, 7).expected == []
    assert "which is no folder" in read_expectations(tmp_path / "none", 7).problems[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("- name: [", "all.yaml, line 1: saw "),
        ("a: &a [*a]", "all.yaml, line 1: expected a list under `expectations`"),
        ("expectations: 5", "all.yaml, line 1: expected a list under `expectations`"),
        ("- 5", "all.yaml, line 1: saw 5, expected an expectation with name, on, words"),
        (GOOD + "    fixx: 1\n", "all.yaml, line 8 (due-soon): saw fixx: 1, expected nothing but name, on"),
        (
            GOOD.replace("due-soon", "Due soon"),
            "line 3 (Due soon): saw name: Due soon, expected a short name",
        ),
        (GOOD.replace("words: Every", "severity: Every"), "(due-soon): saw severity: Every invoice is due"),
        (
            GOOD.replace("words: Every invoice is due within 30 days", "words: ''"),
            "saw words: , expected a text",
        ),
        (
            GOOD.replace("on: invoice", "on: client"),
            "line 4 (due-soon): saw on: client, expected one of invoice",
        ),
        (GOOD.replace("{column: days_to_pay, max_value: 30}", "[1]"), "line 7 (due-soon): saw kwargs: [1]"),
        (
            GOOD + GOOD.partition("expectations:\n")[2],
            "saw the name due-soon a second time, expected another",
        ),
        (
            GOOD.replace("_to_be_between", "_to_be_fine"),
            "line 7 (due-soon): saw expect_column_values_to_be_fine",
        ),
        (GOOD.replace("days_to_pay", "days"), "saw column 'days'; of an invoice expected one of document_id"),
        (
            GOOD.replace("max_value", "maximum"),
            "saw 'maximum' in kwargs; expect_column_values_to_be_between takes",
        ),
        (GOOD.replace("30}", "soon}"), "saw max_value: 'soon' (value is not a valid float)"),
        (
            GOOD.replace("max_value: 30", ""),
            "saw no right kwargs (min_value and max_value cannot both be None)",
        ),
        (
            GOOD.replace("values_to_be_between", "max_to_be_between"),
            "which judges the whole and names no document; expected one that looks at each row",
        ),
    ],
)
def test_what_is_wrong_in_a_file_is_named_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    found = problems(tmp_path, text)
    assert any(sentence in problem for problem in found), found
