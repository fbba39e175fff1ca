"""Ten thousand practices with work at once: a run of each job by Airflow's own scheduler, and an idle hour.

    python -m benchmarks.scale.at_once [--practices N] [--no-hour] [--post-only]

Every practice has a QuickBooks company of its own in the sandbox. Each has one new invoice, which
``post_to_quickbooks`` takes there; then a person there records its payment, which ``import_from_quickbooks``
brings back; then ``reconcile_quickbooks`` compares all in one night. After each run both sides are counted:
the sandbox's own rows, and Caspen's. Last the hour of :mod:`benchmarks.scale.real_hour`.

The scheduler, its three processes for tasks, both databases and the sandbox share this machine.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import psycopg

from benchmarks.scale.crowd import connect_many
from benchmarks.scale.real_hour import Hour, run_an_hour
from caspen_qbo import wiring
from caspen_qbo.usecases.connection.find_workspaces import find_workspaces
from caspen_seed.scale import add_an_invoice_each
from ops.demo.practice import POOL, POOL_SLOTS
from ops.local.postgres import Database
from tests.support.celery_system import STARTS_SECONDS, until
from tests.support.flow import Flow
from tests.support.scheduled_system import ScheduledSystem, scheduled_system
from tests.support.services import airflow_connections
from tests.support.standalone import services
from tests.support.statements import sent_statements

POST, IMPORT, RECONCILE = "post_to_quickbooks", "import_from_quickbooks", "reconcile_quickbooks"
JOBS = {POST: "post", IMPORT: "import", RECONCILE: "reconcile"}
RUN_SECONDS_MAX = 7000
MIB = 1024 * 1024
OUR_PAYMENTS = "SELECT count(*) FROM caspen.payment WHERE source = 'quickbooks'"
OPEN = "SELECT count(*) FROM caspen.invoice WHERE balance <> 0 OR status <> 'paid'"
LARGEST = """
SELECT (SELECT max(length) FROM task_map WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s),
       (SELECT max(octet_length(value::text)) FROM xcom WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s)
"""
SYNCED = "SELECT count(*) FROM caspen.invoice WHERE quickbooks_status = 'Synced'"


@dataclass(frozen=True)
class Round:
    """One run of one job over all practices."""

    job: str
    seconds: float
    tasks: int
    tries: int
    """Of all tasks together; as many as tasks where none was tried again."""
    shards: int
    failed: int
    """Tasks that did not succeed."""
    good: int
    """Practices whose run succeeded."""
    xcom_bytes: int
    """The largest value that one task left."""
    statements: int
    """Of finding the work."""
    find_seconds: float
    scheduler_mib: int
    task_mib: int
    """The largest process of a task."""

    def __str__(self) -> str:
        return (
            f"{self.job:10} {self.seconds:6.0f} s  {self.tasks:4} tasks, {self.failed} failed, "
            f"{self.tries - self.tasks} tried again; {self.good:,} practices good; {self.shards} shards, "
            f"largest XCom {self.xcom_bytes / 1024:.0f} KiB; found by {self.statements} statements in "
            f"{self.find_seconds:.1f} s; scheduler {self.scheduler_mib} MiB, a task {self.task_mib} MiB"
        )


@dataclass(frozen=True)
class Measured:
    practices: int
    rounds: tuple[Round, ...]
    hour: Hour | None
    sandbox_mib: int
    faults: tuple[str, ...]
    """What was not as it must be; empty where all is well."""


@dataclass
class Memory:
    """The highest that was seen, in MiB, by kind of process."""

    peak: Counter[str] = field(default_factory=Counter)

    def look(self) -> None:
        for child in psutil.Process().children():
            try:
                line = child.cmdline()
                if "scheduler" in line:
                    self._take("scheduler", child)
                    for task in child.children(recursive=True):
                        self._take("task", task)
                elif "qbo_emulator" in line:
                    self._take("sandbox", child)
            except psutil.NoSuchProcess:
                continue

    def _take(self, kind: str, process: psutil.Process) -> None:
        try:
            self.peak[kind] = max(self.peak[kind], process.memory_info().rss // MIB)
        except psutil.NoSuchProcess:
            return


@contextmanager
def watched_memory() -> Iterator[Memory]:
    memory, ended = Memory(), threading.Event()

    def look() -> None:
        while not ended.wait(1):
            memory.look()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield memory
    finally:
        ended.set()
        thread.join()


def measure(practices: int, *, hour: bool = True, post_only: bool = False) -> Measured:
    with services() as started, tempfile.TemporaryDirectory(prefix="caspen-qbo-") as folder:
        caspen, sync = started.caspen.create(), started.sync.create()
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            flow.post()  # its lists are read
            began = time.monotonic()
            connect_many(flow, caspen.uri, practices)
            print(f"{practices:,} practices are connected, {time.monotonic() - began:.0f} s", flush=True)
            connections = airflow_connections(caspen, sync, started.sandbox)
            with scheduled_system(Path(folder), started.server, connections) as system:
                system.api.ensure_pool(POOL, POOL_SLOTS, "")
                with watched_memory() as memory:
                    return Crowded(flow, caspen, system, memory, practices).measure(
                        hour=hour, post_only=post_only
                    )
        finally:
            flow.close()


@dataclass
class Crowded:
    """The practices and the Airflow that runs for them."""

    flow: Flow
    caspen: Database
    system: ScheduledSystem
    memory: Memory
    practices: int
    faults: list[str] = field(default_factory=list)

    def measure(self, *, hour: bool, post_only: bool) -> Measured:
        """Each job once; every run is one of the schedule's own."""
        add_an_invoice_each(self.caspen.uri)
        rounds = [self._round(POST)]
        self._expect("Synced in Caspen", self.flow.caspen_rows(SYNCED)[0][0])
        self._expect_companies("Invoice", "Customer")
        if not post_only:
            rounds += self._bring_back_and_compare()
        passed = run_an_hour(self.flow, self.system) if hour else None
        self._expect_companies("Invoice", "Customer", *([] if post_only else ["Payment"]))
        return Measured(
            self.practices, tuple(rounds), passed, self.memory.peak["sandbox"], tuple(self.faults)
        )

    def _bring_back_and_compare(self) -> Iterator[Round]:
        self._pay_in_quickbooks()
        yield self._round(IMPORT)
        self._expect("payments in Caspen", self.flow.caspen_rows(OUR_PAYMENTS)[0][0])
        self._expect("paid in Caspen", self.practices - self.flow.caspen_rows(OPEN)[0][0])
        yield self._round(RECONCILE)
        self._expect_companies("Invoice", "Customer", "Payment")
        (equal,) = self.flow.sync_rows(
            "SELECT count(*) FROM qbo_sync.reconciliation_run WHERE success AND differences = 0"
        )[0]
        self._expect("reconciled and equal", equal)

    def _round(self, dag_id: str) -> Round:
        job, api = JOBS[dag_id], self.system.api
        statements, find_seconds = count_statements(job)
        self.memory.peak.clear()
        began = time.monotonic()
        api.unpause({dag_id})  # the scheduler makes the run whose time has come
        (run_id,) = until(lambda: api.runs(dag_id), bool, STARTS_SECONDS)
        ended = api.finish(dag_id, run_id, RUN_SECONDS_MAX)
        api.pause({dag_id})  # not before: a paused DAG's tasks wait
        took = time.monotonic() - began
        tasks = api.tasks(dag_id, run_id)
        self.memory.look()
        failed = sum(task["state"] != "success" for task in tasks)
        if ended.state != "success" or failed:
            states = Counter((task["task_id"], task["state"]) for task in tasks)
            self.faults.append(f"{dag_id} {ended.state}: {dict(states)} {ended.note[:1000]}")
        (good,) = self.flow.sync_rows(
            "SELECT count(*) FROM qbo_sync.sync_run WHERE run_id = %s AND job = %s AND success", run_id, job
        )[0]
        self._expect(f"good {job} runs", good)
        shards, largest = self._xcom(dag_id, run_id)
        found = Round(
            job,
            took,
            len(tasks),
            sum(task["try_number"] for task in tasks),
            shards,
            failed,
            good,
            largest,
            statements,
            find_seconds,
            self.memory.peak["scheduler"],
            self.memory.peak["task"],
        )
        print(found, flush=True)
        return found

    def _xcom(self, dag_id: str, run_id: str) -> tuple[int, int]:
        """Length of the longest map, and bytes of the largest value."""
        uri = self.system.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"].replace("+psycopg2", "")
        with psycopg.connect(uri) as metadata:
            found = metadata.execute(LARGEST, {"dag_id": dag_id, "run_id": run_id}).fetchone()
        assert found
        return found[0] or 0, found[1] or 0

    def _expect(self, what: str, number: int) -> None:
        if number != self.practices:
            self.faults.append(f"{what}: {number:,} of {self.practices:,}")

    def _expect_companies(self, *entities: str) -> None:
        """One row of each in every company of ours, as the sandbox counts; a customer besides its own one."""
        answer = httpx.get(f"{self.flow.sandbox.url}/_sandbox/status", timeout=300)
        answer.raise_for_status()
        ours = {realm for (realm,) in self.flow.sync_rows("SELECT realm_id FROM qbo_sync.connection")}
        companies = [one["rows"] for one in answer.json()["companies"] if one["realm"] in ours]
        for entity in entities:
            least = 2 if entity == "Customer" else 1
            self._expect(f"companies with one {entity}", sum(rows[entity] == least for rows in companies))

    def _pay_in_quickbooks(self) -> None:
        """A person records the payment of each invoice."""
        posted = self.flow.sync_rows(
            "SELECT realm_id, quickbooks_id FROM qbo_sync.document_link WHERE document_kind = 'invoice'"
        )
        with httpx.Client(base_url=self.flow.sandbox.url, timeout=60) as http:
            for realm, id_ in posted:
                path = f"/_sandbox/{realm}/person/record-payment"
                http.post(path, json={"invoices": [id_]}).raise_for_status()


def count_statements(job: str) -> tuple[int, float]:
    """Sent to both databases to find the work of a job, and seconds."""
    began = time.monotonic()
    with sent_statements() as sent, wiring.open_store() as store, wiring.open_billing() as billing:
        find_workspaces(store, billing, job=job, only_with_work=job == "post", only_to_ask=job == "import")
    return len(sent), time.monotonic() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--practices", type=int, default=10_000)
    parser.add_argument("--no-hour", action="store_true")
    parser.add_argument("--post-only", action="store_true")
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    found = measure(asked.practices, hour=not asked.no_hour, post_only=asked.post_only)
    print(f"{found.practices:,} practices; the sandbox held {found.sandbox_mib:,} MiB")
    for each in found.rounds:
        print(each)
    if found.hour:
        print(found.hour)
    print("\n".join(found.faults) or "all counted once on both sides, nothing failed")
    raise SystemExit(bool(found.faults))


if __name__ == "__main__":
    main()
