"""`make demo`: a practice's day through the real DAGs, then an independent check that both sides are equal.

Post what the practice billed; take payments in QuickBooks; import them; reconcile. A second run finds
nothing to do and changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from ops.demo.books import Books, Company, amount
from ops.demo.practice import Practice, make_ready, set_up_practice
from ops.demo.summary import count, print_summary
from ops.demo.verify import Verdict, compare, read_caspen
from ops.errors import OpsError, exit_with_sentence
from ops.local.airflow_api import AirflowApi, DagRun
from ops.local.credentials import load_credentials
from ops.local.environment import databases, environment, sandbox_url
from ops.local.ports import ports_from
from ops.local.services import AlreadyRunning, LocalSystem, local_system
from ops.paths import CREDENTIALS
from ops.progress import Progress

SINGLE = tuple(f"BANK-{n}" for n in range(1, 7))
"""References of payments a bookkeeper records in QuickBooks, each for another invoice: to be imported."""
SPLIT = ("BANK-7A", "BANK-7B")
"""Two for one invoice: a split payment, which is listed and not imported."""

DEMO_SETTINGS = {
    # No schedules: the demo starts each run itself.
    "AIRFLOW__SCHEDULER__USE_JOB_SCHEDULE": "False",
    # One reconciliation does not pay for importing its libraries ahead.
    "CASPEN_QBO_PRELOAD": "",
    # The files do not change in this minute, so they are read once.
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "600",
    "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "600",
}


@exit_with_sentence
def main() -> int:
    progress = Progress()
    try:
        with _system(progress) as system:
            return run_day(system, progress)
    except KeyboardInterrupt:
        progress.line("stopped on request")
        return 130


@contextmanager
def _system(progress: Progress) -> Iterator[LocalSystem]:
    """A system of our own for the length of the demo, or the one that `make up` of this clone runs."""
    try:
        with local_system(progress, DEMO_SETTINGS, without={"triggerer"}) as system:
            yield system
    except AlreadyRunning as running:
        if "ops.up" not in str(running):
            raise  # another demo: it would end under us
    else:
        return
    ports, credentials = ports_from(os.environ), load_credentials(CREDENTIALS)
    system = LocalSystem(ports, credentials, environment(ports, credentials))
    with system.api() as api:
        api.wait_healthy(60)
    progress.line("`make up` runs in this clone: using its databases, its sandbox, its Airflow")
    yield system


def run_day(system: LocalSystem, progress: Progress) -> int:
    """The day itself. 0 only if everything that must be equal is equal."""
    with system.api() as api:
        practice = set_up_practice(system, progress)
        make_ready(api, events=False)
        known = databases(system.ports, system.credentials)
        with Company(sandbox_url(system.ports), practice.realm) as company:
            before = count(company.read(), read_caspen(known["caspen"], practice))
            run_dag(api, "post_to_quickbooks", progress)
            posted = company.read()
            take_payments(company, posted, practice, progress)
            run_dag(api, "import_from_quickbooks", progress)
            run_dag(api, "reconcile_quickbooks", progress)
            company.save()
            books, caspen = company.read(), read_caspen(known["caspen"], practice)
    with progress.step("both sides compared, independently of the project's own tables"):
        verdict = compare(caspen, books, frozenset(SPLIT))
    now = count(books, caspen)
    ok = print_summary(progress, known["caspen_qbo"], practice, now.less(before), now, verdict)
    return 0 if ok else 1


def run_dag(api: AirflowApi, dag_id: str, progress: Progress) -> DagRun:
    """One run through Airflow's scheduler, as a person would start it.

    :raises OpsError: it failed; names the tasks.
    """
    with progress.step(f"DAG {dag_id}"):
        run = api.run(dag_id)
    if run.state != "success":
        tasks = ", ".join(run.failed_tasks) or "see the Airflow UI"
        raise OpsError(
            f"{dag_id} failed in {tasks}. Its logs are under "
            f"var/log/airflow/dag_id={dag_id}/run_id={run.run_id}/. {run.note}"
        )
    progress.line(f"its note: {run.note or 'none was written, see var/log/scheduler.log'}")
    return run


def take_payments(company: Company, books: Books, practice: Practice, progress: Progress) -> None:
    """What a bookkeeper does in QuickBooks after looking at the bank. Recorded once, ever."""
    there = {payment.get("PaymentRefNum") for payment in books.payments}
    if there & {*SINGLE, *SPLIT}:
        return
    open_invoices = [
        invoice
        for invoice in books.invoices
        if amount(invoice, "Balance") >= Decimal(20)
        and (invoice.get("CustomerRef") or {}).get("name") != "Walk-in Client"
    ]
    wanted = len(SINGLE) + 1
    if len(open_invoices) < wanted:
        raise OpsError(f"only {len(open_invoices)} open invoices in QuickBooks; the demo wants {wanted}.")
    today: date = practice.now.date()
    with progress.step(f"{wanted + 1} payments recorded in QuickBooks, two of them a split payment"):
        for n, reference in enumerate(SINGLE):
            balance = amount(open_invoices[n], "Balance")
            # Every other one in part, so that an invoice stays open.
            paid = balance if n % 2 == 0 else (balance / 2).quantize(Decimal("0.01"))
            company.record_payment(open_invoices[n]["Id"], paid, reference, today)
        for reference, part in zip(SPLIT, (Decimal("7.50"), Decimal("4.25")), strict=True):
            company.record_payment(open_invoices[len(SINGLE)]["Id"], part, reference, today)


def verdict_of_this_moment(system: LocalSystem, practice: Practice) -> Verdict:
    """The demo's check alone, for tests."""
    caspen = databases(system.ports, system.credentials)["caspen"]
    with Company(sandbox_url(system.ports), practice.realm) as company:
        return compare(read_caspen(caspen, practice), company.read(), frozenset(SPLIT))
