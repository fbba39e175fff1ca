"""Expectations that count: each says how many rows it looks at and how many of them fail, by two figures.

Great Expectations' own look at a column takes some thirty figures, most of them about lists of values that
nobody wants here, and reads a table once for each condition. These are read in one statement, whatever their
number. Loads Great Expectations.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.metric_provider import metric_partial
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from great_expectations.validator.metric_configuration import MetricConfiguration
from great_expectations.validator.validator import ValidationDependencies

Values = Mapping[str, Any]

_counted = metric_partial(
    engine=SqlAlchemyExecutionEngine,
    partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
    domain_type=MetricDomainTypes.TABLE,
)


def _rows(values: Values, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    """How many of the rows that are looked at meet the conditions."""
    conditions = (*(sa.column(name) for name in values["among"]), *conditions)
    return sa.func.count().filter(*conditions) if conditions else sa.func.count()


class _Figure(TableMetricProvider):
    metric_name: ClassVar[str]


class RowsLookedAt(_Figure):
    """How many rows there are, or of which all boolean columns ``among`` are true."""

    metric_name = "table.rows_looked_at"
    value_keys = ("among",)

    @_counted
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Values, **_: Any) -> Any:  # noqa: N805
        return _rows(metric_value_kwargs), metric_domain_kwargs, {}


class RowsUnequal(_Figure):
    """Of them, those of which two columns differ; a value on one side only does, none on both does not."""

    metric_name = "table.rows_unequal"
    value_keys = ("left", "right", "where", "among")

    @_counted
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Values, **_: Any) -> Any:  # noqa: N805
        left, right, where = (metric_value_kwargs[key] for key in ("left", "right", "where"))
        unequal = sa.column(left).is_distinct_from(sa.column(right))
        conditions = (unequal,) if where is None else (sa.column(where), unequal)
        return _rows(metric_value_kwargs, *conditions), metric_domain_kwargs, {}


class RowsOtherwise(_Figure):
    """Of them, those of which a column has another value than the given one; no value is none."""

    metric_name = "table.rows_otherwise"
    value_keys = ("column", "value", "among")

    @_counted
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Values, **_: Any) -> Any:  # noqa: N805
        otherwise = sa.column(metric_value_kwargs["column"]) != sa.literal(metric_value_kwargs["value"])
        return _rows(metric_value_kwargs, otherwise), metric_domain_kwargs, {}


class RowsRepeated(_Figure):
    """How many rows more there are than values of a column."""

    metric_name = "table.rows_repeated"
    value_keys = ("column", "among")

    @_counted
    def _sqlalchemy(cls, metric_domain_kwargs: Any, metric_value_kwargs: Values, **_: Any) -> Any:  # noqa: N805
        values = sa.func.count(sa.distinct(sa.column(metric_value_kwargs["column"])))
        return _rows(metric_value_kwargs) - values, metric_domain_kwargs, {}


class _Counting(BatchExpectation):
    """Succeeds where the figure ``failing`` is zero.

    :param among: Boolean columns, never null; rows of which one is false are not looked at.
    """

    among: tuple[str, ...] = ()

    failing: ClassVar[type[_Figure]]
    _made: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

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

    def get_validation_dependencies(self, *args: Any, **kwargs: Any) -> ValidationDependencies:
        dependencies = super().get_validation_dependencies(*args, **kwargs)
        for metric in (RowsLookedAt, self.failing):
            dependencies.set_metric_configuration(
                metric.metric_name,
                MetricConfiguration(
                    metric.metric_name,
                    dict.fromkeys(metric.domain_keys) | {"batch_id": self.batch_id},
                    {key: getattr(self, key) for key in metric.value_keys},
                ),
            )
        return dependencies

    def _validate(self, metrics: dict[str, int], *_: Any, **__: Any) -> dict[str, Any]:
        looked_at, failing = metrics[RowsLookedAt.metric_name], metrics[self.failing.metric_name]
        result = {
            "element_count": looked_at,
            "unexpected_count": failing,
            "unexpected_percent": 100 * failing / looked_at if looked_at else 0.0,
        }
        return {"success": failing == 0, "result": result}


class ExpectRowsToHoldEqualValues(_Counting):
    """Two columns are equal in every row; a value on one side only fails, none on both does not.

    :param where: A boolean column, never null; rows where it is false are looked at and do not fail.
    """

    left: str
    right: str
    where: str | None = None

    failing = RowsUnequal


class ExpectColumnToHold(_Counting):
    """A column has one value in every row."""

    column: str
    value: pydantic.StrictBool | pydantic.StrictInt

    failing = RowsOtherwise


class ExpectColumnToIdentify(_Counting):
    """A column has another value in every row."""

    column: str

    failing = RowsRepeated
