"""A database that accepts and says nothing, or falls silent in the middle: every wait ends on our side.

Next to each refusal of test_outage.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg
import pytest
from psycopg.errors import LockNotAvailable

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import CaspenUnavailableError, RetryError, SyncError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.postgres import limits
from caspen_qbo.hooks.postgres.limits import CASPEN, SYNC
from caspen_qbo.hooks.store import Store
from caspen_qbo.quality import validate as checks
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.integration.caspen.test_outage import PAYMENT
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import insert_invoice
from tests.support.command_line import load_checks, run_command
from tests.support.flow import Flow
from tests.support.forwarder import Forwarder, forwarding

pytestmark = pytest.mark.postgres

QUICK = replace(CASPEN, statement=1, lock=1)
QUICK_SYNC = replace(SYNC, statement=1, lock=1)
ENDS_SECONDS = 12.0
"""A second for the server, one more for its answer, and what a busy machine adds."""


@pytest.fixture(scope="module", autouse=True)
def _loaded_before_anything_is_timed() -> None:
    load_checks()


@pytest.fixture(autouse=True)
def _a_second_for_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ANSWER_MARGIN_SECONDS", 1.0)


@contextmanager
def ends() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < ENDS_SECONDS


@contextmanager
def through(
    database: Database, conn_id: str, monkeypatch: pytest.MonkeyPatch, *, connect_timeout: int | None = 2
) -> Iterator[Forwarder]:
    """:param connect_timeout: As the connection states it; None: as we do where it states nothing."""
    with forwarding(database.port) as way:
        value = json.loads(connection_json("postgres", replace(database, port=way.port)))
        if connect_timeout is not None:
            value["extra"] = {"connect_timeout": connect_timeout}
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(value))
        yield way


@pytest.mark.parametrize("conn_id", ["caspen_db", "sync_db"])
@pytest.mark.parametrize("command", ["post", "import", "reconcile", "heartbeat", "migrate", "doctor"])
def test_a_server_that_accepts_and_says_nothing_is_given_up(
    conn_id: str, command: str, flow: Flow, caspen_db, sync_db, monkeypatch
) -> None:
    if conn_id == "caspen_db" and command in ("heartbeat", "migrate"):
        return  # these ask Caspen nothing
    database = {"caspen_db": caspen_db, "sync_db": sync_db}[conn_id]
    stated = None if command == "heartbeat" else 2
    with through(database, conn_id, monkeypatch, connect_timeout=stated) as way:
        way.silence()
        with ends():
            arguments = ["--workspace", "1"] if command in ("post", "import", "reconcile", "doctor") else []
            done = run_command(command, *arguments)
        assert done.returncode == 75, done.stderr
        assert f"{conn_id!r}: the database cannot be reached or gave up (connection" in done.stderr
        assert "Traceback" not in done.stderr


def test_a_read_that_is_never_answered_is_given_up_and_then_works(clinic: Clinic, monkeypatch) -> None:
    with through(clinic.database, "caspen_db", monkeypatch) as way:
        billing = CaspenBilling(Session("caspen_db", QUICK))
        billing.fetch_workspaces()
        way.silence()
        with ends(), pytest.raises(CaspenUnavailableError, match="nothing was heard from the server for 2 s"):
            billing.fetch_workspaces()
        way.speak()
        assert set(billing.fetch_workspaces()) == {1, 2}


def test_a_payment_whose_server_is_stopped_leaves_nothing_and_can_be_repeated(clinic: Clinic) -> None:
    insert_invoice(clinic.staff, 1, "10.00")
    session = Session("caspen_db", QUICK)
    pid = session.connection.info.backend_pid
    try:
        with ends(), pytest.raises(CaspenUnavailableError, match="nothing was heard"), session.transaction():
            CaspenBilling(session).record_payment(PAYMENT)
            os.kill(pid, signal.SIGSTOP)
            session.fetch_one("caspen/select_clock")
    finally:
        os.kill(pid, signal.SIGCONT)
    deadline = time.monotonic() + 20
    while clinic.staff.execute("SELECT FROM pg_stat_activity WHERE pid = %s", [pid]).rowcount:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert clinic.staff.execute("SELECT count(*) FROM caspen.payment").fetchone() == (0,)
    assert CaspenBilling(session).record_payment(PAYMENT).payment_id is not None


def test_a_commit_that_is_never_answered_is_not_taken_for_done(clinic: Clinic, monkeypatch) -> None:
    insert_invoice(clinic.staff, 1, "10.00")
    with through(clinic.database, "caspen_db", monkeypatch) as way:
        session = Session("caspen_db", QUICK)
        with ends(), pytest.raises(CaspenUnavailableError), session.transaction():
            CaspenBilling(session).record_payment(PAYMENT)
            way.silence()
        way.speak()
        # It may have happened or not; asked again, the same payment is recorded once.
        CaspenBilling(session).record_payment(PAYMENT)
    assert clinic.staff.execute("SELECT count(*) FROM caspen.payment").fetchone() == (1,)


def test_who_waits_for_a_practice_s_lock_notices_silence(sync_db: Database, monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    holder = Store()
    with holder.for_workspace(1).lock(), through(sync_db, "sync_db", monkeypatch) as way:
        waiter = Store(limits=QUICK_SYNC)
        _ = waiter.database.connection
        threading.Timer(0.3, way.silence).start()
        with ends(), pytest.raises(RetryError, match="nothing was heard"):
            with waiter.for_workspace(1).lock(wait_seconds=60):
                pass
    holder.close()


def test_checks_of_a_silent_database_end(flow: Flow, sync_db: Database, monkeypatch) -> None:
    monkeypatch.setattr(checks, "SYNC", QUICK_SYNC)
    with through(sync_db, "sync_db", monkeypatch) as way:
        threading.Timer(0.2, way.silence).start()
        time.sleep(0.3)
        started = time.monotonic()
        with pytest.raises(SyncError):
            checks.validate(1, {DocumentKind.INVOICE: 3})
        assert time.monotonic() - started < 40  # with the seconds that Great Expectations takes to load


@pytest.mark.parametrize("conn_id", ["caspen_db", "sync_db"])
@pytest.mark.parametrize("job", ["post", "import", "reconcile"])
def test_a_run_whose_database_falls_silent_ends_and_the_next_one_goes_on(
    job: str, conn_id: str, flow: Flow, caspen_db, sync_db, monkeypatch
) -> None:
    flow.invoice("10.00")
    flow.post()
    flow.sync_rows("DELETE FROM qbo_sync.sync_run RETURNING 1")
    flow.sync_rows("DELETE FROM qbo_sync.reference_cache RETURNING 1")
    flow.invoice("20.00")
    flow.door("faults", seed=1, rules=[{"kind": "delay", "seconds": 4}])
    database = {"caspen_db": caspen_db, "sync_db": sync_db}[conn_id]
    with through(database, conn_id, monkeypatch, connect_timeout=None) as way:
        command = [sys.executable, "-m", "caspen_qbo", job, "--workspace", "1"]
        environ = {**os.environ, "CASPEN_QBO_STATEMENT_SECONDS": "2"}
        process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
        deadline = time.monotonic() + 60
        while flow.sync_rows("SELECT count(*) FROM qbo_sync.sync_run WHERE finished_at IS NULL") == [(0,)]:
            assert time.monotonic() < deadline and process.poll() is None, process.communicate()
            time.sleep(0.05)
        way.silence()
        flow.door("faults", seed=1, rules=[])
        _, err = process.communicate(timeout=60)
        assert process.returncode == 75, err.decode()
        assert b"Traceback" not in err
        way.speak()
        done = run_command("post")
        assert done.returncode == 0, done.stderr
    assert len(flow.books("Invoice")) == 2
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.sync_run WHERE finished_at IS NULL") == [(0,)]


def test_a_stopped_process_gives_staff_their_invoice_back(clinic: Clinic) -> None:
    insert_invoice(clinic.staff, 1, "10.00")
    session = Session("caspen_db", replace(QUICK, idle=1))
    with pytest.raises(CaspenUnavailableError), session.transaction():
        CaspenBilling(session)._lock_invoices(1, [1])
        started = time.monotonic()
        clinic.staff.execute(
            "UPDATE caspen.invoice SET issue_date = issue_date WHERE id = 1"
        )  # as a stop lets it
        assert time.monotonic() - started < 5
        session.fetch_one("caspen/select_clock")
    assert CASPEN.idle <= 15


def test_while_an_invoice_is_locked_staff_may_add_what_refers_to_it(clinic: Clinic) -> None:
    insert_invoice(clinic.staff, 1, "10.00")
    session = Session("caspen_db", QUICK)
    with session.transaction(), clinic.open_staff() as desk:
        CaspenBilling(session)._lock_invoices(1, [1])
        desk.execute("SET lock_timeout = '1s'")
        desk.execute("SELECT FROM caspen.invoice WHERE id = 1 FOR KEY SHARE")  # what a foreign key asks for
        with pytest.raises(LockNotAvailable):
            desk.execute("UPDATE caspen.invoice SET balance = balance WHERE id = 1")
        desk.rollback()
    session.close()


def test_a_payment_being_changed_lets_nobody_allocate_it(clinic: Clinic) -> None:
    insert_invoice(clinic.staff, 1, "10.00")
    payment_id = clinic.billing.record_payment(PAYMENT).payment_id
    session = Session("caspen_db", QUICK)
    with session.transaction(), clinic.open_staff() as desk:
        session.fetch_one("caspen/lock_payment", {"payment_id": payment_id})
        desk.execute("SET lock_timeout = '500ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            desk.execute("SELECT FROM caspen.payment WHERE id = %s FOR KEY SHARE", [payment_id])
        desk.rollback()
    session.close()
