"""The ledger's counters are the full count, whatever changes documents or links, by whom, and at once."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest

from caspen_qbo import queries, settings, wiring
from caspen_qbo.errors import InvariantError
from caspen_qbo.hooks.caspen import reads
from caspen_qbo.hooks.store.posting.ledger import LedgerStore
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.ledger import close_ledger, read_ledger
from ops.local.environment import connection_json
from ops.local.postgres import Database
from tests.support.command_line import run_command
from tests.support.flow import Flow

pytestmark = pytest.mark.postgres

STAGE = """INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number,
  invoice_id, total, caspen_status, finalised, wanted, version, synced_version, updated_at)
SELECT {w}, '{kind}', {id} + n, 'N', {id}, 1, 'open', {flag}, 'present', 'v', {synced}, now()
FROM generate_series(0, {few}) n ON CONFLICT (workspace_id, document_kind, document_id) DO UPDATE
SET finalised = excluded.finalised, synced_version = excluded.synced_version"""
LINK = """INSERT INTO qbo_sync.document_link (workspace_id, realm_id, document_kind, document_id,
  quickbooks_type, quickbooks_id, caspen_total)
VALUES ({w}, '9', '{kind}', {id}, '{kind}', '{w}/{id}', 1) ON CONFLICT DO NOTHING"""
LIST = """INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, document_number,
  invoice_id, error_key, title, detail, fix)
VALUES ({w}, '{kind}', {id}, 'N', {id}, 'other', '', '', '') ON CONFLICT DO NOTHING"""
MOVE = """UPDATE qbo_sync.document SET workspace_id = 3 - workspace_id, document_id = document_id + 1000
WHERE {one}"""
OPERATIONS = (
    STAGE,
    LINK,
    LIST,
    MOVE,
    "UPDATE qbo_sync.document SET finalised = {flag} WHERE {some}",
    "UPDATE qbo_sync.document SET synced_version = {synced}, version = 'v' WHERE {some}",
    "UPDATE qbo_sync.document SET version = 'v2' WHERE {some}",
    "UPDATE qbo_sync.document SET excluded_reason = {reason} WHERE {some}",
    "UPDATE qbo_sync.document SET wanted = '{wanted}' WHERE {some}",
    "UPDATE qbo_sync.document SET shown_status = 'Synced', released_at = now() WHERE {some}",
    "DELETE FROM qbo_sync.document WHERE {one}",
    "UPDATE qbo_sync.document_link SET removed_at = CASE WHEN {flag} THEN now() END WHERE {some}",
    "DELETE FROM qbo_sync.document_link WHERE {one}",
    "UPDATE qbo_sync.unsynced_invoice SET resolved_at = now() WHERE {some}",
)


def any_operation(chance: random.Random) -> str:
    key = {"w": chance.choice((1, 2)), "kind": chance.choice(("invoice", "credit_note", "payment"))}
    key["id"] = chance.randint(1, 40)
    one = "(workspace_id, document_kind, document_id) = ({w}, '{kind}', {id})".format(**key)
    return chance.choice(OPERATIONS).format(
        **key,
        one=one,
        some=chance.choice((one, f"document_id % 7 = {key['id'] % 7} AND workspace_id = {key['w']}")),
        few=chance.randint(0, 4),
        flag=chance.choice(("true", "true", "false")),
        synced=chance.choice(("NULL", "'v'", "'v'")),
        reason=chance.choice(("NULL", "'historical'", "'never_synced'", "'imported'")),
        wanted=chance.choice(("present", "absent", "as_is")),
    )


@pytest.fixture
def ledgers(sync_db: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[LedgerStore]]:
    monkeypatch.setenv("AIRFLOW_CONN_SYNC_DB", connection_json("postgres", sync_db))
    with wiring.open_store() as store:
        yield [store.for_workspace(workspace_id).ledger for workspace_id in (1, 2)]


@pytest.mark.parametrize("seed", range(4))
def test_they_are_the_full_count_after_anything(
    ledgers: list[LedgerStore], sync_db: Database, seed: int
) -> None:
    """Two sessions change the same practices, some of it is rolled back, and runs end in between. No
    statement waits for another's counters: each row's own lock is the only one.
    """
    chance = random.Random(seed)
    with closing(sync_db.connect()) as one, closing(sync_db.connect()) as other:
        sessions = (one, other)
        other.execute("SET lock_timeout = '20ms'")  # of the same document: it is given up
        one.execute("SET lock_timeout = '20ms'")
        for session in sessions:
            session.commit()
        for _ in range(150):
            session = chance.choice(sessions)
            try:
                session.execute(any_operation(chance).encode())
            except (psycopg.errors.LockNotAvailable, psycopg.errors.UniqueViolation):
                session.rollback()
                continue
            if chance.random() < 0.5:
                (session.commit if chance.random() < 0.7 else session.rollback)()
            if chance.random() < 0.1:
                chance.choice(ledgers).fold()
            if chance.random() < 0.1:
                assert [ledger.recount() for ledger in ledgers] == [[], []]
        for session in sessions:
            session.commit()
    for ledger in ledgers:
        assert ledger.recount() == []
        before = ledger.fetch()
        ledger.fold()
        assert ledger.fetch() == before == ledger.count()
        assert any(row.finalised for row in before.values())


def test_changes_are_added_to_and_not_waited_for(ledgers: list[LedgerStore], sync_db: Database) -> None:
    """Two transactions change a practice's documents in opposite orders; a run ends while both are open."""
    with closing(sync_db.connect()) as one, closing(sync_db.connect()) as other:
        for session, kind in ((one, "invoice"), (other, "payment"), (one, "payment"), (other, "invoice")):
            session.execute("SET LOCAL lock_timeout = '100ms'")
            first = 100 if session is one else 200
            statement = STAGE.format(w=1, kind=kind, id=first, flag="true", synced="'v'", few=2)
            session.execute(statement.encode())
            ledgers[0].fold()
        one.commit()
        other.rollback()
    assert ledgers[0].fetch()["invoice"].finalised == 3
    assert ledgers[0].recount() == []


@pytest.mark.sandbox
def test_a_document_in_place_without_a_standing_link_fails_each_run_until_it_has_one(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.post()
    for change in ("SET removed_at = now()", "SET removed_at = NULL"):
        flow.sync_rows(f"UPDATE qbo_sync.document_link {change} RETURNING 1")
        with wiring.open_session(1, "look") as session:
            if "now" in change:
                for count in (close_ledger, close_ledger, read_ledger):
                    with pytest.raises(InvariantError, match="finalised 1, synced 0"):
                        count(session)
            else:
                assert close_ledger(session) == read_ledger(session)


@pytest.mark.sandbox
def test_a_wrong_counter_fails_the_night_names_itself_and_is_set_right(flow: Flow) -> None:
    flow.invoice("10.00")
    flow.post()
    flow.sync_rows(
        "UPDATE qbo_sync.ledger_count SET finalised = finalised + 2, in_place = in_place + 2 RETURNING 1"
    )
    with (
        wiring.open_session(1, "reconcile__1") as session,
        pytest.raises(
            InvariantError, match="invoice finalised: kept 3, counted 1; invoice in_place: kept 3, counted 1"
        ),
    ):
        reconcile(session)
    assert flow.sync_rows("SELECT success FROM qbo_sync.reconciliation_run") == [(True,)]  # the proof itself
    flow.sync_rows("UPDATE qbo_sync.ledger_count SET finalised = finalised + 2 RETURNING 1")
    said = run_command("reconcile", "--workspace", "1").stderr
    assert said.count("workspace 1") == 1 and "invoice finalised: kept 3, counted 1" in said
    with wiring.open_session(1, "reconcile__2") as session:
        result = reconcile(session)
    assert result.ledger is not None and (result.ledger.finalised, result.ledger.synced) == (1, 1)


@pytest.mark.sandbox
def test_an_invoice_that_was_never_read_is_found_at_night_and_posted(flow: Flow) -> None:
    """Finalised in Caspen, passed by the cursor, staged by nothing."""
    flow.invoice("10.00")
    missed = flow.invoice("20.00")
    flow.post()
    flow.post()
    number = flow.staff.invoice(missed).number
    for table in ("document", "document_link"):
        flow.sync_rows(f"DELETE FROM qbo_sync.{table} WHERE document_id = %s RETURNING 1", missed)
    flow.sync_rows("DELETE FROM qbo_sync.request WHERE document_id = %s RETURNING 1", missed)
    flow.sync_rows(
        "UPDATE qbo_sync.cursor SET position = now() + interval '1 hour' WHERE name = 'caspen' RETURNING 1"
    )
    assert flow.post().counts["staged"] == 0
    with (
        wiring.open_session(1, "reconcile__1") as session,
        pytest.raises(
            InvariantError, match=rf"1 finalised invoice in Caspen had never been read \({number}\)"
        ),
    ):
        reconcile(session)
    flow.post()
    with wiring.open_session(1, "reconcile__2") as session:
        assert "never been read" not in reconcile(session).message


@pytest.mark.sandbox
def test_history_is_counted_once_and_followed(flow: Flow) -> None:
    """What was never staged is in the ledger of each run; what is staged of it is not counted twice."""
    touched, voided, reopened, _ = (flow.invoice(price) for price in ("11.00", "12.00", "13.00", "14.00"))
    flow.backdate_connection(datetime.now(UTC))
    flow.invoice("100.00")
    first = flow.post().ledger
    assert first is not None and first.excluded == 4
    flow.pay(touched, "1.00")
    flow.staff.void_invoice(voided)
    flow.staff.revert_to_draft(reopened)
    flow.staff.finalise(reopened)
    for _ in range(2):
        ledger = flow.post().ledger
        assert ledger is not None
        assert (ledger.finalised, ledger.synced, ledger.listed, ledger.excluded) == (4, 2, 1, 1)
    with wiring.open_session(1, "look") as session:
        assert read_ledger(session).invoices == ledger


@pytest.mark.sandbox
def test_a_payment_of_long_ago_that_is_voided_as_it_is_leaves_quickbooks_after_the_night(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CASPEN_CURSOR_OVERLAP_SECONDS", 0)
    monkeypatch.setattr(reads, "RECENT_MOST", 1)
    old, new = flow.invoice("100.00"), flow.invoice("30.00")
    flow.pay(old, "40.00")
    flow.pay(new, "10.00")
    for _ in range(3):
        flow.post()
    flow.caspen.execute("UPDATE caspen.payment SET status = 'void', voided_at = now() WHERE amount = 40")
    flow.post()
    flow.post()
    assert len(flow.books("Payment")) == 2
    with wiring.open_session(1, "reconcile__1") as session:
        reconcile(session)
    flow.post()
    assert [row["TotalAmt"] for row in flow.books("Payment")] == [10]


def test_the_migration_counts_what_is_there(ledgers: list[LedgerStore], sync_db: Database) -> None:
    """Its own statement, over documents that are there already."""
    text = queries.load("migrations/0034_flat_runs")
    begin = text.index("INSERT INTO qbo_sync.ledger_count")
    fill = text[begin : text.index(";", begin)]
    chance = random.Random(7)
    with sync_db.connect(autocommit=True) as connection:
        for _ in range(60):
            connection.execute(any_operation(chance).encode())
        connection.execute("TRUNCATE qbo_sync.ledger_count, qbo_sync.ledger_change")
        assert any(ledger.recount() for ledger in ledgers)
        connection.execute("TRUNCATE qbo_sync.ledger_count, qbo_sync.ledger_change")
        connection.execute(fill.encode())
    assert [ledger.recount() for ledger in ledgers] == [[], []]
