"""Reconciliation: what a run found, in words, and the trend over the last runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile

from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.sentence import put_in_words
from caspen_qbo.core.reconciling.stored import TrendPoint
from caspen_qbo.hooks.store.reconciling.results import FieldDifference, ReconciliationEntry
from caspen_qbo.wording import counted


@dataclass(frozen=True, slots=True)
class DifferingDocument:
    """All that differs of one document."""

    fields: tuple[FieldDifference, ...]

    @property
    def kind(self) -> str:
        return self.fields[0].kind

    @property
    def number(self) -> str:
        return self.fields[0].number

    @property
    def invoice_id(self) -> int | None:
        return self.fields[0].invoice_id

    @property
    def explained(self) -> bool:
        return all(field.explained for field in self.fields)

    @property
    def words(self) -> str:
        """The cause, and what it makes of the total."""
        said = put_in_words(
            [
                Difference(each.field, each.caspen_value or "", each.quickbooks_value or "", each.delta)
                for each in self.fields
            ]
        )
        return f"{said[:1].upper()}{said[1:]}."

    @property
    def delta(self) -> Decimal | None:
        """QuickBooks minus Caspen: the total's, else the largest; None where no money differs."""
        deltas = {each.field: each.delta for each in self.fields if each.delta is not None}
        return deltas.get("total", max(deltas.values(), key=abs, default=None))


def by_document(fields: Iterable[FieldDifference]) -> list[DifferingDocument]:
    """In the order in which a document is first met."""
    documents: dict[tuple[str, str], list[FieldDifference]] = {}
    for each in fields:
        documents.setdefault((each.kind, each.number), []).append(each)
    return [DifferingDocument(tuple(fields)) for fields in documents.values()]


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
