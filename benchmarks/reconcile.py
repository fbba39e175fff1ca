"""Reconciling a million invoices: time as a ratio to the plain SQL join of the same tables in the same run,
and memory.

    python -m benchmarks.reconcile [--rows N] [--practices N]

Measured is what a shard's task does once both sides are stored, by the functions it calls: freeze the
comparison of each practice, check all of them in one run of Great Expectations, write the differences of each
and cross-check the two. The practices of a shard share a session. Measured separately: loading Great
Expectations, since it takes the same few seconds for ten rows; the checks of Caspen's own rows, which compare
nothing; and what signed periods add, here all of it signed. The plain join reads the same three tables and
fetches every differing row, once with the server's own settings and once with the memory that the freeze
takes for itself.

With several practices the rows are shared out among them, each is reconciled for itself, and the plain join
reads all of them in one statement.

As on any night but the first, a comparison of the night before is there to be replaced, and the server has
vacuumed since.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from ops.local.environment import common_settings, connection_json
from ops.local.postgres import Database, temporary_postgres
from ops.paths import ROOT

if TYPE_CHECKING:
    from caspen_qbo.core.reconciling.stored import StoredReport
    from caspen_qbo.core.records import DocumentKind
    from caspen_qbo.hooks.store import Store, WorkspaceStore
    from caspen_qbo.usecases.shared.session import Session

WORKSPACE, REALM = 1, "9130000000000001"

_DOCUMENTS = """
INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number, invoice_id,
  client_id, document_date, due_date, subtotal, tax, total, balance, caspen_status, finalised, wanted,
  version, synced_version, updated_at)
SELECT 1 + n / 1000 %% %(practices)s, 'invoice', n, 'INV-' || n, n, n %% 20000,
       DATE '2026-01-01' + (n %% 300)::int, DATE '2026-02-01', s, round(s / 10, 2), s + round(s / 10, 2), 0,
       'paid', true, 'present', 'revision 1', 'revision 1',
       now()
FROM (SELECT n, (20 + n %% 30000 / 100.0)::numeric(12,2) AS s FROM generate_series(1, %(rows)s::bigint) n) x
"""
_LINKS = """
INSERT INTO qbo_sync.document_link (workspace_id, realm_id, document_kind, document_id, quickbooks_type,
  quickbooks_id, doc_number, customer_id, sync_token, caspen_subtotal, caspen_tax, caspen_total,
  quickbooks_subtotal, quickbooks_tax,  quickbooks_total, as_posted)
SELECT d.workspace_id, (%(realm)s::bigint + d.workspace_id - 1)::text,
       'invoice', d.document_id, 'Invoice', d.document_id::text, d.document_number,
       d.client_id::text, '1',
       d.subtotal, d.tax, d.total, d.subtotal, d.tax, d.total, jsonb_build_object('sync_token', '1')
FROM qbo_sync.document d
"""
_SNAPSHOT = """
INSERT INTO qbo_sync.snapshot (realm_id, quickbooks_type, quickbooks_id, sync_token, doc_number, customer_id,
  txn_date, due_date, subtotal, tax, total, balance, facts)
SELECT (%(realm)s::bigint + d.workspace_id - 1)::text,
       'Invoice', d.document_id::text, '1', d.document_number, d.client_id::text,
       d.document_date, d.due_date,
       d.subtotal + CASE WHEN fault = 0 THEN 1 ELSE 0 END, d.tax + CASE WHEN fault = 1 THEN 0.01 ELSE 0 END,
       d.total + CASE WHEN fault IN (0, 1) THEN 0.01 ELSE 0 END,
       d.balance + CASE WHEN fault = 2 THEN 5 ELSE 0 END,
       jsonb_build_object('private_note',
                          'Caspen [caspen:' || d.workspace_id || ':invoice:' || d.document_id || ']',
                          'lines', jsonb_build_array(
         jsonb_build_object('amount', d.subtotal::text, 'description', 'Consultation', 'item_id', '1',
                            'tax_code_id', '5', 'quantity', '1')))
FROM (SELECT *, CASE WHEN document_id %% 1000 = 0 THEN document_id / 1000 %% 4 END AS fault
      FROM qbo_sync.document) d
WHERE fault IS DISTINCT FROM 3
"""
_PLAIN_JOIN = """
SELECT d.document_kind, d.document_id, d.document_number, d.subtotal, s.subtotal, d.tax, s.tax, d.total,
       s.total,
       d.balance, s.balance, l.customer_id, s.customer_id, d.document_date, s.txn_date, d.document_number,
       s.doc_number
FROM qbo_sync.document d
JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
LEFT JOIN qbo_sync.snapshot s
  ON s.realm_id = l.realm_id AND s.quickbooks_type = l.quickbooks_type AND s.quickbooks_id = l.quickbooks_id
WHERE (d.subtotal, d.tax, d.total, d.balance, l.customer_id, d.document_date, d.document_number)
      IS DISTINCT FROM (s.subtotal, s.tax, s.total, s.balance, s.customer_id, s.txn_date, s.doc_number)
"""


@dataclass(frozen=True)
class Measured:
    """Seconds of wall time, best of the repetitions; memory of this process at its highest."""

    rows: int
    differing: int
    plain_join: float
    plain_join_with_memory: float
    """The same join with the memory of the freeze."""
    freeze: float
    checks: float
    write: float
    own_rows: float
    """The checks of Caspen's own rows, in no sum: they compare nothing, and the join does not read them."""
    first_signature: float
    """Recording the figures of all of them; of the first practice's, where there are several."""
    hold_signed: float
    """What a night adds once they are signed: the signed figures against the comparison."""
    load_great_expectations: float
    peak_mib: int

    @property
    def total(self) -> float:
        return self.freeze + self.checks + self.write

    @property
    def ratio(self) -> float:
        return self.total / self.plain_join

    @property
    def ratio_with_memory(self) -> float:
        return self.total / self.plain_join_with_memory


def measure(rows: int, repetitions: int = 3, practices: int = 1) -> Measured:
    """Load both sides into a throw-away PostgreSQL, then reconcile and join in turn; the best of each."""
    with temporary_postgres() as server:
        database = server.ensure_database("bench", "bench-Qm4Lx9", owner="caspen_qbo")
        _prepare(database, rows, practices)
        return _measure(database, rows, repetitions, practices)


def _prepare(database: Database, rows: int, practices: int) -> None:
    os.environ.update(common_settings())
    os.environ["AIRFLOW_CONN_SYNC_DB"] = connection_json("postgres", database)
    subprocess.run(
        [sys.executable, "-m", "caspen_qbo", "migrate"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    with psycopg.connect(database.uri, autocommit=True) as connection:
        for statement in (_DOCUMENTS, _LINKS, _SNAPSHOT):
            connection.execute(statement, {"rows": rows, "realm": REALM, "practices": practices})
        connection.execute("VACUUM ANALYZE")


def _measure(database: Database, rows: int, repetitions: int, practices: int) -> Measured:
    from caspen_qbo.hooks.store import Store
    from caspen_qbo.quality.practice import check_own_rows
    from caspen_qbo.quality.suites import import_gx
    from caspen_qbo.quality.validate import Verdict, validate_all
    from caspen_qbo.queries import load
    from caspen_qbo.usecases.reconciling.run import cross_check, freeze

    loading = _timed(import_gx)[0]
    opened = Store()
    sessions = [_session(opened, id_) for id_ in range(WORKSPACE, WORKSPACE + practices)]
    best: dict[str, float] = {}
    differing = 0

    def freeze_all(run_id: str) -> dict[int, Mapping[DocumentKind, int]]:
        for session in sessions:
            session.run_id = run_id
        return {session.workspace_id: freeze(session) for session in sessions}

    def write_all(run_id: str, checked: dict[int, Verdict]) -> int:
        written = 0
        for session in sessions:
            store = session.store
            store.reconciliation.start(run_id, full=True)
            with store.transaction():
                written += store.comparison.write_differences(run_id)
                verdict = checked[session.workspace_id]
                if isinstance(verdict, Exception):
                    raise verdict
                cross_check(verdict, store.comparison.count_failing(run_id))
        return written

    freeze_all("before")
    with psycopg.connect(database.uri, autocommit=True) as plain:
        for number in range(repetitions):
            run_id = f"run{number}"
            plain.execute("VACUUM qbo_sync.comparison")
            took, found = _timed(lambda: plain.execute(_PLAIN_JOIN).fetchall())
            differing = len(found)
            _best(best, "plain_join", took)
            with plain.transaction():
                plain.execute(load("reconciling/comparison/set_memory"))
                took, _ = _timed(lambda: plain.execute(_PLAIN_JOIN).fetchall())
            _best(best, "plain_join_with_memory", took)
            took, frozen = _timed(lambda run_id=run_id: freeze_all(run_id))
            _best(best, "freeze", took)
            took, checked = _timed(lambda frozen=frozen: validate_all(frozen))
            _best(best, "checks", took)
            took, own = _timed(lambda frozen=frozen: check_own_rows(list(frozen)))
            _best(best, "own_rows", took)
            if not all(own.values()):
                raise AssertionError("Caspen's own rows were not checked")
            took, written = _timed(lambda run_id=run_id, checked=checked: write_all(run_id, checked))
            _best(best, "write", took)
            if written < differing:
                raise AssertionError(f"{written} differences written, {differing} documents differ")
    best |= _sign(sessions[0].store, f"run{repetitions - 1}", rows // practices)
    opened.close()
    return Measured(rows, differing, load_great_expectations=loading, peak_mib=_peak_mib(), **best)


def _session(opened: Store, id_: int) -> Session:
    """Of a practice whose both sides are stored: neither system is asked any more."""
    from caspen_qbo import settings
    from caspen_qbo.core.records import TaxMode, Workspace
    from caspen_qbo.errors import QboAuthError
    from caspen_qbo.hooks.caspen.billing import CaspenBilling
    from caspen_qbo.hooks.database import Database as Opened
    from caspen_qbo.hooks.intuit.disconnected import DisconnectedAccounting
    from caspen_qbo.hooks.store.connection.setup import ConnectionFacts
    from caspen_qbo.usecases.shared.session import Session

    store, now = opened.for_workspace(id_), datetime.now(UTC)
    workspace = Workspace(id_, f"Practice {id_}", "AU", "AUD", "UTC", TaxMode.EXCLUSIVE)
    facts = ConnectionFacts(
        id_, _realm(store), "Bench", now, now, None, None, None, "connected", None, None, "AUD", 1
    )
    unasked = DisconnectedAccounting(facts.realm_id, QboAuthError("QuickBooks is not asked."))
    billing = CaspenBilling(Opened(settings.CASPEN_CONN_ID))
    return Session("before", workspace, facts, billing, unasked, store)


def _peak_mib() -> int:
    """Of this process since it was started; what the kernel otherwise counts is also its parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _realm(store: WorkspaceStore) -> str:
    return str(int(REALM) + store.workspace_id - WORKSPACE)


def _sign(store: WorkspaceStore, run_id: str, documents: int) -> dict[str, float]:
    """Sign everything that the last run froze, and hold it against that, as each night after does."""
    with store.transaction():
        report = _report(documents)
        store.reconciliation.finish(run_id, report, checks=[], differences=0, success=True, calls={})
        frozen = store.sign_off.lock_frozen()
        assert frozen, "nothing was frozen"
        signing, signed = _timed(lambda: store.sign_off.sign(frozen, who="bench", through=date(2027, 1, 1)))
    if signed is None:
        raise AssertionError("nothing was signed")
    with store.transaction():
        watching, _ = _timed(lambda: store.sign_off.find_changes(_realm(store)))
    return {"first_signature": signing, "hold_signed": watching}


def _report(documents: int) -> StoredReport:
    from caspen_qbo.core.reconciling.stored import LedgerLine, StoredReport
    from caspen_qbo.core.records import DocumentKind

    now = datetime.now(UTC)
    return StoredReport(
        workspace="Bench",
        currency="AUD",
        company="Bench",
        realm_id=REALM,
        at=now,
        time_zone="UTC",
        local_date=now.date(),
        compared={DocumentKind.INVOICE: documents},
        ledger=dict.fromkeys(DocumentKind, LedgerLine(0, 0, 0, 0, 0, 0)),
    )


def _timed(work: Callable) -> tuple:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result


def _best(best: dict[str, float], name: str, seconds: float) -> None:
    best[name] = min(seconds, best.get(name, seconds))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--practices", type=int, default=1)
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    result = measure(asked.rows, asked.repetitions, asked.practices)
    if asked.json:
        print(
            json.dumps(
                {
                    **asdict(result),
                    "total": result.total,
                    "ratio": result.ratio,
                    "ratio_with_memory": result.ratio_with_memory,
                }
            )
        )
        return
    print(f"{result.rows:,} invoices on each side, {result.differing:,} differ")
    print(f"plain SQL join               {result.plain_join:6.2f} s")
    print(f"  with the freeze's memory     {result.plain_join_with_memory:6.2f} s")
    print(f"freeze the comparison        {result.freeze:6.2f} s")
    print(
        f"checks (Great Expectations)  {result.checks:6.2f} s   (loading it: "
        f"{result.load_great_expectations:.1f} s)"
    )
    print(f"write and cross-check        {result.write:6.2f} s")
    print(f"Caspen's own rows, apart     {result.own_rows:6.2f} s")
    print(f"ratio to the plain join      {result.ratio:6.2f}")
    print(f"  to the one with its memory {result.ratio_with_memory:6.2f}")
    print(f"signing all of it            {result.first_signature:6.2f} s")
    print(f"  each night after             {result.hold_signed:6.2f} s")
    print(f"peak memory of the process   {result.peak_mib:6d} MiB")


if __name__ == "__main__":
    main()
