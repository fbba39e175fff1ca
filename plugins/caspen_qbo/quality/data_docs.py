"""Data Docs: Great Expectations' own pages of a run's suites and results, made to be read anywhere.

Its own site calls seven hosts of others from each page and shows an empty index without them; so its pages
are taken as it renders them, without what is fetched from elsewhere, and with styles of their own.
"""

import html
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from great_expectations.core.expectation_validation_result import ExpectationValidationResult

INDEX = "index.html"

_VALUES = frozenset(
    {
        "unexpected_list",
        "partial_unexpected_list",
        "partial_unexpected_counts",
        "unexpected_index_list",
        "partial_unexpected_index_list",
        "unexpected_index_query",
        "unexpected_rows",
        "details",
    }
)
"""Of a result: values of people's documents, and lists without an end. Counts stay."""

_FOREIGN = re.compile(
    r"<script\b.*?</script>|<link\b[^>]*>|<img\b[^>]*>|<form\b.*?</form>|<button\b.*?</button>|<footer\b.*?</footer>|"
    r"url\([\"']?https?:[^)]*\)|<!--.*?-->|"
    r"\son\w+\s*=\s*(\"[^\"]*\"|'[^']*')",
    re.DOTALL | re.IGNORECASE,
)
_OUTSIDE = re.compile(r"<a\b[^>]*href=[\"'](?!#)[^>]*>(.*?)</a>", re.DOTALL | re.IGNORECASE)
_STYLE = """<style>
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
body{color:#1b1f24;background:#fff}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
td,th{border-bottom:1px solid #d0d7de;padding:.4rem .6rem;text-align:left;vertical-align:top}
.table-danger,.bg-danger{background:#ffebe9}.nav,.navbar,.breadcrumb,.show-hide-expectations{list-style:none}
.fa-check-circle::before{content:"passed"}.fa-times::before{content:"failed"}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}td,th{border-color:#30363d}
.table-danger,.bg-danger{background:#4b1113}}
</style>"""


class Validated(NamedTuple):
    """One suite as it was carried out."""

    name: str
    results: "list[ExpectationValidationResult]"


_COLLECTED: ContextVar[list[Validated] | None] = ContextVar("data_docs", default=None)


@contextmanager
def collecting() -> Iterator[list[Validated]]:
    """The suites that are carried out in this block."""
    found: list[Validated] = []
    token = _COLLECTED.set(found)
    try:
        yield found
    finally:
        _COLLECTED.reset(token)


def collect(name: str, results: "list[ExpectationValidationResult]") -> None:
    """For the pages, where they are wanted."""
    if (found := _COLLECTED.get()) is not None:
        found.append(Validated(name, results))


def render_data_docs(found: list[Validated], run_id: str) -> dict[str, str]:
    """File name -> page: an index, and of each suite its expectations with their results."""
    from great_expectations.core.expectation_validation_result import ExpectationSuiteValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView
    from great_expectations.validator.validation_statistics import calc_validation_statistics

    pages, rows = {}, []
    for name, results in found:
        for one in results:
            for key in _VALUES & set(one.result):
                one.result.pop(key)
        statistics = calc_validation_statistics(results)
        result = ExpectationSuiteValidationResult(
            success=statistics.success,
            results=results,
            suite_name=name,
            statistics=statistics._asdict(),
            meta={"run_id": RunIdentifier(run_name=run_id)},
        )
        view: Any = DefaultJinjaPageView()
        rendered = str(view.render(ValidationResultsPageRenderer().render(result)))
        file = f"{name}.html"
        pages[file] = _alone(rendered)
        done, good = statistics.evaluated_expectations, statistics.successful_expectations
        state = "passed" if result.success else "failed"
        cells = (f'<a href="{file}">{html.escape(name)}</a>', state, f"{good} of {done}")
        rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>")
    table = "<table><tr><th>Suite</th><th>Result</th><th>Checks passed</th></tr>" + "".join(rows) + "</table>"
    head = f'<head><meta charset="utf-8"><title>Data Docs</title>{_STYLE}</head>'
    body = f"<body><h1>Data Docs</h1><p>Run {html.escape(run_id)}</p>{table}</body>"
    index = f'<!DOCTYPE html><html lang="en">{head}{body}</html>'
    return {INDEX: index, **pages}


def _alone(page: str) -> str:
    """Without anything that is fetched from elsewhere, or runs."""
    kept = _OUTSIDE.sub(r"\1", _FOREIGN.sub("", page))
    return kept.replace("</head>", f"{_STYLE}</head>", 1)
