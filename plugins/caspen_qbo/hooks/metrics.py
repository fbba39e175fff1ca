"""Figures to Airflow's StatsD or OpenTelemetry, whichever its server has on. Nothing is reported, and nothing
of Airflow loaded, outside a task of Airflow; and no figure ever fails a run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from caspen_qbo.core.monitoring.metrics import Metric

log = logging.getLogger(__name__)

_SINKS: list[Any] = []
"""Airflow's module of figures while a task reports; the last one counts."""


@contextmanager
def to_airflow() -> Iterator[None]:
    """What happens in this block is reported."""
    try:
        from airflow.sdk.observability import stats
    except ImportError:  # an Airflow that moved it: the work goes on without figures
        log.warning("no figures are reported: airflow.sdk.observability.stats is not there")
        yield
        return
    _SINKS.append(stats)
    try:
        yield
    finally:
        _SINKS.remove(stats)


def reported() -> bool:
    """Whether anyone wants figures: one that costs a statement is not made otherwise."""
    return bool(_SINKS)


def count(metric: Metric, number: int = 1, **tags: object) -> None:
    _report("incr", metric, number, tags)


def gauge(metric: Metric, value: float, **tags: object) -> None:
    _report("gauge", metric, value, tags)


def timing(metric: Metric, seconds: float, **tags: object) -> None:
    _report("timing", metric, timedelta(seconds=seconds), tags)


def _report(how: str, metric: Metric, value: object, tags: dict[str, object]) -> None:
    if not _SINKS:
        return
    try:
        given = {"tags": {name: str(tags[name]) for name in metric.tags}} if metric.tags else {}
        getattr(_SINKS[-1], how)(metric.name, value, **given)
    except Exception as error:  # noqa: BLE001 - a figure that is not reported fails nothing
        log.debug("figure %s was not reported (%s)", metric.name, type(error).__name__)
