"""Practices made in bulk, as the benchmark of ten thousand makes them, work like one made by hand."""

from __future__ import annotations

import pytest

from benchmarks.scale.at_once import count_statements
from benchmarks.scale.crowd import connect_many
from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from caspen_seed.scale import add_an_invoice_each
from ops.local.postgres import Database
from tests.support.flow import Flow

pytestmark = pytest.mark.postgres

STATEMENTS = {"post": 5, "import": 6, "reconcile": 4}
"""Of finding the work, two of them to open two sessions; the same for ten thousand practices."""
STATEMENTS_MOST = 6


def test_each_posts_its_own_invoice_once_to_its_own_company(flow: Flow, caspen_db: Database) -> None:
    flow.post()
    connect_many(flow, caspen_db.uri, 3)
    add_an_invoice_each(caspen_db.uri)
    for id_ in (1, 2, 3, 2, 3):
        with wiring.open_session(id_, f"run-{id_}") as session:
            post(session)
    statuses = flow.caspen_rows("SELECT workspace_id, quickbooks_status FROM caspen.invoice ORDER BY 1")
    assert statuses == [(1, "Synced"), (2, "Synced"), (3, "Synced")]
    realms = [realm for (realm,) in flow.sync_rows("SELECT realm_id FROM qbo_sync.connection")]
    assert len(set(realms)) == 3
    for realm in realms:
        flow.realm = realm
        assert [len(flow.books(entity)) for entity in ("Invoice", "Customer")] == [1, 2]
    counted = {job: count_statements(job)[0] for job in STATEMENTS}
    assert counted == STATEMENTS and max(counted.values()) <= STATEMENTS_MOST
