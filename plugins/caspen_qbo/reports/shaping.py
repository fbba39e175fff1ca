"""Counts by cause and age, and by field and kind: cross tables by pandas; money never passes through here."""

from collections.abc import Sequence
from dataclasses import dataclass

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.wording import field_words

AGES = ((1, "today"), (7, "1 to 6 days"), (30, "7 to 29 days"))
OLDEST = "30 days and more"
AGE_COLUMNS = (*(label for _, label in AGES), OLDEST)


@dataclass(frozen=True, slots=True)
class CountTable:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]
    """Of each column, the last one of all."""


def age_of(days: int) -> str:
    """The age group a row belongs to."""
    return next((label for below, label in AGES if days < below), OLDEST)


def listed_by_age(model: ReportModel) -> CountTable:
    """How many rows are listed under each title, by age; the most frequent title first."""
    return _cross([(row.title, age_of(row.days)) for row in model.report.listed], AGE_COLUMNS)


def differences_by_field(model: ReportModel) -> CountTable:
    """How many documents differ in each field, by kind of document."""
    pairs = [(field_words(row.field), str(row.document_kind)) for row in model.differences]
    return _cross(pairs, [kind.value for kind in DocumentKind])


def _cross(pairs: Sequence[tuple[str, str]], columns: Sequence[str]) -> CountTable:
    import pandas  # noqa: ICN001  named in full, as everywhere here

    frame = pandas.DataFrame(list(pairs), columns=["row", "column"], dtype="object")
    table = pandas.crosstab(frame["row"], frame["column"]).reindex(columns=list(columns), fill_value=0)
    table["all"] = table.sum(axis=1)
    table = table.reset_index().sort_values(["all", "row"], ascending=[False, True]).set_index("row")
    names = (*columns, "all")
    return CountTable(
        names,
        tuple(
            (str(label), tuple(int(value) for value in values))
            for label, values in zip(table.index, table[list(names)].to_numpy(), strict=True)
        ),
        tuple(int(table[name].sum()) for name in names),
    )
