"""Reads that Intuit meters, of an ordinary practice's month, counted by the sandbox.

    python -m benchmarks.reads

600 invoices, 500 payments out, 60 new clients and 50 payments made in QuickBooks on 22 working days, and
eight days on which nothing happens. Two working days and a day off are run through the real use cases, a
quarter of an hour at a time as the schedules do, and scaled. Four of five invoices are free of GST, as health
services are; four of five payments are taken with the invoice, at the desk; a bookkeeper enters one to four
payments at a sitting. Added are 30 nights, of which each seventh reads everything; the lists that are read
each week, with what a weekend without invoices costs; and a question for numbers for each hundred invoices.
The days have a clock of their own: when the import asks is decided by the core for that clock.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import httpx
import psycopg

from caspen_qbo import settings, wiring
from caspen_qbo.core.importing.rhythm import Asked, Rhythm, decide_when_to_ask
from caspen_qbo.core.monitoring.metering import CAREFUL_MONTH, Mode
from caspen_qbo.hooks.store.monitoring.practices import ReportedPayment
from caspen_qbo.usecases.connection.find_workspaces import find_workspaces
from caspen_qbo.usecases.importing.run import FOUND, import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.flow import WORKSPACE, Flow
from tests.support.standalone import Services, open_practice, services

EVERY_QUARTER_HOUR = 7188
"""The same month, counted the same way, when each run asked and lists were kept for five minutes."""
WORKING_DAYS, OTHER_DAYS = 22, 8
TICK = timedelta(minutes=15)
OPEN_FROM, OPEN_UNTIL = 8 * 4, 18 * 4
"""Quarters of an hour of a day."""
INVOICES, AT_DESK, LATER, CLIENTS, THEIRS = 55, 36, 9, 6, (2, 3)
"""On two working days; a month has eleven times as many."""
NIGHT = 2
TAXED = 0.2
"""Of the invoices."""
AGED = (
    "UPDATE qbo_sync.reference_cache SET read_at = read_at - interval '15 minutes'",
    "UPDATE qbo_sync.document_link SET posted_at = posted_at - interval '15 minutes'",
    "UPDATE qbo_sync.free_number SET asked_at = asked_at - interval '15 minutes'",
    """UPDATE qbo_sync.import_rhythm SET around_at = around_at - interval '15 minutes',
         customers_at = customers_at - interval '15 minutes', heard_at = heard_at - interval '15 minutes',
         wrote_at = wrote_at - interval '15 minutes'""",
)
A_WEEK_LATER = (
    """DELETE FROM qbo_sync.reference_cache
       WHERE name IN ('CompanyInfo', 'Preferences', 'TaxCode', 'TaxRate', 'TaxAnswered')""",
)
"""The other lists are kept up to date by the change feed, and not read again."""
NUMBERS_USED = ("DELETE FROM qbo_sync.free_number",)
NUMBERS_AT_ONCE = 99
ALLOWANCE = 500_000
"""A month, of the free tier."""
CAREFUL_TO = ALLOWANCE // CAREFUL_MONTH
"""Practices; beyond, reading is thrifty by default."""
INVOICES_A_MONTH = 600
SYDNEY = ZoneInfo("Australia/Sydney")
MONDAY = datetime(2026, 11, 16, tzinfo=SYDNEY)
DAYS_A_WEEK = 7


@dataclass
class Counted:
    """Metered reads by what asked for them, and by kind of call."""

    by_job: Counter[str] = field(default_factory=Counter)
    by_kind: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        return sum(self.by_kind.values())

    def add(self, other: Counted, times: float) -> None:
        for mine, theirs in ((self.by_job, other.by_job), (self.by_kind, other.by_kind)):
            for name, number in theirs.items():
                mine[name] += round(number * times)


class Practice:
    """One practice on a clock of quarters of an hour."""

    def __init__(self, flow: Flow, *, webhooks: bool) -> None:
        self.flow, self.webhooks = flow, webhooks
        self.now = MONDAY - timedelta(days=3)
        self.asked = Asked(self.now, found_at=self.now)
        self._chance = random.Random(7)  # noqa: S311  the same day each time
        self._unpaid: list[int] = []
        self._clients = 0
        self._count = Counted()

    # --- what happens ---

    def invoice(self, *, new_client: bool, paid: bool) -> None:
        client = self.flow.client_id
        if new_client:
            self._clients += 1
            client = self.flow.staff.create_client(
                f"New{self._clients}", "Client", email=f"n{self._clients}@example.com"
            )
        rate = "GST" if self._chance.random() < TAXED else "GST free"
        invoice = self.flow.invoice("120.00", rate=rate, client=client)
        if paid:
            self.flow.staff.pay(client, {invoice: self.flow.staff.balance(invoice)})
        elif not new_client:
            self._unpaid.append(invoice)

    def _pay_later(self) -> None:
        if self._unpaid:
            self.flow.pay(self._unpaid.pop(0))

    def _pay_in_quickbooks(self) -> None:
        posted = self.flow.sync_rows(
            "SELECT document_id, quickbooks_id FROM qbo_sync.document_link "
            "WHERE document_kind = 'invoice' AND document_id = ANY(%s) ORDER BY document_id", self._unpaid,
        )  # fmt: skip
        if posted:
            self._unpaid.remove(posted[0][0])
            self.flow.person("record-payment", invoices=[{"id": posted[0][1]}])
            if self.webhooks:
                self.asked = replace(self.asked, heard_at=self.now, reported_at=self.now)
                self._report("9999")

    def _report(self, *foreign: str) -> None:
        """As webhooks do: payments of ours and of others, and our invoices."""
        rows = self.flow.sync_rows(
            "SELECT quickbooks_type, quickbooks_id FROM qbo_sync.document_link WHERE removed_at IS NULL"
        )
        payments = {id_ for type_, id_ in rows if type_ == "Payment"} | set(foreign)
        with wiring.open_store() as store:
            store.practices.record_heard({ReportedPayment(self.flow.realm, id_) for id_ in payments})
            store.practices.forget_numbers(
                {(self.flow.realm, type_, id_) for type_, id_ in rows if type_ == "Invoice"}
            )

    # --- what runs ---

    def _counting(self, job: str) -> Counted:
        found = Counted()
        for request in self.flow.requests():
            if request["meter"] == "CorePlus" and request["status"] == httpx.codes.OK:
                found.by_job[job] += 1
                entity = f" {request['entity']}" if request["entity"] else ""
                found.by_kind[f"{request['operation']}{entity}"] += 1
        httpx.delete(f"{self.flow.sandbox.url}/_sandbox/requests", timeout=30, verify=False)
        return found

    def _post(self) -> None:
        with wiring.open_store() as store, wiring.open_billing() as billing:
            due = find_workspaces(store, billing, only_with_work=True).due
        if not due:
            return
        with wiring.open_session(WORKSPACE, f"scheduled__{self.now.isoformat()}") as session:
            done = post(session)
        self._count.add(self._counting("post"), 1)
        if done.counts.get("payments_posted"):
            heard = self.now if self.webhooks else self.asked.heard_at
            if self.webhooks:
                self._report()
            self.asked = replace(self.asked, wrote_at=self.asked.wrote_at or self.now, heard_at=heard)

    def _import(self) -> None:
        if decide_when_to_ask(self.asked, Rhythm(), SYDNEY) > self.now:
            return
        with wiring.open_session(WORKSPACE, f"scheduled__{self.now.isoformat()}") as session:
            done = import_payments(session)
        found = any(done.counts.get(name) for name in FOUND)
        self.asked = replace(
            self.asked, asked_at=self.now, found_at=self.now if found else self.asked.found_at
        )
        self._count.add(self._counting("import"), 1)

    def night(self, *, full: bool) -> Counted:
        with wiring.open_session(WORKSPACE, "scheduled__night") as session:
            reconcile(session, full=full)
        return self._counting("reconcile full" if full else "reconcile")

    def change(self, statements: Sequence[str]) -> None:
        with psycopg.connect(self.flow.sync.uri, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def tick(self) -> None:
        if (self.now.hour, self.now.minute) == (NIGHT, 0):
            self.night(full=False)  # counted once, below
            self.asked = replace(self.asked, asked_at=self.now)
        self._post()
        self._import()
        self.change(AGED)
        self.now += TICK

    def after(self, what: Sequence[str]) -> Counted:
        """What one more taxed invoice costs then."""
        self._counting("")
        self.change(what)
        self.flow.invoice("120.00")
        self._count = Counted()
        self._post()
        return self._count

    def two_working_days(self) -> Counted:
        what = ["desk"] * AT_DESK + ["open"] * (INVOICES - AT_DESK) + ["later"] * LATER
        planned: dict[int, list[str]] = {}
        for event in what:
            day = self._chance.randrange(2) * 96
            planned.setdefault(day + self._chance.randrange(OPEN_FROM, OPEN_UNTIL), []).append(event)
        for day, payments in enumerate(THEIRS):
            start = day * 96 + self._chance.randrange(OPEN_FROM, OPEN_UNTIL - 1)
            for number in range(payments):  # some minutes apart
                planned.setdefault(start + number // 2, []).append("theirs")
        new = set(self._chance.sample(range(INVOICES), CLIENTS))
        made = 0
        self._count, self.now = Counted(), MONDAY
        for tick in range(2 * 96):
            for event in planned.get(tick, ()):
                if event == "later":
                    self._pay_later()
                elif event == "theirs":
                    self._pay_in_quickbooks()
                else:
                    self.invoice(new_client=made in new, paid=event == "desk")
                    made += 1
            self.tick()
        return self._count

    def day_off(self) -> Counted:
        self._count, self.now = Counted(), MONDAY + timedelta(days=5)
        for _ in range(96):
            self.tick()
        return self._count


@contextmanager
def _reading(thrifty: bool) -> Iterator[None]:
    """As installed with CASPEN_QBO_READS."""
    before, settings.READS = settings.READS, Mode.THRIFTY if thrifty else Mode.CAREFUL
    try:
        yield
    finally:
        settings.READS = before


def measure(started: Services, *, webhooks: bool, thrifty: bool) -> Counted:
    """A month's metered reads."""
    with _reading(thrifty):
        return _measure(started, webhooks=webhooks)


def _measure(started: Services, *, webhooks: bool) -> Counted:
    days = WORKING_DAYS + OTHER_DAYS
    with open_practice(started) as flow:
        practice = Practice(flow, webhooks=webhooks)
        for number in range(8):  # invoices of earlier days
            practice.invoice(new_client=False, paid=number % 2 == 0)
            practice.tick()
        practice.night(full=True)
        practice.invoice(new_client=False, paid=False)
        practice.tick()  # asks for numbers, which is counted apart
        month = Counted()
        month.add(practice.two_working_days(), WORKING_DAYS / 2)
        month.add(practice.night(full=True), days / DAYS_A_WEEK)
        month.add(practice.night(full=False), days - days / DAYS_A_WEEK)
        month.add(practice.day_off(), OTHER_DAYS)
        if settings.READS == Mode.THRIFTY:
            month.add(practice.after(A_WEEK_LATER), days / DAYS_A_WEEK)
            month.add(practice.after(NUMBERS_USED), INVOICES_A_MONTH / NUMBERS_AT_ONCE)
    return month


def _lines(month: Counted) -> Iterator[str]:
    for title, counts in (("asked for by", month.by_job), ("kind", month.by_kind)):
        for name, number in sorted(counts.items(), key=lambda one: -one[1]):
            yield f"  {title:12} {name:24} {number:7,d}"
    yield f"  in all {month.total:,d}"


def main() -> None:
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        for thrifty, webhooks in product((False, True), (False, True)):
            print(f"{'thrifty' if thrifty else 'careful'}, webhooks {'on' if webhooks else 'off'}")
            print("\n".join(_lines(measure(started, webhooks=webhooks, thrifty=thrifty))), flush=True)
    print(f"by default careful to {CAREFUL_TO:,} practices on {ALLOWANCE:,} reads a month, thrifty beyond")


if __name__ == "__main__":
    main()
