"""The front door and the search with many practices: the same few statements, each by index, at a like cost.

``ops/long-proofs many`` runs this with 10,000 practices and 2,000,000 documents, and holds it to the figures.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest

from caspen_qbo import wiring
from caspen_qbo.core.monitoring.search import read_sought
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.store.posting.finding import find_documents
from caspen_qbo.queries import load
from caspen_qbo.settings import SYNC_CONN_ID
from caspen_qbo.usecases.monitoring import readers
from caspen_qbo.usecases.monitoring.overview import refresh_all
from tests.integration.ui.conftest import Pages
from tests.support.flow import Flow
from tests.support.statements import sent_statements

pytestmark = [pytest.mark.postgres, pytest.mark.sandbox]

PRACTICES = int(os.environ.get("CASPEN_QBO_MANY_PRACTICES", "300"))
DOCUMENTS = int(os.environ.get("CASPEN_QBO_MANY_DOCUMENTS", "6000"))
FEW = 10
LARGE = PRACTICES >= 10_000
ROUNDS = 9 if LARGE else 1
TIMES_MOST = 3.0
"""The page of 10,000 practices costs the server at most so many times the one of 10."""
SEARCH_SECONDS = 1.0

PRACTICES_THAT_POST = """
INSERT INTO qbo_sync.connection (workspace_id, realm_id, status, connected_at, refresh_expires_at)
SELECT i, 'realm-' || i, 'connected', now() - interval '1 year', now() + interval '90 days'
FROM generate_series(%(first)s::bigint, %(last)s) i
"""
SETTINGS = """
INSERT INTO qbo_sync.settings (workspace_id, payment_account_id, service_item_id, product_item_id)
SELECT i, '35', '1', '2' FROM generate_series(%(first)s::bigint, %(last)s) i
"""
RUNS = """
INSERT INTO qbo_sync.sync_run
  (run_id, workspace_id, job, started_at, finished_at, finalised, waiting, success)
SELECT 'r-' || j, i, j, now() - interval '1 hour', now() - interval '1 hour', 9, mod(i, 3), true
FROM generate_series(%(first)s::bigint, %(last)s) i, unnest(ARRAY['post', 'import', 'reconcile']) j
"""
MONTHS = """
INSERT INTO qbo_sync.month_close
  (workspace_id, realm_id, month, run_id, sign_off_id, closed_at, closed_by, pack, changed)
SELECT i, 'realm-' || i, m::date, 'r', 1, now(), 'airflow:ann', '{}', mod(i, 7) / 6
FROM generate_series(%(first)s::bigint, %(last)s) i,
     generate_series(date_trunc('month', now()) - interval '12 months', now(), interval '1 month') m
WHERE mod(i, 2) = 0
"""
INVOICES = """
INSERT INTO qbo_sync.document
  (workspace_id, document_kind, document_id, document_number, invoice_id, document_date, total, currency,
   caspen_status, finalised, wanted, version, synced_version, updated_at)
SELECT i, 'invoice', i * 1000000 + n, 'INV-' || lpad(n::text, 5, '0'), i * 1000000 + n,
       DATE '2026-01-01' + mod(n, 300), mod(n, 97) + 0.50, 'AUD', 'paid', true, 'present', 'v', 'v', now()
FROM generate_series(%(first)s::bigint, %(last)s) i, generate_series(1, %(each)s) n
"""
LINKS = """
INSERT INTO qbo_sync.document_link
  (workspace_id, realm_id, document_kind, document_id, quickbooks_type, quickbooks_id, doc_number,
   caspen_total, quickbooks_total)
SELECT workspace_id, 'realm-' || workspace_id, document_kind, document_id, 'Invoice',
       (mod(document_id, 1000000) + workspace_id * 13)::text, document_number, total, total
FROM qbo_sync.document WHERE workspace_id BETWEEN %(first)s AND %(last)s
"""


def fill(flow: Flow, first: int, last: int, documents: int) -> None:
    """Practices that post, with their invoices; every second one has closed a year of months."""
    flow.caspen.execute(
        "INSERT INTO caspen.workspace (id, name) OVERRIDING SYSTEM VALUE"
        " SELECT i, 'Practice ' || i FROM generate_series(%s::bigint, %s) i",
        [first, last],
    )
    values = {"first": first, "last": last, "each": documents // max(1, last - first + 1)}
    with flow.sync.connect() as connection:
        for statement in (PRACTICES_THAT_POST, SETTINGS, RUNS, MONTHS, INVOICES, LINKS):
            connection.execute(statement, values)
    with wiring.open_store() as store, wiring.open_billing() as billing:
        refresh_all(store, billing)
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@pytest.fixture(autouse=True)
def _nothing_was_read_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_lately", {})


def seconds(act: Callable[[], Any]) -> float:
    """The median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


@pytest.mark.timeout(3000 if LARGE else 300)
def test_the_cost_of_the_front_door_and_of_a_search_does_not_grow_with_the_practices(
    flow: Flow, pages: Pages
) -> None:
    door = pages.as_("viewer")
    places = {
        "front door": "/",
        "month end not closed": "/?closing=not_closed",
        "number": "/search?text=INV-00007",
        "beginning": "/search?text=INV-000",
        "amount": "/search?text=$44.50",
        "end of a number": "/search?text=7",
        "QuickBooks id": "/search?text=57",
    }
    taken: dict[str, list[float]] = {name: [] for name in places}
    sent: dict[str, list[int]] = {name: [] for name in places}
    for first, last, documents in ((2, FEW, 2_000), (FEW + 1, PRACTICES, DOCUMENTS)):
        fill(flow, first, last, min(documents, DOCUMENTS))
        for name, path in places.items():
            assert door.get(path).status_code == 200  # what is loaded once
            with sent_statements() as statements:
                answer = door.get(path)
                assert answer.status_code == 200 and "Practice " in answer.text, name
            sent[name].append(len(statements))
            taken[name].append(seconds(partial(door.get, path)))
    for name, (few, many) in taken.items():
        print(f"{name}: {few * 1000:.0f} ms with {FEW}, {many * 1000:.0f} ms with {PRACTICES:,} practices")
    assert all(few == many for few, many in sent.values()), sent
    assert read_whole("INV-00007", None) == read_whole("57", list(range(1, 40))) == set()
    if LARGE:
        few, many = taken["front door"]
        assert many <= TIMES_MOST * few, (few, many)
        assert all(many < SEARCH_SECONDS for name, (_, many) in taken.items() if "text" in places[name]), (
            taken
        )


def read_whole(typed: str, visible: list[int] | None) -> set[str]:
    """Tables that a search reads from end to end."""
    seen: list[str] = []

    class Explaining(Session):
        def fetch_values(self, kind: Any, name: str, params: Any = None) -> list[Any]:
            if not LARGE:  # a small table is read whole at less cost: that it need not be is what is asked
                self.connection.execute("SET enable_seqscan = off")
            rows = self.connection.execute(f"EXPLAIN {load(name)}", params).fetchall()
            seen.extend(str(next(iter(row.values() if isinstance(row, dict) else row))) for row in rows)
            return []

    session = Explaining(SYNC_CONN_ID)
    try:
        find_documents(session, read_sought(typed), visible, most=500, shown=50)
    finally:
        session.close()
    assert any("document_found_number" in line for line in seen), seen
    return {found[1] for line in seen if (found := re.search(r"Seq Scan on (document\w*)", line))}
