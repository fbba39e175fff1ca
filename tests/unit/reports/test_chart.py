"""The trend chart: what is drawn is what was found, run by run."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from caspen_qbo import reports
from caspen_qbo.core.reconciling.stored import TrendPoint
from caspen_qbo.reports.chart import trend_svg as draw

FIRST = datetime(2026, 11, 1, 2, 30, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"
UNEXPLAINED, EXPLAINED = "unexplained", "explained"


def points(*counts: tuple[int, int]) -> list[TrendPoint]:
    """Nightly runs of (unexplained, explained) fields."""
    return [
        TrendPoint(f"run-{day}", FIRST + timedelta(days=day), 100, explained + unexplained, unexplained)
        for day, (unexplained, explained) in enumerate(counts)
    ]


def trend_svg(points: list[TrendPoint]) -> str:
    return str(draw(points, UTC))


def bars(svg: str, name: str) -> list[tuple[float, float]]:
    """(top, height) of each bar of a sort, from left to right; the key's own square is left out."""
    found = [
        (float(bar.attrib["x"]), float(bar.attrib["y"]), float(bar.attrib["height"]))
        for bar in ElementTree.fromstring(svg).iter(f"{SVG}rect")
        if bar.attrib["class"].split() == ["bar", name]
    ]
    return [(top, height) for _, top, height in sorted(found)]


def test_each_run_is_a_bar_as_high_as_what_it_found():
    svg = trend_svg(points((4, 0), (2, 2), (0, 6), (0, 0)))
    unexplained, explained = bars(svg, UNEXPLAINED), bars(svg, EXPLAINED)
    one = unexplained[0][1] / 4
    assert [round(height / one, 2) for _, height in unexplained] == [4, 2, 0, 0]
    assert [round(height / one, 2) for _, height in explained] == [0, 2, 6, 0]
    # Stacked: what is explained begins where what is not ends.
    top, height = explained[1]
    assert round(top + height, 2) == round(unexplained[1][0], 2)


def test_every_run_of_a_month_has_a_bar_and_the_last_one_a_date():
    svg = trend_svg(points(*((day % 3, day % 2) for day in range(30))))
    assert len(bars(svg, UNEXPLAINED)) == len(bars(svg, EXPLAINED)) == 30
    texts = [text for text in ElementTree.fromstring(svg).itertext() if text.strip()]
    dates = [text for text in texts if re.fullmatch(r"\d\d [A-Z][a-z]{2} \d\d:\d\d", text.strip())]
    assert dates[-1].strip() == "30 Nov 02:30" and len(dates) <= 10
    assert {"not explained", "explained by a listed cause", "fields that differ"} <= set(
        map(str.strip, texts)
    )


def test_it_takes_its_colours_from_the_page_and_has_a_name_for_those_who_cannot_see_it():
    svg = trend_svg(points((1, 1)))
    assert not re.search(r"#[0-9a-f]{3}|rgb|black|red", svg) and "currentColor" in svg
    css = (Path(reports.__file__).parent / "templates" / "report.css").read_text()
    assert ".trend .unexplained { fill: var(--bad); } .trend .explained { fill: var(--quiet); }" in css
    assert (
        'role="img"' in svg and 'aria-labelledby="trend-title"' in svg and '<title id="trend-title">' in svg
    )


def test_the_same_runs_are_drawn_with_the_same_bytes_also_when_nothing_was_found():
    nothing = points((0, 0))
    assert trend_svg(nothing) == trend_svg(nothing)
    assert [height for _, height in bars(trend_svg(nothing), UNEXPLAINED)] == [0]
