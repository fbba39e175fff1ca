"""Tables of counts by cause and age, and by check: shaped with pandas. Money never passes through here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.terms import AGES, OLDEST

AGE_COLUMNS = (*(label for _, label in AGES), OLDEST)


@dataclass(frozen=True, slots=True)
class CountTable:
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]
    """Of each column, the last one of all."""


def listed_by_age(model: ReportModel) -> CountTable:
    """How many rows are listed under each title, by age; the most frequent title first."""
    return _cross([(row.title, row.age) for row in model.listed], AGE_COLUMNS)


def differences_by_field(model: ReportModel) -> CountTable:
    """How many documents differ in each field, by kind of document."""
    pairs = [(row.field_words, row.kind) for row in model.differences]
    return _cross(pairs, ("invoice", "credit_note", "payment"))


def _cross(pairs: Sequence[tuple[str, str]], columns: Sequence[str]) -> CountTable:
    import pandas

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
