"""The dashboard and the alert rules name series that are reported, with tags that they have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.core.monitoring.metrics import METRICS, Kind, Metric, series, table
from ops.paths import ROOT

FOLDER = ROOT / "ops" / "monitoring"
_SERIES = re.compile(r"\b(airflow_caspen_qbo_\w+)(\{[^}]*\})?")
_LABEL = re.compile(r'(\w+)\s*=~?\s*"([^"]*)"')
_BY = re.compile(r"by \(([^)]*)\)[^a-z]*\(?.*?(airflow_caspen_qbo_\w+)")


def expressions() -> Iterator[str]:
    rules = yaml.safe_load((FOLDER / "alerts.yaml").read_text())
    for rule in rules["groups"][0]["rules"]:
        assert {"alert", "expr", "labels", "annotations"} <= set(rule), rule
        assert set(rule["annotations"]) == {"summary", "action"}, "what it means, and what to do"
        yield rule["expr"]
    for panel in json.loads((FOLDER / "grafana-dashboard.json").read_text())["panels"]:
        assert panel["title"] and panel["description"]
        for target in panel["targets"]:
            yield target["expr"]


def metric_of(name: str) -> Metric:
    for metric in METRICS:
        parts = ("", "_sum", "_count") if metric.kind is Kind.TIMER else ("",)
        if name in {f"{series(metric)}{part}" for part in parts}:
            return metric
    raise AssertionError(f"{name} is not reported")


def named() -> set[Metric]:
    return {metric_of(name) for text in expressions() for name, _ in _SERIES.findall(text)}


def test_every_series_they_name_is_reported_with_its_tags() -> None:
    found = list(expressions())
    assert len(found) > 20
    for text in found:
        assert _SERIES.search(text), text
        for name, labels in _SERIES.findall(text):
            metric = metric_of(name)
            allowed = {*metric.tags, "quantile"} if metric.kind is Kind.TIMER else set(metric.tags)
            for label, value in _LABEL.findall(labels):
                assert label in allowed, f"{label} in {text}"
                if label == "key":
                    assert set(value.split("|")) <= set(CATALOGUE)
        for tags, name in _BY.findall(text):
            assert {tag.strip() for tag in tags.split(",")} <= set(metric_of(name).tags), text


def test_every_figure_is_on_the_dashboard_or_in_an_alert() -> None:
    assert named() == set(METRICS)


def test_the_document_has_every_figure() -> None:
    assert table() in Path(ROOT / "docs" / "metrics.md").read_text()
