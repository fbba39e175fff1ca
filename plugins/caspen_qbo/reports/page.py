"""
The report as one HTML page: no requests to anywhere, readable on paper, in the dark and by a screen reader.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from caspen_qbo.reports.chart import trend_svg
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.shaping import differences_by_field, listed_by_age
from caspen_qbo.reports.terms import KIND_WORDS, TURN_WORDS, day_words
from caspen_qbo.reports.words import headline, sentences

ROWS_MAX = 500
"""Rows of one table on the page; the spreadsheet has all of them."""
TEMPLATES = Path(__file__).parent / "templates"


def render_html(model: ReportModel) -> str:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["money"] = _money
    environment.filters["signed"] = _signed
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["day"] = day_words
    environment.filters["moment"] = lambda value: f"{value.day} {value:%b %Y, %H:%M}"
    return environment.get_template("report.html").render(
        report=model,
        headline=headline(model),
        sentences=sentences(model),
        by_age=listed_by_age(model),
        by_field=differences_by_field(model),
        kinds=KIND_WORDS,
        turns=TURN_WORDS,
        chart=Markup(trend_svg(model.trend)),  # noqa: S704 - our own drawing, no text from outside
        most=ROWS_MAX,
    )


def _money(value: object) -> str:
    return "" if value is None else f"{value:,.2f}".replace("-", "\N{MINUS SIGN}")


def _signed(value: object) -> str:
    return "" if value is None else f"{value:+,.2f}".replace("-", "\N{MINUS SIGN}")
