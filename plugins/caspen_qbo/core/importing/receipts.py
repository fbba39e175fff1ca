"""When a payment in Caspen and one in QuickBooks may be the same receipt, recorded on both sides."""

from datetime import date, timedelta

SAME_RECEIPT = timedelta(days=5)
"""Two payments of one amount on one invoice, dated this close, count as one until a person says otherwise."""


def may_be_same_receipt(one: date, other: date) -> bool:
    """By their dates alone; the caller compares amount and invoice."""
    return abs(one - other) <= SAME_RECEIPT
