"""Run the suites on the frozen comparison inside PostgreSQL; the verdict, never the rows, comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from caspen_qbo import settings
from caspen_qbo.core.reconciling.verdict import CheckResult, Severity
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError, SyncError
from caspen_qbo.hooks.postgres.engine import URL, engine_arguments
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.quality.data_docs import collect
from caspen_qbo.quality.suites import build_suite, import_gx

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        ExpectationValidationResult,
    )

SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""Counts only: longer formats fetch rows, turn amounts into floats, and grow without bound."""

_SORT_MEMORY = "64MB"
"""For the check that every document is compared once: a million ids are sorted without touching the disk."""

_CONDITION_FREE = ("rows", "unique", "in_quickbooks", "in_caspen")


_SOURCE = "comparison"

_SHARED: ContextVar[dict[str, Any] | None] = ContextVar("great_expectations_context", default=None)
"""One for all validations inside :func:`shared_context`; of this thread alone."""


@contextmanager
def shared_context() -> Iterator[None]:
    """Validations in this block make Great Expectations' context once."""
    token = _SHARED.set({})
    try:
        yield
    finally:
        _SHARED.reset(token)


@contextmanager
def _context() -> Iterator[Any]:
    """As empty as a new one; a shared one is given up where a validation was not carried out."""
    shared = _SHARED.get()
    if shared is None:
        yield _new_context()
        return
    context = shared.pop("context", None) or _new_context()
    yield context
    context.data_sources.delete(_SOURCE)
    shared["context"] = context


def _new_context() -> Any:
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = import_gx().get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def validate(
    workspace_id: int, documents: Mapping[DocumentKind, int], *, conn_id: str = settings.SYNC_CONN_ID
) -> list[CheckResult]:
    """One result per check of a workspace's frozen comparison, in a fixed order; none for an empty kind.
    BrokenCheckError: a check was not carried out, or read other rows than the ``documents`` frozen by kind.
    That is no mismatch: nothing is known about the figures then.
    """
    kinds = [kind for kind in DocumentKind if documents.get(kind)]
    if not kinds:
        return []
    results: list[CheckResult] = []
    try:
        with open_source(workspace_id, conn_id) as source:
            for kind in kinds:
                suite = build_suite(kind, documents[kind])
                outcome = _validate(source, f"comparison_{kind}", kind.value, suite, SUMMARY)
                results += _read(kind, outcome, len(suite.expectations), documents[kind])
    except BrokenCheckError:
        raise
    except Exception as error:  # whatever GX or the driver raises, nothing is known about the figures
        if (ours := _raised_by_us(error)) is not None:
            raise ours from error
        reason = next(iter(str(error).splitlines()), "")[:200]
        raise BrokenCheckError(
            f"workspace {workspace_id}: the checks could not be carried out ({type(error).__name__}: "
            f"{reason}). Nothing was recorded; run again."
        ) from error
    return results


@contextmanager
def open_source(workspace_id: int, conn_id: str) -> Iterator[Any]:
    """Our own database as Great Expectations sees it: views that show one workspace."""
    # The views show the session's workspace only, so two can be checked at once.
    own_settings = {
        "search_path": "qbo_sync",
        "caspen_qbo.workspace": str(workspace_id),
        "work_mem": _SORT_MEMORY,
    }
    with _context() as context, engine_arguments(conn_id, SYNC, own_settings) as arguments:
        yield context.data_sources.add_postgres(_SOURCE, connection_string=URL, kwargs=arguments)


def validate_suite(
    source: Any, view: str, name: str, expectations: list[Any], result_format: Mapping[str, object]
) -> list[ExpectationValidationResult]:
    """One result for each expectation that was carried out, or tried."""
    suite = import_gx().ExpectationSuite(name=name, expectations=expectations)
    return list(_validate(source, view, name, suite, result_format).results)


def _validate(
    source: Any, view: str, name: str, suite: ExpectationSuite, result_format: Mapping[str, object]
) -> ExpectationSuiteValidationResult:
    from great_expectations.validator.v1_validator import Validator

    table = source.add_table_asset(view)
    source.get_engine().dispose()  # GX looks at a table through one and checks by another
    batch = table.add_batch_definition_whole_table(name)
    # As a validation definition runs it, which also writes all of it into stores nobody reads.
    result: ExpectationSuiteValidationResult = Validator(
        batch, result_format=dict(result_format)
    ).validate_expectation_suite(suite)
    collect(view, result)
    return result


def _raised_by_us(error: BaseException | None) -> SyncError | None:
    """What opening our database raised, at the bottom of what GX made of it."""
    while error is not None:
        if isinstance(error, SyncError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _read(
    kind: DocumentKind, outcome: ExpectationSuiteValidationResult, expected: int, documents: int
) -> list[CheckResult]:
    evaluated = outcome.statistics["evaluated_expectations"]
    if evaluated != expected:
        raise BrokenCheckError(f"checks of {kind}: {evaluated} of {expected} were carried out.")
    return [_check(kind, item, documents) for item in outcome.results]


def _check(kind: DocumentKind, item: ExpectationValidationResult, documents: int) -> CheckResult:
    config, result, success = item.expectation_config, item.result, bool(item.success)
    if config is None:
        raise BrokenCheckError(f"a check of {kind} came back without its name.")
    name = config.meta["check"]
    if message := raised(item.exception_info):
        raise BrokenCheckError(f"check {name} of {kind} could not be carried out: {message[:200]}")
    if name == "rows" and (seen := result.get("observed_value")) != documents:
        raise BrokenCheckError(f"checks of {kind} saw {seen} documents, but {documents} were compared.")
    if name == "unique":
        failing = documents - int(result["observed_value"])
    else:
        failing = int(result.get("unexpected_count") or 0)
    if name != "rows" and success != (failing == 0):
        raise BrokenCheckError(f"check {name} of {kind} says {success} and counts {failing} failing.")
    return CheckResult(
        kind=kind,
        name=name,
        description=config.description or "",
        severity=Severity(config.severity.value),
        success=success,
        checked=documents if name in _CONDITION_FREE else int(result.get("element_count") or 0),
        failing=failing,
    )


def raised(info: Mapping[str, Any] | None) -> str | None:
    """The message of an expectation that could not run; it comes flat, or keyed by the metric that failed."""
    for part in (info or {}, *(info or {}).values()):
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message") or "unknown")
    return None
