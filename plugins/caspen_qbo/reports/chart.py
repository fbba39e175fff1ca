"""The trend over the last runs as an SVG that takes its colours from the page around it."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence

from caspen_qbo.reports.model import TrendPoint

# Colours matplotlib is told to draw with, and what the page shows instead, in the dark as well.
_INK, _EXPLAINED, _UNEXPLAINED = "#010101", "#020202", "#030303"
_THEME = {_INK: "currentColor", _EXPLAINED: "var(--quiet)", _UNEXPLAINED: "var(--bad)"}


def trend_svg(points: Sequence[TrendPoint]) -> str:
    """
    Stacked bars of differences per run, unexplained ones below.

    Always the same bytes for the same points: fixed ids, no date, text as text.
    """
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    settings = {
        "svg.hashsalt": "caspen-qbo", "svg.fonttype": "none", "font.size": 10, "text.color": _INK,
        "axes.edgecolor": _INK, "axes.labelcolor": _INK, "xtick.color": _INK, "ytick.color": _INK,
    }  # fmt: skip
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(9.2, 2.6), layout="constrained")
        FigureCanvasSVG(figure)
        figure.patch.set_alpha(0)
        axes = figure.add_subplot()
        axes.patch.set_alpha(0)
        positions = range(len(points))
        unexplained = [point.unexplained for point in points]
        width = min(0.7, 0.06 * max(len(points), 1) + 0.1)
        axes.bar(positions, unexplained, width, color=_UNEXPLAINED, label="not explained")
        axes.bar(
            positions, [point.explained for point in points], width, bottom=unexplained, color=_EXPLAINED,
            label="explained by a listed cause",
        )  # fmt: skip
        step = max(1, -(-len(points) // 10))
        shown = [index for index in positions if (len(points) - 1 - index) % step == 0]
        axes.set_xticks(shown, [f"{points[index].at:%d %b %H:%M}" for index in shown], rotation=0)
        axes.tick_params(axis="x", labelsize=8)
        axes.set_xlim(-0.7, max(len(points), 6) - 0.3)
        axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
        axes.set_ylim(0, max([1, *(point.unexplained + point.explained for point in points)]) * 1.3)
        axes.set_ylabel("fields that differ")
        axes.spines[["top", "right"]].set_visible(False)
        axes.legend(loc="upper left", ncols=2, frameon=False, fontsize=9)
        target = io.StringIO()
        figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    return _for_page(target.getvalue())


def _for_page(svg: str) -> str:
    svg = svg[svg.index("<svg") :]
    for drawn, shown in _THEME.items():
        svg = svg.replace(drawn, shown)
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("<svg", '<svg role="img" aria-labelledby="trend-title"', 1)
    return svg.replace(
        ">", '><title id="trend-title">Fields that differ, by run; the table below has the numbers</title>', 1
    )
