"""The crash sweep: one scenario, killed at every instant in turn, then run to the end; nothing doubled,
nothing lost.

    python -m tests.support.crash_sweep --every 1 --first 1 --last 900

`make test` tries some twenty instants. All of them take most of an hour, two seconds to each: `--first` and
`--every` make shares that can be run one by one or at the same time, e.g. `--every 3` with `--first` 1, 2
and 3. `--story changes` is the second one, see :mod:`tests.support.crash_changes`.
"""

from __future__ import annotations

import argparse
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

import psycopg

from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine, Staff
from ops.local.postgres import Database, PostgresServer
from tests.support import crash
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.services import Sandbox, airflow_connections


class Story:
    """What is done before the run that is killed, and what must hold after. This one: everything is new."""

    def build(self, flow: Flow) -> None:
        """The practice, told once; each instant works on a copy of it."""
        build_scenario(flow)

    def before(self, caspen: Database, sync: Database, sandbox: Sandbox) -> None:
        """In the copy, before the run that is killed: nothing."""

    def faults(self, caspen: Database, sync: Database, sandbox: Sandbox) -> list[str]:
        """Every promise that does not hold, in words."""
        return faults_of(caspen, sync, sandbox)


@dataclass
class Sweep:
    """What a sweep saw."""

    instants: int = 0
    tried: int = 0
    failures: list[str] = field(default_factory=list)


def build_scenario(flow: Flow) -> None:
    """Some forty documents: clients, invoices of all modes, payments, credit notes, a void and a revert to
    come.
    """
    staff = flow.staff
    clients = [staff.create_client(f"Client{i}", "O'Hara", email=f"client{i}@example.com") for i in range(6)]
    for i in range(14):
        line = NewLine("service", "Consultation", f"{40 + i}.55", "1.5", tax_rate_id=flow.rates["GST"])
        product = NewLine("product", "Tape", "9.95", tax_rate_id=flow.rates["GST free"])
        invoice = staff.draft_invoice(
            clients[i % 6], [line, product], tax_mode=("exclusive", "inclusive", "none")[i % 3]
        )
        staff.finalise(invoice)
        if i % 2:
            staff.pay(clients[i % 6], {invoice: Decimal("20.00")})
        if i % 5 == 0:
            staff.credit(invoice, {2: "1"}, reason="kept in Caspen")
        if i % 7 == 3:
            staff.pay(clients[i % 6], {invoice: Decimal("5.00")})


def run_post() -> None:
    with wiring.open_session(WORKSPACE, wiring.new_run_id("post")) as session:
        post(session)


@contextmanager
def fresh_copy(
    server: PostgresServer, caspen: Database, sync: Database, sandbox: Sandbox, name: str
) -> Iterator[tuple[Database, Database]]:
    """Copies of both prepared databases, an empty company, and the environment pointing at them."""
    copies = [server.clone_database(db.name, f"{db.name}_{name}", db) for db in (caspen, sync)]
    flow_door(sandbox, "reset", realm=REALM)
    flow_door(sandbox, f"{REALM}/switches", limits=False, auto_apply_credit=True)
    os.environ.update(airflow_connections(copies[0], copies[1], sandbox))
    try:
        yield copies[0], copies[1]
    finally:
        for copy in copies:
            server.drop_database(copy.name)


def flow_door(sandbox: Sandbox, path: str, **body: object) -> None:
    import httpx

    httpx.post(f"{sandbox.url}/_sandbox/{path}", json=body, timeout=60, verify=False).raise_for_status()


def sweep(
    server: PostgresServer,
    caspen: Database,
    sync: Database,
    sandbox: Sandbox,
    *,
    story: Story | None = None,
    every: int = 1,
    first: int = 1,
    last: int | None = None,
    report: Callable[[int, list[str]], None] = lambda instant, failures: None,
) -> Sweep:
    """Kill at every ``every``-th instant, from ``first`` on, up to ``last`` or the end.

    :param caspen: A database with the story's practice; :param sync: one that is connected and configured.
        Nobody uses them.
    :param report: Called after each instant with what failed there.
    """
    result, story = Sweep(), story or Story()

    @contextmanager
    def prepared(name: str) -> Iterator[tuple[Database, Database]]:
        with fresh_copy(server, caspen, sync, sandbox, name) as copies:
            story.before(*copies, sandbox)
            flow_door(sandbox, "expire-tokens", realm=REALM)  # so that a refresh is among the instants
            yield copies

    with prepared("count") as copies:
        outcome, result.instants = crash.fork(run_post)
        assert outcome == crash.COMPLETED
        result.failures += [f"without a crash: {text}" for text in story.faults(*copies, sandbox)]
    for instant in range(first, min(result.instants, last or result.instants) + 1, every):
        with prepared(f"at{instant}") as copies:
            failures = []
            crash.fork(run_post, kill_at=instant)
            for _ in range(2):  # the second finds nothing to do
                outcome, _ = crash.fork(run_post)
                if outcome != crash.COMPLETED:
                    failures.append(f"instant {instant}: the next run {outcome}")
            failures += [f"instant {instant}: {text}" for text in story.faults(*copies, sandbox)]
        result.tried += 1
        result.failures += failures
        report(instant, failures)
    return result


def faults_of(caspen: Database, sync: Database, sandbox: Sandbox) -> list[str]:
    """Every promise that does not hold, in words; read from Caspen and from QuickBooks' own rows."""
    with psycopg.connect(caspen.uri, autocommit=True) as connection:
        flow = Flow(Staff(connection, WORKSPACE), sandbox, connection, sync)
        return list(_faults(flow))


def _faults(flow: Flow) -> Iterable[str]:
    invoices, payments, memos = flow.books("Invoice"), flow.books("Payment"), flow.books("CreditMemo")
    yield from _compare(
        "invoice", invoices, flow, "SELECT number, total, tax_total, balance FROM caspen.invoice"
    )
    yield from _compare(
        "credit memo", memos, flow, "SELECT number, total, tax_total, 0 FROM caspen.credit_note"
    )
    posted = Counter(_allocation(p) for p in payments if p["TotalAmt"])
    wanted = {row[0]: row[1] for row in flow.caspen_rows("SELECT id, amount FROM caspen.payment_allocation")}
    for allocation in wanted.keys() | posted.keys():
        if posted[allocation] != 1:
            yield f"allocation {allocation} is {posted[allocation]} payments"
    if sum(p["TotalAmt"] for p in payments) != sum(wanted.values()):
        yield "the payments' sum differs"
    names = Counter(c["DisplayName"] for c in flow.books("Customer"))
    yield from (f"customer {name} exists {n} times" for name, n in names.items() if n > 1)
    listed = flow.listed()
    if listed:
        yield f"listed: {sorted(listed)}"
    open_requests = flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'prepared'")[0][0]
    if open_requests:
        yield f"{open_requests} requests still unconfirmed"
    status = flow.caspen_rows("SELECT DISTINCT quickbooks_status FROM caspen.invoice")
    if status != [("Synced",)]:
        yield f"Caspen shows {status}"


def _allocation(payment: Mapping[str, str]) -> int:
    return int(payment["PrivateNote"].rsplit(":", 1)[1].rstrip("]"))


def _compare(kind: str, rows: list[dict], flow: Flow, sql: str) -> Iterable[str]:
    wanted = {row[0]: row[1:] for row in flow.caspen_rows(sql)}
    numbers = Counter(row["DocNumber"] for row in rows)
    for number in wanted.keys() | numbers.keys():
        if numbers[number] != (1 if number in wanted else 0):
            yield f"{kind} {number} exists {numbers[number]} times"
    for row in rows:
        balance = row["RemainingCredit"] if kind == "credit memo" else row["Balance"]
        seen = (row["TotalAmt"], row.get("TxnTaxDetail", {}).get("TotalTax", 0), balance)
        if row["DocNumber"] in wanted and seen != wanted[row["DocNumber"]]:
            yield f"{kind} {row['DocNumber']}: QuickBooks {seen}, Caspen {wanted[row['DocNumber']]}"


def main() -> None:
    from tests.support.crash_changes import Changes
    from tests.support.standalone import services

    parser = argparse.ArgumentParser(description="Kill at every instant in turn; see the module's text.")
    parser.add_argument("--every", type=int, default=1, help="Every how many-th instant.")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--last", type=int)
    parser.add_argument("--story", choices=("first", "changes"), default="first")
    options = parser.parse_args()
    story = Changes() if options.story == "changes" else Story()
    logging.getLogger("caspen_qbo").setLevel(logging.CRITICAL)
    started = time.monotonic()

    def report(instant: int, failures: list[str]) -> None:
        print(
            f"instant {instant}: {'; '.join(failures) or 'ok'} ({time.monotonic() - started:.0f} s)",
            flush=True,
        )

    with services() as running:
        caspen, sync = running.caspen.create(), running.sync.create()
        running.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, running.sandbox)
        story.build(flow)
        flow.close()
        result = sweep(
            running.server, caspen, sync, running.sandbox,
            story=story, every=options.every, first=options.first, last=options.last, report=report,
        )  # fmt: skip
    print(f"crash sweep: {result.instants} instants, {result.tried} tried, {len(result.failures)} failures")
    raise SystemExit(1 if result.failures else 0)


if __name__ == "__main__":
    main()
