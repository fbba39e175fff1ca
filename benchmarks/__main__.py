"""All benchmarks in their short form, as a table; and the table into README.md, between its two marks.

    python -m benchmarks

Figures are ratios or counts wherever possible: seconds of this machine say little about another.
"""

from __future__ import annotations

import logging
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import product

from benchmarks import backlog, calls, cpu, delay, lateness, reads, reconcile, sessions
from benchmarks.scale import history
from benchmarks.scale.idle_hour import statements_to_find, tasks_of_idle_hour
from benchmarks.scale.simulation import Simulation
from ops.paths import ROOT
from tests.support import watcher_kills
from tests.support.standalone import services

README = ROOT / "README.md"
OPEN, CLOSE = "<!-- bench -->", "<!-- /bench -->"
RECONCILE_ROWS = 1_000_000
"""Enough that what a run costs whatever its size, a second, weighs little. Two minutes."""

SHARING = 100
"""Practices that share the tables when rows are reconciled the second time."""
KILLS = 200
"""Two minutes."""
SIMULATED = ((1_000, 8), (10_000, 32))
"""Practices and slots, simulated for a day; ``python -m benchmarks.scale.simulation`` simulates the month."""

CROWD = 10_000

Row = tuple[str, str, str]
"""What was measured, the figure, what it is compared with."""


def run_all() -> list[Row]:
    """Every benchmark once, short."""
    with services() as started:
        counted = calls.measure(started)
        worked = cpu.measure(started)
        queued = backlog.measure(started)
        delayed = max(delay.measure(started, delay.SHORT), key=lambda one: one.others)
        held = sessions.measure(started)
        past = history.measure(started)
        killed = watcher_kills.measure(started, KILLS)
        looked = statements_to_find(started)
        deaf, hearing, thrifty_deaf, thrifty_hearing = (
            reads.measure(started, webhooks=webhooks, thrifty=thrifty).total
            for thrifty, webhooks in product((False, True), (False, True))
        )
    (few_practices, few_slots), (many_practices, many_slots) = SIMULATED
    few, many = (Simulation(practices, days=1, slots=slots).run() for practices, slots in SIMULATED)
    late, reported = (lateness.simulate(webhooks=webhooks) for webhooks in (False, True))
    joined, shared = (
        reconcile.measure(RECONCILE_ROWS, repetitions=2, practices=number) for number in (1, SHARING)
    )
    return [
        (
            (
                f"Calls to QuickBooks for {counted.invoices:,} new invoices, {counted.clients} new clients, "
                f"{counted.payments} payments"
            ),
            f"{counted.total}",
            (
                f"{counted.script:,} by a script that makes one call at a time: {counted.ratio:.0f} times "
                f"as many (run for {counted.script_ran} invoices)"
            ),
        ),
        (
            f"Backlog of {queued.documents:,} documents of one company: share of the limiter's rate; 429s",
            f"{queued.share:.2f}; {queued.refused}",
            f"{queued.share_one_at_a_time:.2f} one batch at a time; up to {queued.most_at_once} at once here",
        ),
        (
            "Our own processor time for an invoice with its client and payment, in times of that script's",
            f"{worked.ratio:.2f}",
            f"1 is the script ({worked.script:.1f} ms); start-up apart",
        ),
        (
            f"Seconds by which a practice in trouble delays {delay.OTHERS} others at worst: {delayed.kind}",
            f"{delayed.others:.0f}",
            (
                f"{delayed.in_turn:.0f} where none is overtaken; of {len(delay.SHORT)} kinds: "
                f"{', '.join(delay.SHORT)}"
            ),
        ),
        (
            "Metered reads of an ordinary practice in a month, webhooks on / off",
            f"{hearing:,} / {deaf:,}",
            (
                f"careful, to {reads.CAREFUL_TO} practices on {reads.ALLOWANCE:,}; beyond, thrifty: "
                f"{thrifty_hearing:,} / {thrifty_deaf:,}, to {reads.ALLOWANCE // thrifty_hearing:,}; "
                f"{reads.EVERY_QUARTER_HOUR:,} where each run asks and nothing is kept"
            ),
        ),
        (
            "Minutes until a payment made in QuickBooks is in Caspen, 99 of 100, webhooks on / off",
            f"{reported.of_99:.0f} / {late.of_99:.0f}",
            f"half of them: {reported.median:.0f} / {late.median:.0f}; simulated with our own rhythm",
        ),
        (
            (
                "Simulated: seconds from finalised in Caspen to Synced, 95 of 100, "
                f"{few_practices:,} / {many_practices:,} practices"
            ),
            f"{few.synced_95:.0f} / {many.synced_95:.0f}",
            (
                f"900 where each waits for the clock; {few_slots} / {many_slots} slots, one day, "
                f"{few.documents:,} / {many.documents:,} documents, {few.cores:.2f} / {many.cores:.2f} "
                f"cores, {few.tasks_an_hour:,.0f} / {many.tasks_an_hour:,.0f} task instances an hour"
            ),
        ),
        (
            f"Events lost over {killed.kills} kills of the watcher while work appears on both sides",
            f"{killed.lost}",
            (
                f"{killed.documents} documents, {killed.payments} of them payments that webhooks reported; "
                f"{killed.events} events were read"
            ),
        ),
        (
            "Statements to find the work of a job, whatever the number of practices",
            f"{max(looked.values())}",
            f"{', '.join(f'{job} {number}' for job, number in looked.items())}; 2 of each open the sessions",
        ),
        (
            f"Task instances in an hour in which nothing happens in {CROWD:,} practices",
            f"{tasks_of_idle_hour(CROWD)}",
            f"{CROWD:,} where each has a task an hour",
        ),
        (
            f"Reconciling {joined.rows:,} invoices, in times of a plain SQL join of the same tables",
            f"{joined.ratio:.1f}",
            f"1 is the join alone; {_peak(joined)}",
        ),
        (
            f"The same where {SHARING} practices share the tables",
            f"{shared.ratio:.1f}",
            f"1 is one join over all; {_peak(shared)}",
        ),
        (
            f"A run over {past.large:,} old invoices of one practice, in times of one over {past.small:,}",
            f"{past.ratio:.2f}",
            (
                f"the worst of a run that posts {history.NEW}, one that finds nothing ({past.idle[1]:.2f} s) "
                "and an import"
            ),
        ),
        (
            f"Sessions at Caspen, {held.views} page views at once in one API server process",
            f"{held.of_pages.caspen}",
            f"{held.of_pages.ours} at our own database; each page asks QuickBooks as well",
        ),
        (
            f"Sessions at Caspen, {held.tasks} tasks at once",
            f"{held.of_tasks.caspen}",
            f"{held.of_tasks.ours} at our own database, one of them for the checks",
        ),
    ]


def _peak(measured: reconcile.Measured) -> str:
    own = measured.own_rows / measured.plain_join
    return f"{own:.1f} more for the checks of Caspen's own rows; {measured.peak_mib} MiB at the peak"


def as_table(rows: Sequence[Row]) -> str:
    """A Markdown table with a line on where it was made."""
    lines = ["| Measured | Here | Compared with |", "|---|---:|---|"]
    lines += [f"| {what} | {figure} | {other} |" for what, figure, other in rows]
    made = f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return "\n".join([*lines, "", f"Made by `make bench`: {made}."])


def write_into(text: str, table: str) -> str:
    """The text with the table between the two marks.

    The marks are added at the end where there are none. Safe to repeat.
    """
    if OPEN not in text:
        text = f"{text.rstrip()}\n\n{OPEN}\n"
    before, _, rest = text.partition(OPEN)
    _, found, after = rest.partition(CLOSE)
    return f"{before}{OPEN}\n{table}\n{CLOSE}{after if found else rest}"


def main() -> None:
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    table = as_table(run_all())
    print(table)
    README.write_text(write_into(README.read_text() if README.exists() else "", table))


if __name__ == "__main__":
    main()
