"""Expectations that count, for each practice: how many rows are looked at and how many of them fail.

Great Expectations' own look at a column takes some thirty figures, most of them about lists of values that
nobody wants here, and reads a table once for each condition. These are read in one statement for a whole
suite and all its practices, whatever the number of either. Loads Great Expectations.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

PRACTICE = "workspace_id"
"""The column that says whose a row is."""
BY_PRACTICE = "by_practice"
"""In a result: practice -> (rows looked at, rows that fail)."""


class Figure(NamedTuple):
    """How many rows meet a condition, of those of which all boolean columns ``among`` are true."""

    among: tuple[str, ...]
    condition: str = ""
    """``unequal`` or ``otherwise``; empty: none."""
    of: tuple[Any, ...] = ()
    """What the condition is about."""


def _column(figure: Figure) -> sa.ColumnElement[int]:
    conditions: list[sa.ColumnElement[bool]] = [sa.column(name) for name in figure.among]
    if figure.condition == "unequal":  # a value on one side only is, none on both is not
        left, right, where = figure.of
        conditions += [] if where is None else [sa.column(where)]
        conditions.append(sa.column(left).is_distinct_from(sa.column(right)))
    elif figure.condition == "otherwise":  # no value is not
        name, value = figure.of
        conditions.append(sa.column(name) != sa.literal(value))
    elif figure.condition:
        raise ValueError(f"no figure is called {figure.condition!r}")
    return sa.func.count().filter(*conditions) if conditions else sa.func.count()


class _ByPractice(TableMetricProvider):
    metric_name: ClassVar[str]


class FiguresByPractice(_ByPractice):
    """Practice -> its figures, in their order; a practice without rows is not there."""

    metric_name = "table.figures_by_practice"
    value_keys = ("figures",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: Mapping[str, Any],
        **_: Any,
    ) -> dict[int, tuple[int, ...]]:
        rows = execution_engine.get_domain_records(metric_domain_kwargs)
        figures = [_column(Figure(*figure)) for figure in metric_value_kwargs["figures"]]
        practice: sa.ColumnClause[int] = sa.column(PRACTICE)
        asked = sa.select(practice, *figures).select_from(rows).group_by(practice)
        return {row[0]: tuple(row[1:]) for row in execution_engine.execute_query(asked).fetchall()}


class RowsRepeatedByPractice(_ByPractice):
    """Practice -> how many rows more it has than values of a column; without those that have none."""

    metric_name = "table.rows_repeated_by_practice"
    value_keys = ("column",)

    @metric_value(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(
        cls,  # noqa: N805
        execution_engine: SqlAlchemyExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: Mapping[str, Any],
        **_: Any,
    ) -> dict[int, int]:
        rows = execution_engine.get_domain_records(metric_domain_kwargs)
        practice: sa.ColumnClause[int] = sa.column(PRACTICE)
        number = sa.func.count()
        repeated = (
            sa.select(practice, number.label("rows"))
            .select_from(rows)
            .group_by(practice, sa.column(metric_value_kwargs["column"]))
            .having(number > 1)
            .subquery()
        )
        more = sa.cast(sa.func.sum(repeated.c.rows - 1), sa.BigInteger)
        asked = sa.select(repeated.c[PRACTICE], more).group_by(repeated.c[PRACTICE])
        return {row[0]: row[1] for row in execution_engine.execute_query(asked).fetchall()}


class _Counting(BatchExpectation):
    """Succeeds where no row of any practice fails.

    :param among: Boolean columns, never null; rows of which one is false are not looked at.
    :param together: All figures of the suite: they are read in one statement.
    """

    among: tuple[str, ...] = ()
    together: tuple[Any, ...] = ()

    _made: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

    def figures(self) -> tuple[Figure, ...]:
        """Those it needs: of the rows it looks at, and of those that fail."""
        raise NotImplementedError

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Made once: Great Expectations asks for it again and again."""
        if self._made is None:
            self._made = super().configuration
        return self._made

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in self.__fields__:
            super().__setattr__("_made", None)

    def _all_figures(self) -> tuple[Figure, ...]:
        return tuple(_figure(each) for each in self.together) or self.figures()

    def get_validation_dependencies(self, *args: Any, **kwargs: Any) -> ValidationDependencies:
        dependencies = super().get_validation_dependencies(*args, **kwargs)
        self._depend(dependencies, FiguresByPractice, {"figures": self._all_figures()})
        return dependencies

    def _depend(self, on: ValidationDependencies, metric: type[_ByPractice], values: dict[str, Any]) -> None:
        domain = dict.fromkeys(metric.domain_keys) | {"batch_id": self.batch_id}
        on.set_metric_configuration(
            metric.metric_name, MetricConfiguration(metric.metric_name, domain, values)
        )

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        all_figures, found = self._all_figures(), metrics[FiguresByPractice.metric_name]
        looked_at, failing = (all_figures.index(figure) for figure in self.figures())
        return _result({id_: (row[looked_at], row[failing]) for id_, row in found.items()})


def _figure(each: Sequence[Any]) -> Figure:
    """Great Expectations makes lists of what it copies."""
    among, condition, of = each
    return Figure(tuple(among), condition, tuple(of))


def _result(by_practice: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    looked_at = sum(seen for seen, _ in by_practice.values())
    failing = sum(wrong for _, wrong in by_practice.values())
    result = {
        "element_count": looked_at,
        "unexpected_count": failing,
        "unexpected_percent": 100 * failing / looked_at if looked_at else 0.0,
        BY_PRACTICE: by_practice,
    }
    return {"success": failing == 0, "result": result}


class ExpectRowsToHoldEqualValues(_Counting):
    """Two columns are equal in every row; a value on one side only fails, none on both does not.

    :param where: A boolean column, never null; rows where it is false are looked at and do not fail.
    """

    left: str
    right: str
    where: str | None = None

    def figures(self) -> tuple[Figure, ...]:
        failing = Figure(self.among, "unequal", (self.left, self.right, self.where))
        return Figure(self.among), failing


class ExpectColumnToHold(_Counting):
    """A column has one value in every row."""

    column: str
    value: pydantic.StrictBool | pydantic.StrictInt

    def figures(self) -> tuple[Figure, ...]:
        return Figure(self.among), Figure(self.among, "otherwise", (self.column, self.value))


class ExpectColumnToIdentify(_Counting):
    """A column, never null, has another value in every row of a practice."""

    column: str

    def figures(self) -> tuple[Figure, ...]:
        return (Figure(self.among),)

    def get_validation_dependencies(self, *args: Any, **kwargs: Any) -> ValidationDependencies:
        dependencies = super().get_validation_dependencies(*args, **kwargs)
        self._depend(dependencies, RowsRepeatedByPractice, {"column": self.column})
        return dependencies

    def _validate(self, metrics: dict[str, Any], *_: Any, **__: Any) -> dict[str, Any]:
        [looked_at] = (self._all_figures().index(figure) for figure in self.figures())
        repeated = metrics[RowsRepeatedByPractice.metric_name]
        found = metrics[FiguresByPractice.metric_name]
        return _result({id_: (row[looked_at], repeated.get(id_, 0)) for id_, row in found.items()})


def read_together(suite: Sequence[_Counting]) -> None:
    """Have all figures of a suite read in one statement."""
    figures = tuple(dict.fromkeys(figure for one in suite for figure in one.figures()))
    for one in suite:
        one.together = figures
