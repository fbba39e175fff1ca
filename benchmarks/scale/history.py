"""Whether a run feels a practice's past: the same new invoices over 100,000 old ones, then over 2,000,000.

    python -m benchmarks.scale.history [--small N] [--large N]

The old ones are rows of both databases, posted and equal, without their lines, which no such run reads. New
invoices are posted by the real use case against the sandbox. Best of the repetitions, as a ratio.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass

import psycopg

from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments
from ops.local.postgres import Database
from tests.support.flow import Flow
from tests.support.standalone import Services, services

SMALL, LARGE, NEW, REPETITIONS = 100_000, 2_000_000, 20, 5
OFFSET = 10_000_000
"""Ids of the old ones begin after it."""
OLD_IN_CASPEN = """
INSERT INTO caspen.invoice (id, workspace_id, number, client_id, issue_date, due_date, status, tax_mode,
  subtotal, tax_total, total, balance, quickbooks_status, created_at, finalised_at, revision, updated_at)
OVERRIDING SYSTEM VALUE
SELECT %(offset)s + n, i.workspace_id, 'OLD-' || n, i.client_id, DATE '2024-01-01' + (n %% 600)::int,
       DATE '2024-02-01' + (n %% 600)::int, 'paid', i.tax_mode, i.subtotal, i.tax_total, i.total, 0, 'Synced',
       at.moment, at.moment, 1, at.moment
FROM generate_series(%(first)s::bigint, %(last)s) n
CROSS JOIN (SELECT * FROM caspen.invoice WHERE workspace_id = 1 ORDER BY id LIMIT 1) i
CROSS JOIN LATERAL (SELECT TIMESTAMPTZ '2024-01-01' + n %% 600 * interval '1 day' AS moment) at
"""
OLD_DOCUMENTS = """
INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number, invoice_id,
  client_id, document_date, due_date, subtotal, tax, total, balance, caspen_status, finalised, wanted,
  version, synced_version, shown_status, updated_at, staged_at)
SELECT 1, 'invoice', %(offset)s + n, 'OLD-' || n, %(offset)s + n, d.client_id,
       DATE '2024-01-01' + (n %% 600)::int,
       DATE '2024-02-01' + (n %% 600)::int, d.subtotal, d.tax, d.total, 0, 'paid', true, 'present',
       'revision 1', 'revision 1', 'Synced', TIMESTAMPTZ '2024-01-01' + n %% 600 * interval '1 day', now()
FROM generate_series(%(first)s::bigint, %(last)s) n
CROSS JOIN (SELECT * FROM qbo_sync.document WHERE document_kind = 'invoice' ORDER BY document_id LIMIT 1) d
"""
OLD_LINKS = """
INSERT INTO qbo_sync.document_link (workspace_id, realm_id, document_kind, document_id, quickbooks_type,
  quickbooks_id, doc_number, customer_id, sync_token, caspen_subtotal, caspen_tax, caspen_total,
  quickbooks_subtotal, quickbooks_tax, quickbooks_total, as_posted, posted_at, verified_at)
SELECT 1, l.realm_id, 'invoice', %(offset)s + n, 'Invoice', 'old' || n, 'OLD-' || n, l.customer_id, '0',
       l.caspen_subtotal, l.caspen_tax, l.caspen_total, l.quickbooks_subtotal, l.quickbooks_tax,
       l.quickbooks_total, l.as_posted, TIMESTAMPTZ '2024-01-01' + n %% 600 * interval '1 day', now()
FROM generate_series(%(first)s::bigint, %(last)s) n
CROSS JOIN (
  SELECT * FROM qbo_sync.document_link WHERE document_kind = 'invoice' ORDER BY document_id LIMIT 1
) l
"""


@dataclass(frozen=True)
class Measured:
    """Seconds, best of the repetitions."""

    small: int
    large: int
    posts: tuple[float, float]
    """Of a run that posts the new ones, over the small and over the large past."""
    idle: tuple[float, float]
    """Of one that finds nothing to do."""
    imports: tuple[float, float]

    @property
    def ratio(self) -> float:
        """The worst of the three."""
        return max(many / few for few, many in (self.posts, self.idle, self.imports))


def measure(
    started: Services, small: int = SMALL, large: int = LARGE, repetitions: int = REPETITIONS
) -> Measured:
    with started.caspen.fresh() as caspen, started.sync.fresh() as sync:
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            flow.invoice("120.00")
            flow.post()
            taken = []
            for first, last in ((1, small), (small + 1, large)):
                _add_old(caspen, sync, first, last)
                flow.post()  # adds them to the ledger's counters
                for database in (caspen, sync):
                    with psycopg.connect(database.uri, autocommit=True) as connection:
                        connection.execute("VACUUM ANALYZE")
                taken.append(_best(flow, repetitions))
        finally:
            flow.close()
    posts, idle, imports = zip(*taken, strict=True)
    return Measured(small, large, posts, idle, imports)


def _add_old(caspen: Database, sync: Database, first: int, last: int) -> None:
    rows = {"first": first, "last": last, "offset": OFFSET}
    with psycopg.connect(caspen.uri, autocommit=True) as connection:
        connection.execute("ALTER TABLE caspen.invoice DISABLE TRIGGER USER")
        connection.execute(OLD_IN_CASPEN, rows)
        connection.execute("ALTER TABLE caspen.invoice ENABLE TRIGGER USER")
    with psycopg.connect(sync.uri, autocommit=True) as connection:
        for statement in (OLD_DOCUMENTS, OLD_LINKS):
            connection.execute(statement, rows)


def _best(flow: Flow, repetitions: int) -> tuple[float, float, float]:
    posts: list[float] = []
    idle: list[float] = []
    imports: list[float] = []
    for _ in range(repetitions + 1):  # the first fills the caches
        for _ in range(NEW):
            flow.invoice("120.00")
        for seconds, run in ((posts, flow.post), (idle, flow.post), (imports, lambda: _import(flow))):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
    return min(posts[1:]), min(idle[1:]), min(imports[1:])


def _import(flow: Flow) -> None:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("import")) as session:
        import_payments(session)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        found = measure(started, asked.small, asked.large)
    print(f"over {found.small:,} and {found.large:,} old invoices, seconds")
    for name, (few, many) in (
        (f"a run that posts {NEW} invoices", found.posts),
        ("a run that finds nothing", found.idle),
        ("an import that asks", found.imports),
    ):
        print(f"  {name:28}{few:8.3f}{many:8.3f}   ratio {many / few:.2f}")


if __name__ == "__main__":
    main()
