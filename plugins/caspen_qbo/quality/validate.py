"""Run the suites on the frozen comparison inside PostgreSQL; the verdict, never the rows, comes back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from caspen_qbo import settings
from caspen_qbo.core.reconciling.verdict import CheckResult, Severity
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError, StoreUnavailableError, SyncError
from caspen_qbo.hooks.postgres.engine import URL, engine_arguments
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.quality.data_docs import collect
from caspen_qbo.quality.suites import build_suite, import_gx

T = TypeVar("T")
log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.expectations.expectation import Expectation
    from sqlalchemy import Engine

SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""Counts only: longer formats fetch rows, turn amounts into floats, and grow without bound."""

_HASH_MEMORY = "64MB"
"""For the check that every document is compared once: a million ids are counted without touching the disk."""

LOST_MOST = 2
"""Practices after which, one after the other, the database is taken to be gone."""

_CONDITION_FREE = ("rows", "unique", "in_quickbooks", "in_caspen")


Frozen = Mapping[DocumentKind, int]
"""How many documents of a practice were frozen, by kind."""
Verdict = list[CheckResult] | SyncError
"""One result for each check, in a fixed order, none for an empty kind; or why there is none."""


def validate(
    workspace_id: int, documents: Frozen, *, conn_id: str = settings.SYNC_CONN_ID
) -> list[CheckResult]:
    """:func:`validate_all` of one practice.

    :raises BrokenCheckError: as there.
    """
    verdict = validate_all({workspace_id: documents}, conn_id=conn_id)[workspace_id]
    if isinstance(verdict, SyncError):
        raise verdict
    return verdict


def validate_all(frozen: Mapping[int, Frozen], *, conn_id: str = settings.SYNC_CONN_ID) -> dict[int, Verdict]:
    """Check the frozen comparisons of several practices in one run; a verdict for each of them.

    BrokenCheckError: a check was not carried out, or read other rows than the documents that were frozen.
    That is no mismatch: nothing is known about the figures then. Where it is not known of which practice,
    each is checked alone.
    """
    return for_each_of(
        sorted(frozen), lambda ids: _validate({id_: frozen[id_] for id_ in ids}, conn_id), _as_verdict
    )


def for_each_of(
    ids: Sequence[int], run: Callable[[Sequence[int]], dict[int, T]], failed: Callable[[int, Exception], T]
) -> dict[int, T]:
    """What one run finds of all practices. Where it breaks: what a run of each finds, so that the one that
    broke it takes nothing from the others.

    :param failed: What is found of a practice whose own run broke.
    """
    try:
        return run(ids)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is one practice's at the end
        if len(ids) == 1:
            return {ids[0]: failed(ids[0], error)}
        log.warning("the checks of %d practices broke (%s): each is checked alone", len(ids), error)
    found: dict[int, T] = {}
    lost: list[Exception] = []
    for id_ in ids:
        if len(lost) >= LOST_MOST:  # a database that has gone is not waited for once for each
            found[id_] = failed(id_, lost[-1])
            continue
        try:
            found |= run([id_])
            lost.clear()
        except Exception as error:  # noqa: BLE001 - the same
            found[id_] = failed(id_, error)
            lost = [*lost, error] if isinstance(error, StoreUnavailableError) else []
    return found


def _as_verdict(workspace_id: int, error: Exception) -> SyncError:
    if isinstance(error, SyncError):
        return error
    reason = next(iter(str(error).splitlines()), "")[:200]
    broken = BrokenCheckError(
        f"workspace {workspace_id}: the checks could not be carried out ({type(error).__name__}: "
        f"{reason}). Nothing was recorded; run again."
    )
    broken.__cause__ = error
    return broken


def _validate(frozen: Mapping[int, Frozen], conn_id: str) -> dict[int, Verdict]:
    """In one run of Great Expectations; it raises whatever that, or the driver, does."""
    verdicts: dict[int, Verdict] = {id_: [] for id_ in frozen}
    by_kind = {kind: {id_: frozen[id_].get(kind, 0) for id_ in frozen} for kind in DocumentKind}
    if not any(any(documents.values()) for documents in by_kind.values()):
        return verdicts
    with open_source(sorted(frozen), conn_id) as source:
        for kind, documents in by_kind.items():
            if not any(documents.values()):
                continue
            suite = build_suite(kind, sum(documents.values()))
            found = validate_suite(source, f"comparison_{kind}", suite, SUMMARY)
            for id_, checks in read_suite(kind, found, len(suite), documents).items():
                verdict = verdicts[id_]
                if isinstance(verdict, list):
                    verdicts[id_] = checks if isinstance(checks, SyncError) else [*verdict, *checks]
    return verdicts


@dataclass(frozen=True)
class Source:
    """Our own database, as views that show some workspaces."""

    engine: Engine
    kept: list[SqlAlchemyExecutionEngine] = field(default_factory=list)
    """Great Expectations' engines over it: one that is collected as garbage takes the session along."""


@contextmanager
def open_source(workspace_ids: Sequence[int], conn_id: str) -> Iterator[Source]:
    """For the length of the block, over one session."""
    from sqlalchemy import create_engine

    # The views show the session's workspaces only, so others can be checked at the same time.
    own_settings = {
        "search_path": "qbo_sync",
        "caspen_qbo.workspaces": "{" + ",".join(map(str, workspace_ids)) + "}",
        "work_mem": _HASH_MEMORY,
    }
    if len(workspace_ids) == 1:  # what one practice expects of its figures is asked of it alone
        own_settings["caspen_qbo.workspace"] = str(workspace_ids[0])
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


def read_suite(
    kind: DocumentKind,
    found: Sequence[ExpectationValidationResult],
    expected: int,
    documents: Mapping[int, int],
) -> dict[int, list[CheckResult] | BrokenCheckError]:
    """What a suite says of each practice; ``documents``: how many of each were frozen.

    :raises BrokenCheckError: nothing is known of any: a check was not carried out, or its figures by practice
        do not add up to its total.
    """
    if len(found) != expected:
        raise BrokenCheckError(f"checks of {kind}: {len(found)} of {expected} were carried out.")
    read: dict[int, list[CheckResult] | BrokenCheckError] = {id_: [] for id_ in documents}
    for item in found:
        for id_, check in _read_check(kind, item, documents).items():
            checks = read[id_]
            if isinstance(checks, list):
                read[id_] = check if isinstance(check, BrokenCheckError) else [*checks, check]
    return {
        id_: [] if isinstance(checks, list) and not documents[id_] else checks for id_, checks in read.items()
    }


def _read_check(
    kind: DocumentKind, item: ExpectationValidationResult, documents: Mapping[int, int]
) -> dict[int, CheckResult | BrokenCheckError]:
    config, result, success = item.expectation_config, item.result, bool(item.success)
    if config is None:
        raise BrokenCheckError(f"a check of {kind} came back without its name.")
    name = config.meta["check"]
    if message := raised(item.exception_info):
        raise BrokenCheckError(f"check {name} of {kind} could not be carried out: {message[:200]}")
    if name == "rows":
        by_practice = {id_: (number, 0) for id_, number in documents.items()}
        seen, failing = int(result.get("observed_value") or 0), 0
        if seen != sum(documents.values()):
            raise BrokenCheckError(
                f"checks of {kind} saw {seen} documents, but {sum(documents.values())} were compared."
            )
    else:
        by_practice = {int(id_): (row[0], row[1]) for id_, row in result.get("by_practice", {}).items()}
        seen, failing = int(result.get("element_count") or 0), int(result.get("unexpected_count") or 0)
    if success != (failing == 0):
        raise BrokenCheckError(f"check {name} of {kind} says {success} and counts {failing} failing.")
    sums = tuple(map(sum, zip(*by_practice.values(), strict=True))) or (0, 0)
    if sums != (seen, failing) or not by_practice.keys() <= documents.keys():
        raise BrokenCheckError(
            f"check {name} of {kind} counts {failing} of {seen} failing, its practices come to {sums[1]} of "
            f"{sums[0]}."
        )

    def of(id_: int) -> CheckResult | BrokenCheckError:
        looked_at, wrong = by_practice.get(id_, (0, 0))
        if name in _CONDITION_FREE and looked_at != documents[id_]:
            return BrokenCheckError(
                f"workspace {id_}: checks of {kind} saw {looked_at} documents, but {documents[id_]} were "
                "compared."
            )
        return CheckResult(
            kind=kind,
            name=name,
            description=config.description or "",
            severity=Severity(config.severity.value),
            success=wrong == 0,
            checked=looked_at,
            failing=wrong,
        )

    return {id_: of(id_) for id_ in documents}


def raised(info: Mapping[str, Any] | None) -> str | None:
    """The message of an expectation that could not run; it comes flat, or keyed by the metric that failed."""
    for part in (info or {}, *(info or {}).values()):
        if isinstance(part, Mapping) and part.get("raised_exception"):
            return str(part.get("exception_message") or "unknown")
    return None
