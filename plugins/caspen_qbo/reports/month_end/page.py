"""The pack as one HTML page: for a screen, and for A4 paper with its page numbers and repeated headings."""

from caspen_qbo.core.closing.figures import AGES, whole_units
from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.reports.environment import TEMPLATES
from caspen_qbo.reports.month_end.shaping import (
    ONLY_QUICKBOOKS,
    TakingsSum,
    aged_rows,
    all_aged,
    days,
    headline,
    methods,
    sentences,
)
from caspen_qbo.wording import zone_of


def render_pack_html(pack: MonthPack) -> str:
    """The same bytes for the same pack."""
    return TEMPLATES.get_template("month/pack.html").render(
        pack=pack,
        report=pack,
        zone=zone_of(pack.time_zone),
        headline=headline(pack),
        sentences=list(sentences(pack)),
        days=days(pack),
        methods=methods(pack),
        all_takings=TakingsSum.of(pack.takings),
        aged=all_aged(pack),
        aged_total=aged_rows(pack.aged.total),
        ages=AGES,
        whole=whole_units,
        only_quickbooks=ONLY_QUICKBOOKS,
    )
