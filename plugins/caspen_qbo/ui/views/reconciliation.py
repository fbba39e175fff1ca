"""Reconciliation: what a run found, in words, and the trend over the last runs."""

from collections.abc import Sequence
from itertools import takewhile

from caspen_qbo.core.reconciling.stored import TrendPoint
from caspen_qbo.hooks.store.monitoring.pages import ReconciliationEntry
from caspen_qbo.wording import counted


def run_state(run: ReconciliationEntry) -> tuple[str, str]:
    """The kind of badge, and words."""
    if run.finished_at is None:
        return "running", "Running or interrupted"
    if run.differences is None:
        return "failed", "Could not be carried out"
    if not run.compared:
        return "", "Nothing to compare"
    if run.differences == 0:
        return "success", "Both sides equal"
    return ("partly", "Differences, all listed") if run.success else ("failed", "Differences")


def trend_words(compared: Sequence[ReconciliationEntry]) -> str:
    """:param compared: Runs that compared something, newest first."""
    if not compared:
        return ""
    if newest := compared[0].differences:
        return f"{counted(newest, 'difference')} in the newest run."
    clean = sum(1 for _ in takewhile(lambda run: not run.differences, compared))
    if clean == len(compared):
        return "No difference." if clean == 1 else f"No difference in the last {clean} runs."
    return "No difference in the newest run." if clean == 1 else f"No difference in the newest {clean} runs."


def trend_points(compared: Sequence[ReconciliationEntry]) -> list[TrendPoint]:
    """The runs of a page as the report draws them, oldest first."""
    return [
        TrendPoint(
            run.run_id, run.started_at, run.documents_checked or 0, run.differences or 0, run.unexplained or 0
        )
        for run in reversed(compared)
    ]
