"""A posted payment that lies in a bank deposit: what Caspen changed about it waits, and follows."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.bookkeeper import payment_of
from tests.support.command_line import run_command
from tests.support.flow import Flow

KEY = "payment_locked"


def command(*arguments: str) -> str:
    done = run_command(*arguments, "--workspace", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def deposited(flow: Flow) -> tuple[int, str, str]:
    """A paid invoice whose payment lies in a deposit: (invoice, payment's id, deposit's id)."""
    invoice = flow.invoice("100.00")
    flow.pay(invoice, "40.00")
    command("post")
    payment = payment_of(flow, invoice)["Id"]
    deposit = flow.person("make-deposit", payments=[payment], date="2026-11-20")
    return invoice, payment, deposit["Id"]


def allocation(flow: Flow, invoice: int) -> int:
    return flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s", invoice)[0][0]


def unlink(flow: Flow, invoice: int) -> None:
    flow.staff.unlink(allocation(flow, invoice))


def void(flow: Flow, invoice: int) -> None:
    unlink(flow, invoice)
    [(payment,)] = flow.caspen_rows("SELECT id FROM caspen.payment")
    flow.staff.void_payment(payment)


def lower(flow: Flow, invoice: int) -> None:
    flow.caspen_rows(
        "UPDATE caspen.payment_allocation SET amount = 30 WHERE invoice_id = %s RETURNING id", invoice
    )
    flow.caspen_rows("UPDATE caspen.invoice SET balance = balance + 10 WHERE id = %s RETURNING id", invoice)


def move(flow: Flow, invoice: int) -> None:
    other = flow.invoice("70.00")
    flow.caspen_rows(
        "UPDATE caspen.payment_allocation SET invoice_id = %s WHERE invoice_id = %s RETURNING id",
        other,
        invoice,
    )
    flow.caspen_rows("UPDATE caspen.invoice SET balance = total WHERE id = %s RETURNING id", invoice)
    flow.caspen_rows("UPDATE caspen.invoice SET balance = total - 40 WHERE id = %s RETURNING id", other)


@pytest.mark.parametrize("change", [unlink, void, lower, move])
def test_it_is_named_before_sending_and_follows_once_it_is_out_of_the_deposit(
    flow: Flow, change: Callable[[Flow, int], None]
) -> None:
    invoice, payment, deposit = deposited(flow)
    change(flow, invoice)
    command("post")
    assert [key for _, key in flow.listed()] == [KEY]
    [detail] = flow.listed().values()
    assert f"QuickBooks payment {payment} lies in bank deposit {deposit} of 2026-11-20" in detail
    assert "Remove it from that deposit in QuickBooks, then Retry" in detail
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'refused'") == [(0,)]
    assert payment_of(flow, invoice)["TotalAmt"] == 40 if change in (lower, unlink) else True
    calls = flow.post().calls
    assert calls == {}, "it is held: nothing is read for it again"

    flow.person("remove-from-deposit", payment=payment)
    command("retry", "--key", KEY)
    command("post")
    assert flow.listed() == {}
    assert {row["DocNumber"]: row["Balance"] for row in flow.books("Invoice")} == dict(
        flow.caspen_rows("SELECT number, balance FROM caspen.invoice")
    )
    expected = {"lower": [30], "move": [40]}.get(change.__name__, [])
    assert [row["TotalAmt"] for row in flow.books("Payment")] == expected
    command("reconcile")
    assert flow.listed() == {}


def test_the_dry_run_says_it_and_a_refusal_has_the_same_words(flow: Flow) -> None:
    """Deposited in the moment it is changed, so that QuickBooks has to say it."""
    invoice, payment, _ = deposited(flow)
    unlink(flow, invoice)
    assert "Payment locked in QuickBooks: Caspen took off payment" in " ".join(
        command("post", "--dry-run").split()
    )
    flow.person("remove-from-deposit", payment=payment)
    refusal = {"code": "6540", "message": "Deposited Transaction cannot be changed", "detail": "Deposited."}
    flow.door("fail-next", kind="refuse", endpoint="batch", errors=[refusal])
    command("post")
    assert [key for _, key in flow.listed()] == [KEY]
    command("retry", "--all")
    command("post")
    assert flow.listed() == {} and flow.books("Payment") == []
