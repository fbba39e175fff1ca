"""Which writes go in one batch, and which batches may be under way together."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo.core.writes import Batch, Step, Write, plan_batches


def write(number: int, entity: str = "Invoice", operation: str = "create", **payload: Any) -> Write:
    return Write("invoice", number, Step.POST, entity, operation, payload, "1")


def pays(invoice: str, number: int = 1) -> Write:
    return write(number, "Payment", Line=[{"LinkedTxn": [{"TxnId": invoice, "TxnType": "Invoice"}]}])


def sells(item: str, number: int = 1) -> Write:
    return write(number, Line=[{"SalesItemLineDetail": {"ItemRef": {"value": item}}}])


def batch(*writes: Write) -> Batch:
    (only,) = plan_batches(writes, 30, stocked={"7"})
    return only


def test_batches_are_full_and_in_order_and_a_void_goes_alone() -> None:
    writes = [write(n) for n in range(5)] + [write(5, operation="void"), write(6)]
    planned = [[one.document_id for one in b.writes] for b in plan_batches(writes, 3)]
    assert planned == [[0, 1, 2], [3, 4], [5], [6]]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (write(1), write(2), True),
        (pays("12"), pays("13"), True),
        (pays("12"), pays("12", 2), False),  # two payments on one invoice
        (pays("12"), write(2, "Payment", Line=[{"LinkedTxn": [{"TxnId": "12", "TxnType": "Bill"}]}]), True),
        (sells("7"), sells("7", 2), False),  # inventory: QuickBooks refuses two at the same time
        (sells("8"), sells("8", 2), True),
        (write(1, operation="update", Id="1"), write(2), False),
        (write(1), write(2, operation="delete", Id="1"), False),
        (write(1, operation="void", Id="1"), write(2), False),
        (write(1, operation="update", Id="1"), write(2, operation="update", Id="2"), False),
    ],
)
def test_together_go_new_documents_that_touch_nothing_in_common(
    one: Write, other: Write, together: bool
) -> None:
    assert batch(one).may_go_with(batch(other)) is together
    assert batch(other).may_go_with(batch(one)) is together
