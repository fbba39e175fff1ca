"""Two columns hold the same, counted in one statement with all of a suite: GX's own expectation reads the
table twice for each pair. A condition on the never-null key, so a row without values counts. Loads GX.
"""

from typing import Any, ClassVar

import sqlalchemy as sa
from great_expectations.compatibility import pydantic
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.core.expect_column_values_to_be_in_set import (
    ExpectColumnValuesToBeInSet,
)
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
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
    :param where: A boolean column, never null; rows where it is false are not compared, at no extra reading.
    """

    left: str
    right: str
    where: str | None = None

    map_metric = "column_values.of_row_equal"
    success_keys: ClassVar[tuple[str, ...]] = ("left", "right", "where", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "left", "right", "where")
    _made: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Made once: GX asks each expectation a hundred times, which was half of what a check took."""
        if self._made is None:
            self._made = super().configuration
        return self._made

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in self.__fields__:
            super().__setattr__("_made", None)


class ExpectColumnToBeTrue(ExpectColumnValuesToBeInSet):
    """A boolean column is true in every row; ``value_set`` is given, since pages show what is given."""

    _made: ExpectationConfiguration | None = pydantic.PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """Made once, as above."""
        if self._made is None:
            self._made = super().configuration
        return self._made

    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, value)
        if name in self.__fields__:
            super().__setattr__("_made", None)
