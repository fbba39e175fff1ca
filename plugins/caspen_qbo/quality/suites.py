"""The suite of each document kind, built in code, run over one view of the frozen comparison.

Nothing here is imported while Airflow parses a DAG: Great Expectations takes seconds to load.
"""

from __future__ import annotations

import logging
from functools import cache
from typing import TYPE_CHECKING, Any

from caspen_qbo.core.reconciling.verdict import COMPARED_OF, Severity
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.wording import KIND_WORDS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

_MONEY = {"subtotal", "tax", "total", "balance"}


@cache  # each change of a level empties what every logger remembers
def import_gx() -> Any:
    """Great Expectations, unlogged; one of its modules resets its level, so it is set before and after."""
    logging.getLogger("great_expectations").setLevel(logging.WARNING)
    import great_expectations

    logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)
    return great_expectations


def build_suite(kind: DocumentKind, documents: int) -> list[Expectation]:
    """All checks of one kind. ``documents``: how many rows were frozen, of all practices that are checked; an
    empty table passes every other expectation, and a view that shows another number shows another comparison.
    """
    import_gx()
    from great_expectations.expectations.core.expect_table_row_count_to_equal import (
        ExpectTableRowCountToEqual as ExpectRowCount,
    )
    from great_expectations.expectations.metadata_types import FailureSeverity

    from caspen_qbo.quality.expectations import (
        ExpectColumnToHold,
        ExpectColumnToIdentify,
        ExpectRowsToHoldEqualValues,
        read_together,
    )

    word, _ = KIND_WORDS[kind]
    both = ("in_caspen", "in_quickbooks")

    def named(name: str, description: str, severity: Severity = Severity.CRITICAL) -> dict[str, Any]:
        return {
            "description": description,
            "meta": {"check": name},
            "severity": FailureSeverity(severity.value),
        }

    one_each = named("unique", f"Every {word} is compared once")
    there = named("in_quickbooks", f"Every synced {word} is in QuickBooks, neither voided nor deleted")
    ours = named("in_caspen", f"No {word} of ours is in QuickBooks twice, or without its Caspen document")
    edited = named("edited", f"No other field of a posted {word} was edited in QuickBooks", Severity.WARNING)
    equal = [
        ExpectRowsToHoldEqualValues(
            left=f"caspen_{field}",
            right=f"quickbooks_{field}",
            where="balance_settled" if field == "balance" else None,
            among=both,
            **named(
                field,
                f"The {field} of each {word} is equal in Caspen and QuickBooks",
                Severity.CRITICAL if field in _MONEY else Severity.WARNING,
            ),
        )
        for field in COMPARED_OF[kind]
    ]
    counting = [
        ExpectColumnToIdentify(column="document_id", **one_each),
        ExpectColumnToHold(column="in_quickbooks", value=True, **there),
        ExpectColumnToHold(column="in_caspen", value=True, **ours),
        *equal,
        ExpectColumnToHold(column="changed_fields", value=0, among=both, **edited),
    ]
    read_together(counting)
    rows = named("rows", f"Every {word} that was read is compared")
    return [ExpectRowCount(value=documents, **rows), *counting]
