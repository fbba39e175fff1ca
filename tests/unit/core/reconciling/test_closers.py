"""What closes an invoice in QuickBooks and is not in Caspen is named for what it is."""

from __future__ import annotations

from decimal import Decimal

import pytest

from caspen_qbo.core.documents import read_facts
from caspen_qbo.core.reconciling.closers import describe_balance, find_closers

INVOICE = read_facts(
    "Invoice",
    {
        "Id": "1",
        "TotalAmt": Decimal(110),
        "Balance": 0,
        "LinkedTxn": [{"TxnId": "3", "TxnType": "Payment"}, {"TxnId": "8", "TxnType": "Estimate"}],
    },
)


def payment(total: str, *lines: tuple[str, str, str]):
    return read_facts(
        "Payment",
        {
            "Id": "3",
            "TotalAmt": Decimal(total),
            "UnappliedAmt": 0,
            "TxnDate": "2026-11-04",
            "Line": [
                {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]}
                for kind, id_, amount in lines
            ],
        },
    )


@pytest.mark.parametrize(
    ("kind", "entity", "words"),
    [
        ("CreditMemo", "CreditMemo", "credit memo 2"),
        ("JournalEntry", "JournalEntry", "journal entry 2"),
        ("RefundReceipt", "RefundReceipt", "refund receipt 2"),
        ("Expense", "Purchase", "expense 2"),
        ("Check", "Purchase", "check 2"),
        ("Deposit", "Deposit", "deposit 2"),
        ("Payment", "Payment", "payment 2"),
    ],
)
def test_whatever_a_payment_uses_next_to_its_money_is_named(kind: str, entity: str, words: str) -> None:
    paid = payment("60", ("Invoice", "1", "110"), (kind, "2", "50"))
    [closer] = find_closers(INVOICE, {"3": paid}, {("Payment", "3")})
    assert (closer.entity, closer.amount, closer.alone) == (entity, Decimal(50), True)
    assert str(closer) == f"{words} with 50.00"


def test_what_caspen_has_and_charges_paid_with_it_are_not_named() -> None:
    own = payment("0", ("Invoice", "1", "50"), ("CreditMemo", "2", "50"))
    assert find_closers(INVOICE, {"3": own}, {("CreditMemo", "2")}) == ()
    charge = payment("160", ("Invoice", "1", "110"), ("Expense", "2", "50"))
    assert find_closers(INVOICE, {"3": charge}, {("Payment", "3")}) == ()


def test_money_of_others_and_what_could_not_be_read_are_named() -> None:
    money = payment("110", ("Invoice", "1", "60"), ("Invoice", "9", "50"))
    [closer] = find_closers(INVOICE, {"3": money}, ())
    assert (
        str(closer) == "payment 3 (no number, 2026-11-04, 110.00) with 110.00, together with other invoices"
    )
    [unread] = find_closers(INVOICE, {}, ())
    assert "closed by payment 3: not in Caspen. Take it off" in describe_balance([unread])
    assert "accept" in describe_balance(())
