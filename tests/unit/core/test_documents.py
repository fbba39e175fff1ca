"""What is read from QuickBooks' documents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo.core.documents import applied_as_sent, read_facts


def _payment(**paid: float) -> dict[str, object]:
    return {
        "Id": "9",
        "SyncToken": "0",
        "TotalAmt": 100.0,
        "Line": [
            {"Amount": amount, "LinkedTxn": [{"TxnId": txn_id.removeprefix("i"), "TxnType": "Invoice"}]}
            for txn_id, amount in paid.items()
        ],
    }


@pytest.mark.parametrize(
    ("there", "applied"),
    [
        ({"i1": 100.0}, "100"),
        ({"i1": 70.5}, "70.5"),  # the rest is unapplied
        ({"i1": 70.5, "i2": 20.0, "i3": 9.5}, "70.5"),  # the rest pays other invoices, nothing is unapplied
        ({"i2": 100.0}, "0"),
        ({}, "0"),
    ],
)
def test_only_what_pays_the_invoice_it_was_sent_for_counts(there: dict[str, float], applied: str) -> None:
    sent = {"Line": _payment(i1=100.0)["Line"]}
    assert applied_as_sent(sent, read_facts("Payment", _payment(**there))) == Decimal(applied)
