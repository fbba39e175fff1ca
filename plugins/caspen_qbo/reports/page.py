"""The report as one HTML page: no requests anywhere; for paper, the dark and screen readers."""

from markupsafe import Markup

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.reports.chart import trend_svg
from caspen_qbo.reports.environment import TEMPLATES
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.shaping import differences_by_field, listed_by_age
from caspen_qbo.reports.words import headline, sentences
from caspen_qbo.wording import KIND_WORDS

ROWS_MAX = 500
"""Rows of one table on the page; the spreadsheet has all of them."""
SECTIONS = ("ledger", "signed", "cards", "differences", "tie_outs", "trend", "checks")
"""In the report's order."""


def render_html(model: ReportModel) -> str:
    return TEMPLATES.get_template("report.html").render(
        _shared(model),
        headline=headline(model),
        sentences=sentences(model),
        sections=_render_sections(model),
    )


def _render_sections(model: ReportModel) -> Markup:
    """In the report's order; signed periods only where something is signed."""
    shared = _shared(model)
    return Markup("").join(
        Markup(TEMPLATES.get_template(f"{name}.html").render(shared))  # noqa: S704 - the template escapes
        for name in SECTIONS
        if name != "signed" or model.report.signed_periods.sign_offs
    )


def _shared(model: ReportModel) -> dict[str, object]:
    return {
        "model": model,
        "run": model.run,
        "report": model.report,
        "zone": model.zone,
        "by_age": listed_by_age(model),
        "by_field": differences_by_field(model),
        "kinds": {str(kind): KIND_WORDS[kind] for kind in DocumentKind},
        "chart": trend_svg(model.trend, model.zone),
        "most": ROWS_MAX,
    }
