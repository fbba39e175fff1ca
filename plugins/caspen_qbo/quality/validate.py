"""Run the suites on the frozen comparison inside PostgreSQL; the verdict, never the rows, comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from caspen_qbo import settings
from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import BrokenCheckError
from caspen_qbo.quality.suites import build_suite, import_gx

_SUMMARY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""
Counts only. Longer formats fetch rows, turn amounts into floats, and grow without bound on the worst night.
"""

_SORT_MEMORY = "64MB"
"""For the check that every document is compared once: a million ids are sorted without touching the disk."""

_CONDITION_FREE = ("rows", "unique", "in_quickbooks", "in_caspen")


def validate(
    workspace_id: int, documents: Mapping[str, int], *, conn_id: str = settings.SYNC_CONN_ID
) -> list[CheckResult]:
    """
    Check one workspace's frozen comparison.

    :param documents: Rows frozen by kind; a kind without documents has nothing to check and no results.
    :return: One result per check, kinds and checks in a fixed order.
    :raises BrokenCheckError: a check could not be carried out, or looked at other rows than were frozen. That
        is no mismatch: nothing is known about the figures then.
    """
    kinds = [kind for kind in DocumentKind if documents.get(kind.value)]
    if not kinds:
        return []
    gx = import_gx()
    from great_expectations.data_context.types.base import ProgressBarsConfig

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    results: list[CheckResult] = []
    with _connection_url(conn_id, workspace_id) as url:
        source = context.data_sources.add_postgres("comparison", connection_string=url)
        try:
            for kind in kinds:
                batch = source.add_table_asset(f"comparison_{kind}").add_batch_definition_whole_table(
                    kind.value
                )
                suite = context.suites.add(build_suite(kind, documents[kind.value]))
                definition = context.validation_definitions.add(
                    gx.ValidationDefinition(name=kind.value, data=batch, suite=suite)
                )
                outcome = definition.run(result_format=_SUMMARY)
                results += _read(kind, outcome, len(suite.expectations), documents[kind.value])
        except BrokenCheckError:
            raise
        except Exception as error:  # whatever GX or the driver raises, nothing is known about the figures
            raise BrokenCheckError(
                f"workspace {workspace_id}: the checks could not be carried out ({type(error).__name__}: "
                f"{str(error).splitlines()[0][:200] if str(error) else ''}). Nothing was recorded; run again."
            ) from error
        finally:
            # GX keeps two pools, and their connections stay open after the run.
            source.get_engine().dispose()
            source.get_execution_engine().engine.dispose()
    return results


@contextmanager
def _connection_url(conn_id: str, workspace_id: int) -> Iterator[str]:
    """
    A reference to an environment variable that holds the URL: GX prints a literal one, password and all.

    The views show only the workspace that the session names, so two workspaces can be checked at once.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    url = PostgresHook(postgres_conn_id=conn_id).sqlalchemy_url.update_query_dict(
        {
            "options": f"-csearch_path=qbo_sync -ccaspen_qbo.workspace={workspace_id} -ctimezone=UTC "
            f"-cwork_mem={_SORT_MEMORY}"
        }
    )
    name = f"CASPEN_QBO_CHECKS_URL_{workspace_id}"
    os.environ[name] = url.render_as_string(hide_password=False)
    try:
        yield f"${{{name}}}"
    finally:
        os.environ.pop(name, None)


def _read(kind: DocumentKind, outcome: Any, expected: int, documents: int) -> list[CheckResult]:
    evaluated = outcome.statistics["evaluated_expectations"]
    if evaluated != expected:
        raise BrokenCheckError(f"checks of {kind}: {evaluated} of {expected} were carried out.")
    results = []
    for item in outcome.results:
        config = item.expectation_config
        name = config.meta["check"]
        if message := _raised(item.exception_info):
            raise BrokenCheckError(f"check {name} of {kind} could not be carried out: {message[:200]}")
        if name == "rows":
            seen = item.result.get("observed_value")
            if seen != documents:
                raise BrokenCheckError(
                    f"checks of {kind} saw {seen} documents, but {documents} were compared."
                )
        if name == "unique":
            failing = documents - int(item.result["observed_value"])
        else:
            failing = int(item.result.get("unexpected_count") or 0)
        if name != "rows" and bool(item.success) != (failing == 0):
            raise BrokenCheckError(
                f"check {name} of {kind} says {item.success} and counts {failing} failing."
            )
        results.append(
            CheckResult(
                kind=kind.value, name=name, description=config.description or "",
                severity=str(config.severity.value), success=bool(item.success), failing=failing,
                checked=documents if name in _CONDITION_FREE else int(item.result.get("element_count") or 0),
            )
        )  # fmt: skip
    return results


def _raised(info: Any) -> str | None:
    """The message of an expectation that could not run; it comes flat, or keyed by the metric that failed."""
    if not info:
        return None
    if info.get("raised_exception"):
        return str(info.get("exception_message") or "unknown")
    for part in info.values():
        if isinstance(part, dict) and part.get("raised_exception"):
            return str(part.get("exception_message") or "unknown")
    return None
