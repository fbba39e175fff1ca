"""A practice's month with a little of everything, dated into the month before this one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from caspen_qbo import wiring
from caspen_qbo.core.closing.month import Month
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed import NewLine
from tests.support.flow import Flow
from tests.support.importing import run_import


@dataclass(frozen=True)
class BusyMonth:
    month: Month
    paid: int
    """110.00 with GST, paid by EFTPOS on the 10th."""
    owed: int
    """220.00 with GST, 22.00 of it credited; 50.00 paid after the month."""
    free: int
    """80.00 without GST, paid by Medicare on the last day."""


def last_month(flow: Flow) -> Month:
    """Before the one that Caspen's staff are in."""
    [(day,)] = flow.caspen_rows("SELECT (caspen_app.clock() AT TIME ZONE 'Australia/Sydney')::date")
    return Month.of(day).before


def dated(
    flow: Flow,
    day: dt.date,
    price: str,
    *,
    rate: str = "GST",
    due: dt.date | None = None,
    client: int | None = None,
) -> int:
    """A finalised invoice of that day."""
    line = NewLine("service", "Consultation", price, tax_rate_id=flow.rates[rate])
    invoice = flow.staff.draft_invoice(client or flow.client_id, [line], issue_date=day, due_date=due)
    flow.staff.finalise(invoice)
    return invoice


def run_busy_month(flow: Flow) -> BusyMonth:
    """Bill, take money, credit; nothing is posted yet."""
    month = last_month(flow)
    first, last = month.first, month.last
    other = flow.staff.create_client("Zoë", "Nguyễn", email="zoe@example.com")
    paid = dated(flow, first.replace(day=9), "100.00")
    owed = dated(flow, first, "200.00", due=first.replace(day=15), client=other)
    free = dated(flow, first.replace(day=20), "80.00", rate="GST free")
    dated(flow, month.after.first, "50.00")
    flow.staff.pay(flow.client_id, {paid: "110.00"}, amount="150.00", payment_date=first.replace(day=10))
    flow.staff.pay(flow.client_id, {free: "80.00"}, method="Medicare", payment_date=last)
    flow.staff.credit(owed, {1: "0.1"}, issue_date=first.replace(day=21))
    flow.staff.pay(other, {owed: "50.00"}, method="Cash", payment_date=month.after.first)
    return BusyMonth(month, paid, owed, free)


def run_all(flow: Flow) -> None:
    """Post, import and reconcile, each once."""
    flow.post()
    run_import(flow)
    reconcile_once(flow)


def reconcile_once(flow: Flow) -> None:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("reconcile")) as session:
        reconcile(session)
