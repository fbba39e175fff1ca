"""Two columns hold the same, as an expectation that Great Expectations answers together with its others.

Its own ``ExpectColumnPairValuesToBeEqual`` reads the table twice for every pair of columns. Conditions on one
column are counted in one statement for all of a suite's expectations, so this one is written as a condition
on the row's key, which is never null: a row without values counts like any other.

Imported by :mod:`caspen_qbo.quality.suites` when a suite is built: it loads Great Expectations.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)


class ColumnValuesOfRowEqual(ColumnMapMetricProvider):
    """Of each row: neither side has a value, both have the same, or ``where`` is false."""

    condition_metric_name = "column_values.of_row_equal"
    condition_value_keys = ("left", "right", "where")
    filter_column_isnull = False

    @column_condition_partial(engine=SqlAlchemyExecutionEngine)
    def _sqlalchemy(cls, column: Any, left: str, right: str, where: str | None, **kwargs: Any) -> Any:  # noqa: N805
        equal = sa.column(left).is_not_distinct_from(sa.column(right))
        return equal if where is None else sa.or_(sa.not_(sa.column(where)), equal)


class ExpectRowsToHoldEqualValues(ColumnMapExpectation):
    """Two columns are equal in every row; a value on one side only fails, none on both does not.

    :param column: A column that is never null, such as the key.
    :param where: A boolean column, never null; rows in which it is false are not compared. Unlike a row
        condition, it does not cost a reading of its own.
    """

    left: str
    right: str
    where: str | None = None

    map_metric = "column_values.of_row_equal"
    success_keys: ClassVar[tuple[str, ...]] = ("left", "right", "where", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "left", "right", "where")
