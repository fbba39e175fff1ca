"""Finding what changed in Caspen: by index however old the practice is, and never missing a late commit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg import Connection

from caspen_qbo import queries
from caspen_qbo.core.posting.cursor import Checkpoint, Horizon, advance
from caspen_qbo.core.records import Changes
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import CLIENT, WORKSPACE, insert_invoice, insert_standing
from tests.support.services import DatabaseFactory

pytestmark = pytest.mark.postgres

OLD_INVOICES = 200_000


class TestLateCommits:
    """What the use case does, step by step: look, read from the cursor, move the cursor."""

    position: datetime
    checkpoints: tuple[Checkpoint, ...]

    @pytest.fixture(autouse=True)
    def begin(self, clinic: Clinic) -> None:
        insert_invoice(clinic.staff, 1, "10.00")
        self.position = clinic.billing.fetch_horizon().now
        self.checkpoints = ()

    def run(self, clinic: Clinic) -> tuple[int, ...]:
        """One run of ours; the invoices it saw."""
        look = clinic.billing.fetch_horizon()
        changes = clinic.billing.fetch_changes(WORKSPACE, self.position)
        self.position, self.checkpoints = advance(self.position, self.checkpoints, look)
        return changes.invoice_ids

    def test_a_row_stamped_before_the_look_and_committed_after_later_ones_is_found(self, clinic):
        with clinic.open_staff() as slow:
            insert_invoice(slow, 2, "10.00")
            stamped = slow.execute("SELECT updated_at FROM caspen.invoice WHERE id = 2").fetchone()[0]
            for id_ in (3, 4, 5):
                insert_invoice(clinic.staff, id_, "10.00")
                assert id_ in self.run(clinic)
            assert all(look.at > stamped for look in self.checkpoints)  # a plain cursor has passed it
            slow.commit()
        assert 2 in self.run(clinic)

    def test_it_is_found_also_when_it_is_the_only_transaction_there_is(self, clinic):
        with clinic.open_staff() as slow:
            insert_invoice(slow, 2, "10.00")
            assert [self.run(clinic) for _ in range(3)] == [(), (), ()]
            slow.commit()
        assert self.run(clinic) == (2,)

    def test_a_row_changed_through_a_savepoint_is_found(self, clinic):
        with clinic.open_staff() as slow:
            with slow.transaction():
                slow.execute("UPDATE caspen.invoice SET reference = 'a' WHERE id = 1")
                with slow.transaction():
                    insert_invoice(slow, 2, "10.00")
                assert [self.run(clinic) for _ in range(2)] == [(), ()]
        assert sorted(self.run(clinic)) == [1, 2]

    def test_an_idle_practice_leaves_nothing_to_read_again(self, clinic):
        insert_invoice(clinic.staff, 2, "10.00")
        assert [self.run(clinic) for _ in range(3)] == [(2,), (2,), ()]

    def test_the_look_takes_the_clock_before_the_numbers(self, clinic):
        first = clinic.billing.fetch_horizon()
        second = clinic.billing.fetch_horizon()
        assert isinstance(first, Horizon) and first.now.utcoffset() == timedelta(0)
        assert first.oldest_open <= first.next_number < second.oldest_open
        assert first.now < second.now


@pytest.fixture(scope="module")
def practice(caspen_databases: DatabaseFactory) -> Iterator[Connection]:
    """Years of billing: an invoice every ten minutes, each tenth with a credit note, each second one paid."""
    with caspen_databases.fresh() as database, database.connect(autocommit=True) as connection:
        insert_standing(connection)
        for table in ("invoice", "credit_note", "payment", "payment_allocation"):
            connection.execute(f"ALTER TABLE caspen.{table} DISABLE TRIGGER USER")
        ids = {"ws": WORKSPACE, "client": CLIENT, "n": OLD_INVOICES}
        connection.execute(
            """
            INSERT INTO caspen.invoice (
              id, workspace_id, number, client_id, issue_date, due_date, status, tax_mode, total,
              created_at, finalised_at, updated_at)
            SELECT n, %(ws)s, 'INV-' || n, %(client)s, d, d, 'paid', 'exclusive', 10, d, d, d
            FROM (SELECT n, timestamptz '2022-01-01' + n * interval '10 minutes' AS d
                  FROM generate_series(1, %(n)s) AS n)
            """,
            ids,
        )
        connection.execute(
            """
            INSERT INTO caspen.credit_note (
              id, workspace_id, number, invoice_id, reason, issue_date, tax_mode,
              subtotal, tax_total, total, updated_at)
            SELECT id, workspace_id, 'CN-' || id, id, '', issue_date, tax_mode, 1, 0, 1, updated_at
            FROM caspen.invoice WHERE id %% 10 = 0
            """,
            ids,
        )
        connection.execute(
            """
            INSERT INTO caspen.payment (id, workspace_id, number, client_id, method, payment_date, amount)
            VALUES (1, %(ws)s, 'PAY-1', %(client)s, 'Cash', '2022-01-01', 1000000)
            """,
            ids,
        )
        connection.execute(
            """
            INSERT INTO caspen.payment_allocation (
              id, workspace_id, payment_id, invoice_id, amount, updated_at)
            SELECT id, workspace_id, 1, id, 10, updated_at FROM caspen.invoice WHERE id %% 2 = 0
            """,
            ids,
        )
        connection.execute("ANALYZE")
        yield connection


class TestOldPractice:
    @pytest.mark.parametrize("repeats", [1, 12], ids=["first time", "prepared"])
    @pytest.mark.parametrize(("minutes_back", "rows"), [(-1, 0), (95, 16)])
    def test_a_run_reads_a_handful_of_rows_by_index(self, practice, minutes_back, rows, repeats):
        newest = practice.execute("SELECT max(updated_at) FROM caspen.invoice").fetchone()[0]
        params = {"workspace_id": WORKSPACE, "since": newest - timedelta(minutes=minutes_back)}
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + queries.load("caspen/select_changes")

        for _ in range(repeats):
            plan = practice.execute(explain, params).fetchone()[0][0]["Plan"]

        nodes = list(walk(plan))
        scans = [node for node in nodes if "Relation Name" in node]
        assert {node["Relation Name"] for node in scans} == {"invoice", "credit_note", "payment_allocation"}
        assert {node["Node Type"] for node in scans} <= {"Index Scan", "Index Only Scan"}
        assert plan["Actual Rows"] == rows
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 40
        assert all(node.get("Rows Removed by Filter", 0) == 0 for node in nodes)

    def test_related_documents_of_one_invoice_need_no_scan_of_allocations(self, practice):
        explain = "EXPLAIN (ANALYZE, FORMAT JSON) " + queries.load("caspen/select_related")
        since = datetime(2000, 1, 1, tzinfo=UTC)
        params = {"workspace_id": WORKSPACE, "invoice_ids": [OLD_INVOICES], "made_since": since}
        nodes = list(walk(practice.execute(explain, params).fetchone()[0][0]["Plan"]))
        indexed = [node for node in nodes if node.get("Index Name") == "payment_allocation_invoice_id_idx"]
        assert [node["Actual Rows"] for node in indexed] == [1]


def walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("Plans", ()):
        yield from walk(child)


def test_changes_are_ids_by_kind_and_workspace(clinic):
    insert_invoice(clinic.staff, 1, "10.00")
    since = clinic.billing.fetch_horizon().now
    insert_invoice(clinic.staff, 3, "10.00")
    insert_invoice(clinic.staff, 2, "10.00")
    assert clinic.billing.fetch_changes(WORKSPACE, since) == Changes((3, 2), (), ())
    assert clinic.billing.fetch_changes(404, since) == Changes((), (), ())
