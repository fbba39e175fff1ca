"""The trend over the last runs as an SVG that takes its colours from the page around it."""

from collections.abc import Sequence
from datetime import tzinfo

from markupsafe import Markup

from caspen_qbo.core.reconciling.stored import TrendPoint
from caspen_qbo.reports.environment import TEMPLATES

LEFT, RIGHT, TOP, BOTTOM = 48, 912, 40, 220
"""Of the plot, in the drawing's own units."""
BAR_WIDTH_MAX, SLOTS_MIN, TICKS, DATES_MAX = 48, 6, 4, 10


def trend_svg(points: Sequence[TrendPoint], zone: tzinfo) -> Markup:
    """Stacked bars of fields that differ, by run, oldest first, the unexplained ones below. The same points
    give the same bytes. The page around it colours ``.trend .unexplained`` and ``.explained``; the rest has
    its text colour.
    """
    step = max(-(-max((point.differences for point in points), default=0) // TICKS), 1)
    slot = (RIGHT - LEFT) / max(len(points), SLOTS_MIN)
    every = max(-(-len(points) // DATES_MAX), 1)
    return Markup(  # noqa: S704 - rendered by a template that escapes
        TEMPLATES.get_template("trend.svg").render(
            points=points,
            zone=zone,
            left=LEFT,
            right=RIGHT,
            bottom=BOTTOM,
            ticks=range(0, step * TICKS + 1, step),
            unit=(BOTTOM - TOP) / (step * TICKS),
            slot=slot,
            width=min(slot * 0.7, BAR_WIDTH_MAX),
            dated=range((len(points) - 1) % every, len(points), every),
        )
    )
