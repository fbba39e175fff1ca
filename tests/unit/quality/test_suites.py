"""The checks of each document kind, and how their results are read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

import pytest

from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.verdict import (
    COMPARED_OF,
    CheckResult,
    DifferingDocument,
    Severity,
    decide_cause,
    uncompared,
)
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError, StoreUnavailableError
from caspen_qbo.quality.suites import build_suite, import_gx
from caspen_qbo.quality.validate import LOST_MOST, for_each_of, read_suite, validate
from caspen_qbo.usecases.reconciling.run import cross_check


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_every_compared_field_has_a_check_of_its_own(kind: DocumentKind):
    suite = build_suite(kind, 3)
    names = [expectation.meta["check"] for expectation in suite]
    assert names == ["rows", "unique", "in_quickbooks", "in_caspen", *COMPARED_OF[kind], "edited"]
    assert all(expectation.description for expectation in suite)


def test_money_and_presence_are_critical():
    severities = {e.meta["check"]: e.severity.value for e in build_suite(DocumentKind.INVOICE, 1)}
    critical = {name for name, severity in severities.items() if severity == "critical"}
    assert critical == {"rows", "unique", "in_quickbooks", "in_caspen", "subtotal", "tax", "total", "balance"}


def test_loading_says_nothing_at_info():
    import_gx()
    for name in ("great_expectations", "great_expectations.data_context.types.base"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING


def test_without_documents_there_is_nothing_to_check():
    assert validate(1, {}) == validate(1, {DocumentKind.INVOICE: 0}) == []


@dataclass
class Result:
    """One expectation's result, as Great Expectations hands it out."""

    name: str
    success: bool
    result: dict[str, Any]
    exception_info: dict[str, Any] = field(default_factory=dict)

    @property
    def expectation_config(self) -> Any:
        return SimpleNamespace(
            meta={"check": self.name}, description="d", severity=SimpleNamespace(value="critical"), type="t"
        )


def outcome(*results: Result) -> Any:
    return list(results)


def counted(name: str, **by_practice: tuple[int, int]) -> Result:
    """As one of ours counts: practice -> rows looked at, rows that fail."""
    rows = {int(id_.removeprefix("p")): figures for id_, figures in by_practice.items()}
    looked_at, failing = (sum(figures) for figures in zip(*rows.values(), strict=True))
    result = {"element_count": looked_at, "unexpected_count": failing, "by_practice": rows}
    return Result(name, failing == 0, result)


def proven(verdict: list[CheckResult] | BrokenCheckError) -> list[CheckResult]:
    assert isinstance(verdict, list)
    return verdict


def test_a_result_is_counted_for_each_practice():
    found = read_suite(
        DocumentKind.INVOICE, outcome(counted("total", p1=(9, 2), p2=(4, 0))), 1, {1: 9, 2: 4, 3: 0}
    )
    figures = [
        (check.checked, check.failing, check.success) for id_ in (1, 2) for check in proven(found[id_])
    ]
    assert figures == [(9, 2, False), (4, 0, True)] and found[3] == []


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (
            Result("total", False, {}, {"raised_exception": True, "exception_message": "text = numeric"}),
            "text = numeric",
        ),
        (Result("total", False, {}, {"m": {"raised_exception": True, "exception_message": "gone"}}), "gone"),
        (Result("rows", False, {"observed_value": 7}), "saw 7 documents, but 9"),
        (Result("total", True, {"unexpected_count": 2}), "says True and counts 2"),
        (replace(counted("total", p1=(9, 2)), success=True), "says True and counts 2"),
        (
            Result("total", False, {"element_count": 9, "unexpected_count": 3, "by_practice": {1: (9, 2)}}),
            "counts 3 of 9 failing, its practices come to 2 of 9",
        ),
        (
            Result("total", False, {"element_count": 8, "unexpected_count": 2, "by_practice": {1: (9, 2)}}),
            "counts 2 of 8 failing, its practices come to 2 of 9",
        ),
        (Result("total", False, {"element_count": 9, "unexpected_count": 2}), "come to 0 of 0"),
        (counted("total", p2=(9, 2)), "its practices come to 2 of 9"),
    ],
)
def test_a_check_that_did_not_run_is_broken_not_failed(broken: Result, message: str):
    with pytest.raises(BrokenCheckError, match=message.replace("(", "[(]")):
        read_suite(DocumentKind.INVOICE, outcome(broken), 1, {1: 9})


@pytest.mark.parametrize("name", ["unique", "in_quickbooks", "in_caspen"])
def test_a_practice_of_which_other_rows_were_seen_is_broken_and_takes_nothing_from_the_others(name: str):
    documents = {1: 9, 2: 4, 3: 0}
    found = read_suite(
        DocumentKind.INVOICE, outcome(counted(name, p1=(8, 0), p2=(4, 0), p3=(1, 0))), 1, documents
    )
    assert [check.success for check in proven(found[2])] == [True]
    for id_, seen in ((1, 8), (3, 1)):
        broken = found[id_]
        assert isinstance(broken, BrokenCheckError)
        assert f"workspace {id_}: checks of invoice saw {seen} documents, but {documents[id_]}" in str(broken)


def test_a_check_left_out_is_noticed():
    with pytest.raises(BrokenCheckError, match="0 of 1"):
        read_suite(DocumentKind.INVOICE, outcome(), 1, {1: 9})


def test_what_breaks_together_is_run_for_each_alone_until_the_database_is_gone():
    asked: list[tuple[int, ...]] = []

    def run(ids: Sequence[int]) -> dict[int, str]:
        asked.append(tuple(ids))
        if len(ids) > 1 or ids[0] == 2:
            raise ValueError("one of them is broken")
        if ids[0] >= 4:
            raise StoreUnavailableError("gone")
        return {ids[0]: "proven"}

    found = for_each_of([1, 2, 3, 4, 5, 6], run, lambda id_, error: f"{id_}: {error}")
    assert found == {
        1: "proven", 2: "2: one of them is broken", 3: "proven", 4: "4: gone", 5: "5: gone", 6: "6: gone",
    }  # fmt: skip
    assert asked == [(1, 2, 3, 4, 5, 6), (1,), (2,), (3,), (4,), (5,)] and LOST_MOST == 2


def check(name: str, failing: int) -> CheckResult:
    return CheckResult(DocumentKind.INVOICE, name, "d", Severity.CRITICAL, failing == 0, 9, failing)


def test_rows_and_checks_must_agree():
    cross_check([check("total", 2), check("tax", 0)], {("invoice", "total"): 2})
    for written in ({}, {("invoice", "total"): 1}, {("invoice", "total"): 2, ("invoice", "edited"): 1}):
        with pytest.raises(BrokenCheckError, match="do not agree"):
            cross_check([check("total", 2), check("tax", 0)], written)


def test_an_edit_compared_elsewhere_is_not_named_twice():
    changes = (Difference("total", "1.00", "2.00"), Difference("line 1 amount", "1.00", "2.00"))
    assert uncompared(changes) == changes[1:]


DOCUMENT = DifferingDocument(
    document_kind=DocumentKind.INVOICE,
    document_id=7,
    document_number="INV-7",
    invoice_id=7,
    quickbooks_type="Invoice",
    quickbooks_id="7",
    in_caspen=True,
    in_quickbooks=True,
    drifted=False,
    caspen_total=None,
    quickbooks_total=None,
    quickbooks_customer=None,
    gone=None,
    differences=(),
)


@pytest.mark.parametrize(
    ("facts", "key", "blocks"),
    [
        ({"in_quickbooks": False, "gone": "voided"}, "missing_in_quickbooks", True),
        ({"in_caspen": False}, "changed_in_quickbooks", False),
        ({"drifted": True}, "changed_in_quickbooks", False),
        ({}, "totals_mismatch", False),
    ],
)
def test_the_cause_of_a_difference(facts: dict[str, Any], key: str, blocks: bool):
    cause = decide_cause(replace(DOCUMENT, **facts), [])
    assert (cause.error_key, cause.blocks) == (key, blocks)
