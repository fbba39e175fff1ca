"""The fault storm: every fifth call fails, in every way of the sandbox's plan; the books come out the same.

    python -m tests.support.fault_storm --documents 1000 --seeds 1-20
                                                                             [--late]

A practice's documents are posted, then changed by its staff (edited, unlinked, voided), and posted again:
once without faults, and once for each seed with them. Runs are repeated until one finds nothing to do. Then
QuickBooks' own rows, Caspen's statuses and our listings are compared with those of the run without faults.
"""

from __future__ import annotations

import argparse
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import psycopg

from caspen_qbo.errors import RetryError, StopError
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine, Staff
from ops.local.postgres import Database, PostgresServer
from tests.support.crash_sweep import flow_door, fresh_copy
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.hasty import hasty_session
from tests.support.services import Sandbox
from tests.support.standalone import services

SHARE = 0.2
"""How many of all calls fail."""
RUNS_MAX = 60

_BEFORE = (
    "throttled", "throttled_xml", "server_error", "bad_gateway", "unavailable", "ok_with_fault", "drop",
    "token_expired", "transient", "truncate",
)  # fmt: skip
_AFTER = ("server_error", "bad_gateway", "unavailable", "ok_with_fault", "drop", "throttled", "token_expired")
"""The work is done, and the answer says or suggests otherwise."""


LAG = 0.1
"""Seconds for which a late QuickBooks does not show what it just made or changed."""


def rules(*, late: bool = False) -> list[dict[str, Any]]:
    """All ways of failing, together striking a fifth of all calls; batches and tokens have more.

    :param late: Of a QuickBooks that shows things late; its refusals at the gate are true (decision 0002).
    """
    ways: list[dict[str, Any]] = [{"kind": kind} for kind in _BEFORE]
    gate = {"throttled", "token_expired"} if late else set()
    ways += [{"kind": kind, "commit": True} for kind in _AFTER if kind not in gate]
    chance = 1 - (1 - SHARE) ** (1 / len(ways))
    own = [
        {"kind": "batch_partial", "items": 3, "endpoint": "batch", "probability": 0.06},
        {"kind": "batch_partial", "items": 0, "endpoint": "batch", "probability": 0.02},
        {"kind": "batch_transient", "endpoint": "batch", "probability": 0.06},
        {"kind": "unavailable", "endpoint": "oauth", "probability": 0.1},
        {"kind": "drop", "commit": True, "endpoint": "oauth", "probability": 0.05},
        {"kind": "delay", "seconds": 0.01, "probability": 0.01},
    ]
    return own + [{**way, "probability": chance} for way in ways]


@dataclass
class Storm:
    """What one storm saw."""

    seed: int
    documents: int
    runs: int = 0
    calls: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    """Each way in which the result differs from the one without faults."""

    def __str__(self) -> str:
        ways = " ".join(f"{name}={number}" for name, number in sorted(self.struck.items()) if number)
        return (
            f"seed {self.seed}: {self.documents} documents, {self.runs} runs, {self.calls} calls, "
            f"{sum(self.struck.values())} struck ({ways}), {self.seconds:.0f} s, "
            f"{len(self.faults)} differences"
        )


def build_practice(flow: Flow, documents: int) -> int:
    """About so many invoices, payments and credit notes, in the proportions of a clinic.

    :return: How many there are.
    """
    staff, made = flow.staff, 0
    number = 0
    clients: list[int] = []
    while made < documents:
        if number % 3 == 0:
            email = f"client{number}@example.com"
            clients.append(staff.create_client(f"Client{number}", "O'Hara", email=email))
        client = clients[(number * 7) % len(clients)]
        price = f"{40 + number % 90}.55"
        lines = [NewLine("service", "Consultation", price, "1.5", tax_rate_id=flow.rates["GST"])]
        if number % 2:
            lines.append(NewLine("product", "Tape", "9.95", tax_rate_id=flow.rates["GST free"]))
        invoice = staff.draft_invoice(client, lines, tax_mode=("exclusive", "inclusive", "none")[number % 3])
        staff.finalise(invoice)
        made += 1
        if number % 4 in (1, 3):
            staff.pay(client, {invoice: Decimal("20.00")})
            made += 1
        if number % 8 == 3:
            staff.pay(client, {invoice: Decimal("5.00")})
            made += 1
        if number % 10 == 5:
            staff.credit(invoice, {2: "1"}, reason="kept in Caspen")
            made += 1
        number += 1
    return made


def change_practice(flow: Flow) -> None:
    """What the staff does afterwards, the same each time: edits, voids, deletes, unlinks."""
    staff = flow.staff
    untouched = [
        row[0]
        for row in flow.caspen_rows(
            "SELECT i.id FROM caspen.invoice i WHERE status = 'open' AND balance = total "
            "AND NOT EXISTS (SELECT FROM caspen.credit_note n WHERE n.invoice_id = i.id) "
            "AND NOT EXISTS (SELECT FROM caspen.payment_allocation a WHERE a.invoice_id = i.id) ORDER BY i.id"
        )
    ]
    for index, invoice in enumerate(untouched):
        if index % 3 == 0:
            staff.revert_to_draft(invoice)
            price = f"{60 + index % 40}.35"
            line = NewLine("service", "Longer consultation", price, tax_rate_id=flow.rates["GST"])
            staff.edit_draft(invoice, lines=[line])
            staff.finalise(invoice)
        elif index % 6 == 1:
            staff.void_invoice(invoice)
        elif index % 6 == 4:
            staff.revert_to_draft(invoice)
            number, client = staff.invoice(invoice).number, _client_of(flow, invoice)
            staff.delete_draft(invoice)
            if index % 12 == 4:
                _make_again(flow, number, client)
    for index, (allocation,) in enumerate(
        flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE deleted_at IS NULL ORDER BY id")
    ):
        if index % 4 == 0:
            staff.unlink(allocation)
    for index, (note,) in enumerate(
        flow.caspen_rows("SELECT id FROM caspen.credit_note WHERE status = 'issued' ORDER BY id")
    ):
        if index % 2 == 0:
            staff.void_credit_note(note)


def _client_of(flow: Flow, invoice: int) -> int:
    [(client,)] = flow.caspen_rows("SELECT client_id FROM caspen.invoice WHERE id = %s", invoice)
    return client


def _make_again(flow: Flow, number: str, client: int) -> None:
    """Another invoice under the number of one that is to be voided: the void has to give it up."""
    line = NewLine("service", "Made again", "77.35", tax_rate_id=flow.rates["GST"])
    invoice = flow.staff.draft_invoice(client, [line])
    flow.caspen_rows("UPDATE caspen.invoice SET number = %s WHERE id = %s RETURNING id", number, invoice)
    flow.staff.finalise(invoice)


Picture = Counter[tuple[Any, ...]]
"""Everything that must come out the same, without ids and dates, and how often it is there."""


def picture_of(flow: Flow) -> Picture:
    """QuickBooks' rows, Caspen's statuses and our open listings."""
    seen: Picture = Counter()
    for row in flow.books("Invoice"):
        number = re.sub(r" void \d+$", " void", row["DocNumber"])  # by an id, which may be another each time
        seen["invoice", number, row["TotalAmt"], _tax(row), row["Balance"], _marker(row)] += 1
    for row in flow.books("CreditMemo"):
        left = row["RemainingCredit"]
        seen["credit memo", row["DocNumber"], row["TotalAmt"], _tax(row), left, _marker(row)] += 1
    numbers = {
        (kind, row["Id"]): row["DocNumber"] for kind in ("Invoice", "CreditMemo") for row in flow.books(kind)
    }
    for row in flow.books("Payment"):
        # An application may be QuickBooks' own where it got there first: what counts is what it joins.
        name = _marker(row) if row["TotalAmt"] else "application"
        if name == "application" and not row.get("Line") and "[caspen:" not in _marker(row):
            # QuickBooks' own, of a credit memo deleted since: it joins nothing. One of ours would count.
            continue
        paid = sorted(
            (numbers[link["TxnType"], link["TxnId"]], line["Amount"])
            for line in row.get("Line", ())
            for link in line["LinkedTxn"]
        )
        seen["payment", name, row["TotalAmt"], row["UnappliedAmt"], tuple(paid)] += 1
    for row in flow.books("Customer"):
        seen["customer", row["DisplayName"], row["Balance"]] += 1
    for table in ("invoice", "credit_note"):
        for row in flow.caspen_rows(f"SELECT number, status, quickbooks_status FROM caspen.{table}"):
            seen["caspen", table, *row] += 1
    for number, key in flow.listed():
        seen["listed", number, key] += 1
    return seen


def _tax(row: dict[str, Any]) -> Decimal:
    return Decimal((row.get("TxnTaxDetail") or {}).get("TotalTax", 0))


def _marker(row: dict[str, Any]) -> str:
    """Our mark without what a void writes around it."""
    note = str(row.get("PrivateNote") or "")
    return note[note.find("[caspen:") :] if "[caspen:" in note else note


@dataclass(frozen=True)
class Stage:
    """Where storms take place: a practice prepared once, copied for each storm."""

    server: PostgresServer
    caspen: Database
    sync: Database
    sandbox: Sandbox
    documents: int

    @contextmanager
    def practice(self, name: str) -> Iterator[Flow]:
        with fresh_copy(self.server, self.caspen, self.sync, self.sandbox, name) as (caspen, sync):
            with psycopg.connect(caspen.uri, autocommit=True) as connection:
                flow = Flow(Staff(connection, WORKSPACE), self.sandbox, connection, sync)
                flow.rates = dict(flow.caspen_rows("SELECT name, id FROM caspen.tax_rate"))
                yield flow


def play(flow: Flow, until_quiet: Callable[[Flow], None]) -> Picture:
    """The practice's story: everything posted, changed, posted again."""
    until_quiet(flow)
    change_practice(flow)
    until_quiet(flow)
    return picture_of(flow)


def quiet_run(stage: Stage) -> Picture:
    """The result without faults."""

    def run(flow: Flow) -> None:
        for _ in range(2):
            with hasty_session(WORKSPACE) as session:
                post(session)

    with stage.practice("quiet") as flow:
        return play(flow, run)


def _with_kept_numbers(picture: Picture) -> Picture:
    """As if no void had given its number up."""
    kept: Picture = Counter()
    for (kind, number, *rest), times in picture.items():
        kept[kind, str(number).removesuffix(" void"), *rest] += times
    return kept


def storm(stage: Stage, seed: int, expected: Picture, *, late: bool = False) -> Storm:
    """One seed's storm, compared with the result without faults.

    :param late: QuickBooks also shows everything late, has forgotten every request id, and warns of no double
        number: only waiting before a repetition keeps it from doubling.
    """
    result = Storm(seed, stage.documents)
    started = time.monotonic()

    def run(flow: Flow) -> None:
        for _ in range(RUNS_MAX):
            result.runs += 1
            if result.runs % 3 == 0:
                flow.door("expire-tokens", realm=REALM)
            try:
                with hasty_session(WORKSPACE, visibility_wait=2 * LAG if late else 0) as session:
                    done = post(session)
            except (RetryError, StopError):
                continue
            result.calls += sum(done.calls.values())
            if not done.calls:
                return
        result.faults.append(f"not quiet after {RUNS_MAX} runs")

    with stage.practice(f"seed{seed}") as flow:
        flow.switch(batch_replay="transient_6000" if seed % 2 else "stored")
        if late:
            flow.switch(lag_seconds=LAG, requestid_ttl_seconds=0)
        flow_door(stage.sandbox, "faults", seed=seed, rules=rules(late=late))
        try:
            seen = play(flow, run)
            for rule in _struck(stage.sandbox):
                result.struck[rule["kind"] + ("+done" if rule["commit"] else "")] += rule["struck"]
        finally:
            _calm(stage.sandbox)
            flow.switch(batch_replay="stored")
        if late:  # a void not shown yet keeps its number, and no double number is refused
            seen, expected = _with_kept_numbers(seen), _with_kept_numbers(expected)
        result.faults += [f"{number} more of {thing}" for thing, number in (seen - expected).items()]
        result.faults += [f"{number} fewer of {thing}" for thing, number in (expected - seen).items()]
        unanswered = flow.sync_rows("SELECT count(*) FROM qbo_sync.request WHERE state = 'prepared'")[0][0]
        if unanswered:
            result.faults.append(f"{unanswered} requests still unconfirmed")
    result.seconds = time.monotonic() - started
    return result


def _struck(sandbox: Sandbox) -> Sequence[dict[str, Any]]:
    import httpx

    return httpx.get(f"{sandbox.url}/_sandbox/faults", timeout=30, verify=False).json()["rules"]


def _calm(sandbox: Sandbox) -> None:
    import httpx

    httpx.delete(f"{sandbox.url}/_sandbox/faults", timeout=30, verify=False).raise_for_status()


@contextmanager
def prepared(
    server: PostgresServer, caspen: Database, sync: Database, sandbox: Sandbox, documents: int
) -> Iterator[Stage]:
    """Tell the practice's story once, into databases that nobody else uses."""
    flow = Flow.open(caspen, sync, sandbox)
    made = build_practice(flow, documents)
    flow.close()
    yield Stage(server, caspen, sync, sandbox, made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=1000)
    parser.add_argument("--seeds", default="1-20")
    parser.add_argument("--late", action="store_true", help="documents are shown late, request ids forgotten")
    options = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.CRITICAL)
    first, _, last = options.seeds.partition("-")
    failed = 0
    with services() as started:
        caspen, sync = started.caspen.create(), started.sync.create()
        started.prepare_for(caspen, sync)
        with prepared(started.server, caspen, sync, started.sandbox, options.documents) as stage:
            expected = quiet_run(stage)
            for seed in range(int(first), int(last or first) + 1):
                result = storm(stage, seed, expected, late=options.late)
                failed += bool(result.faults)
                print(result, flush=True)
                for text in result.faults[:20]:
                    print("   ", text, flush=True)
    print(f"fault storm: {failed} seeds with differences", flush=True)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()
