"""The checks beyond the comparison, by Great Expectations inside PostgreSQL: Caspen's own rows as staged, and
what a practice expects of its figures. One that cannot be carried out says so and holds up nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from caspen_qbo import settings
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.quality.expected import LISTED_MOST, Expected, PracticeResult, RecordedCheck, Suite
from caspen_qbo.core.quality.own_rows import WORDS
from caspen_qbo.core.reconciling.verdict import Severity
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError
from caspen_qbo.quality.suites import import_gx
from caspen_qbo.quality.validate import SUMMARY, for_each_of, open_source, raised, validate_suite

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.expectations.expectation import Expectation

_DOCUMENTS = {
    "result_format": "COMPLETE",
    "unexpected_index_column_names": ["document_id"],
    "exclude_unexpected_values": True,
    "partial_unexpected_count": LISTED_MOST,
}
"""Ids of what fails and no value of it."""

_SALE = (
    "document_id",
    "number",
    "client_id",
    "issue_date",
    "days_old",
    "currency",
    "subtotal",
    "tax",
    "total",
)
_THERE = ("status", "synced", "quickbooks_id", "quickbooks_total")
COLUMNS: Mapping[DocumentKind, tuple[str, ...]] = {
    DocumentKind.INVOICE: (
        *_SALE,
        "due_date",
        "days_to_pay",
        "balance",
        *_THERE,
        "quickbooks_subtotal",
        "quickbooks_tax",
    ),
    DocumentKind.CREDIT_NOTE: (*_SALE, "invoice_id", *_THERE, "quickbooks_subtotal", "quickbooks_tax"),
    DocumentKind.PAYMENT: (
        "document_id",
        "number",
        "client_id",
        "invoice_id",
        "payment_date",
        "days_after_invoice",
        "days_old",
        "currency",
        "amount",
        "invoice_total",
        *_THERE,
    ),
}
"""Of the views that expectations look at."""

_COLUMN_ARGUMENTS = ("column", "column_A", "column_B")


def check_own_rows(
    workspace_ids: Sequence[int], *, conn_id: str = settings.SYNC_CONN_ID
) -> dict[int, list[RecordedCheck] | Exception]:
    """Caspen's own rows of all that should be in QuickBooks, of several practices in one run; none of a
    practice where nothing is staged. Or why they could not be checked.
    """
    return for_each_of(workspace_ids, lambda ids: _check_own_rows(ids, conn_id), lambda _, error: error)


def _check_own_rows(workspace_ids: Sequence[int], conn_id: str) -> dict[int, list[RecordedCheck] | Exception]:
    import_gx()
    from caspen_qbo.quality.expectations import BY_PRACTICE, ExpectColumnToHold, read_together

    suite = [
        ExpectColumnToHold(column=check.value, value=True, description=words, meta={"check": check.value})
        for check, words in WORDS.items()
    ]
    read_together(suite)
    with open_source(workspace_ids, conn_id) as source:
        found = validate_suite(source, "own_row", suite, SUMMARY)
    if len(workspace_ids) > 1 and any(raised(item.exception_info) for item in found):
        raise BrokenCheckError("Caspen's own rows could not be checked together.")
    recorded: dict[int, list[RecordedCheck] | Exception] = {}
    for id_ in workspace_ids:
        counted = [(item, item.result.get(BY_PRACTICE, {}).get(id_, (0, 0))) for item in found]
        recorded[id_] = [
            _recorded(item, *figures)
            for item, figures in counted
            if figures[0] or raised(item.exception_info)
        ]
    return recorded


def _config_of(item: ExpectationValidationResult) -> Any:
    return item.expectation_config


def _recorded(item: ExpectationValidationResult, checked: int, failing: int) -> RecordedCheck:
    config, problem = _config_of(item), raised(item.exception_info)
    return RecordedCheck(
        Suite.CASPEN,
        "document",
        config.meta["check"],
        config.description or "",
        Severity.CRITICAL,
        None if problem else not failing,
        checked,
        failing,
        problem[:200] if problem else "",
    )


def check_expected(
    workspace_id: int, expected: Sequence[Expected], *, conn_id: str = settings.SYNC_CONN_ID
) -> list[PracticeResult]:
    """One result for each expectation, in their order."""
    if not expected:
        return []
    import_gx()
    results: dict[str, PracticeResult] = {}
    built: dict[DocumentKind, dict[str, Any]] = {}
    for one in expected:
        try:
            built.setdefault(one.on, {})[one.name] = build_expectation(one)
        except ValueError as error:
            results[one.name] = PracticeResult(one, None, problem=f"{one.place}: {error}")
    by_name = {one.name: one for one in expected}
    with open_source([workspace_id], conn_id) as source:
        for kind, suite in built.items():
            if suite:
                found = validate_suite(source, f"practice_{kind}", list(suite.values()), _DOCUMENTS)
                for item in found:
                    one = by_name[_config_of(item).meta["check"]]
                    results[one.name] = _result(one, item)
    missing = "it was not carried out; another expectation of the same kind of document may have stopped it."
    return [
        results.get(one.name) or PracticeResult(one, None, problem=f"{one.place}: {missing}")
        for one in expected
    ]


def _result(one: Expected, item: ExpectationValidationResult) -> PracticeResult:
    if message := raised(item.exception_info):
        reason = next(iter(message.splitlines()), "")[:200]
        return PracticeResult(one, None, problem=f"{one.place}: it could not be carried out ({reason}).")
    result, success = item.result, bool(item.success)
    found = [] if success else result.get("unexpected_index_list") or []
    ids = sorted({int(id_) for failing in found for id_ in _listed(failing["document_id"])})
    return PracticeResult(
        one,
        success,
        int(result.get("element_count") or 0),
        int(result.get("unexpected_count") or 0),
        tuple(DocumentKey(one.on, id_) for id_ in ids[:LISTED_MOST]),
    )


def _listed(ids: object) -> list[Any]:
    """Without values Great Expectations answers a column at a time."""
    return ids if isinstance(ids, list) else [ids]


def build_expectation(one: Expected) -> Expectation:
    """:raises ValueError: what was seen, and what was expected."""
    from great_expectations.compatibility import pydantic
    from great_expectations.exceptions.exceptions import ExpectationNotFoundError
    from great_expectations.expectations.expectation import (
        ColumnMapExpectation,
        ColumnPairMapExpectation,
        Expectation,
        MulticolumnMapExpectation,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.registry import get_expectation_impl

    by_row = (ColumnMapExpectation, ColumnPairMapExpectation, MulticolumnMapExpectation)
    try:
        implementation: Any = get_expectation_impl(one.expectation)
    except ExpectationNotFoundError as error:
        raise ValueError(
            f"saw {one.expectation}, expected a name of Great Expectations such as "
            "expect_column_values_to_be_between."
        ) from error
    if not issubclass(implementation, by_row):
        raise ValueError(  # noqa: TRY004 - a text of a file
            f"saw {one.expectation}, which judges the whole and names no document; expected one that looks "
            "at each row, such as expect_column_values_to_be_between."
        )
    named = [str(one.kwargs[key]) for key in _COLUMN_ARGUMENTS if key in one.kwargs]
    listed = one.kwargs.get("column_list")
    named += [str(name) for name in listed] if isinstance(listed, list) else []
    if wrong := [name for name in named if name not in COLUMNS[one.on]]:
        columns = ", ".join(COLUMNS[one.on])
        raise ValueError(f"saw column {wrong[0]!r}; of an {one.on} expected one of {columns}.")
    taken = set(implementation.__fields__) - set(Expectation.__fields__) | {"row_condition", "mostly"}
    if unknown := sorted(one.kwargs.keys() - taken):
        raise ValueError(f"saw {unknown[0]!r} in kwargs; {one.expectation} takes {_words(taken)}.")
    try:
        return implementation(  # type: ignore[no-any-return]
            **one.kwargs,
            description=one.words,
            meta={"check": one.name},
            severity=FailureSeverity(one.severity.value),
        )
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0]) if first["loc"][0] != "__root__" else "kwargs"
        seen = f"saw {where}: {one.kwargs[where]!r}" if where in one.kwargs else f"saw no right {where}"
        raise ValueError(f"{seen} ({first['msg']}); {one.expectation} takes {_words(taken)}.") from error
    except (TypeError, ValueError) as error:
        raise ValueError(f"saw kwargs that {one.expectation} does not take ({str(error)[:120]}).") from error


def _words(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
