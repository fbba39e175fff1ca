"""Run the suites on the frozen comparison inside PostgreSQL; the verdict, never the rows, comes back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation import Expectation
    from sqlalchemy import Engine

SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""Counts only: longer formats fetch rows, turn amounts into floats, and grow without bound."""

_SORT_MEMORY = "64MB"
"""For the check that every document is compared once: a million ids are sorted without touching the disk."""

_CONDITION_FREE = ("rows", "unique", "in_quickbooks", "in_caspen")


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
                found = validate_suite(source, f"comparison_{kind}", suite, SUMMARY)
                results += _read(kind, found, len(suite), documents[kind])
    except SyncError:
        raise
    except Exception as error:  # whatever GX or the driver raises, nothing is known about the figures
        reason = next(iter(str(error).splitlines()), "")[:200]
        raise BrokenCheckError(
            f"workspace {workspace_id}: the checks could not be carried out ({type(error).__name__}: "
            f"{reason}). Nothing was recorded; run again."
        ) from error
    return results


@dataclass(frozen=True)
class Source:
    """Our own database, as views that show one workspace."""

    engine: Engine
    kept: list[SqlAlchemyExecutionEngine] = field(default_factory=list)
    """Great Expectations' engines over it: one that is collected as garbage takes the session along."""


@contextmanager
def open_source(workspace_id: int, conn_id: str) -> Iterator[Source]:
    """For the length of the block, over one session."""
    from sqlalchemy import create_engine

    # The views show the session's workspace only, so two can be checked at once.
    own_settings = {
        "search_path": "qbo_sync",
        "caspen_qbo.workspace": str(workspace_id),
        "work_mem": _SORT_MEMORY,
    }
    with engine_arguments(conn_id, SYNC, own_settings) as arguments:
        yield Source(create_engine(URL, **arguments))


def validate_suite(
    source: Source, view: str, suite: Sequence[Expectation], result_format: Mapping[str, object]
) -> list[ExpectationValidationResult]:
    """One result for each expectation that was carried out, or tried.

    Great Expectations' data context, with its data sources, batches and stores, is left out: it would look at
    the view first, write all of it into stores nobody reads, and take longer than the checks themselves.
    """
    import_gx()
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.validator.validator import Validator
    from sqlalchemy import table

    engine = SqlAlchemyExecutionEngine(engine=source.engine)
    source.kept.append(engine)
    rows = SqlAlchemyBatchData(
        engine, selectable=table(view), create_temp_table=False, source_table_name=view
    )
    engine.load_batch_data(view, rows)
    validator = Validator(engine)
    validator.metrics_calculator.show_progress_bars = False
    configurations = [expectation.configuration for expectation in suite]
    found = validator.graph_validate(configurations, {"result_format": dict(result_format)})
    collect(view, found)
    return found


def _read(
    kind: DocumentKind, found: Sequence[ExpectationValidationResult], expected: int, documents: int
) -> list[CheckResult]:
    if len(found) != expected:
        raise BrokenCheckError(f"checks of {kind}: {len(found)} of {expected} were carried out.")
    return [_check(kind, item, documents) for item in found]


def _check(kind: DocumentKind, item: ExpectationValidationResult, documents: int) -> CheckResult:
    config, result, success = item.expectation_config, item.result, bool(item.success)
    if config is None:
        raise BrokenCheckError(f"a check of {kind} came back without its name.")
    name = config.meta["check"]
    if message := raised(item.exception_info):
        raise BrokenCheckError(f"check {name} of {kind} could not be carried out: {message[:200]}")
    if name == "rows" and (seen := result.get("observed_value")) != documents:
        raise BrokenCheckError(f"checks of {kind} saw {seen} documents, but {documents} were compared.")
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
