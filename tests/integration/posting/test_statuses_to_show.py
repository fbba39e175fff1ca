"""What Caspen's cards should show: found without reading what is settled, and as reading all of it finds."""

from __future__ import annotations

import psycopg
import pytest
from psycopg.rows import tuple_row

from caspen_qbo import queries
from ops.local.postgres import Database

pytestmark = pytest.mark.postgres

READING_ALL = """
SELECT s.document_kind, s.document_id, s.status, s.detail
FROM (
  SELECT d.document_kind, d.document_id, d.shown_status, d.shown_detail,
         CASE
           WHEN u.differs THEN 'Not synced'
           WHEN d.excluded_reason = 'never_synced' AND l.removed_at IS NOT NULL THEN d.shown_status
           WHEN d.excluded_reason IS NOT NULL THEN CASE WHEN d.shown_status IS NOT NULL THEN 'Not synced' END
           WHEN d.wanted = 'as_is' THEN d.shown_status
           WHEN d.version IS NOT DISTINCT FROM d.synced_version THEN 'Synced'
           WHEN d.document_kind = 'credit_note' AND d.wanted = 'present' AND l.removed_at IS NULL
                AND (l.quickbooks_subtotal, l.quickbooks_tax, l.quickbooks_total)
                  = (d.subtotal, d.tax, d.total)
             THEN 'Synced'
           WHEN d.finalised THEN 'Not synced'
           ELSE d.shown_status
         END AS status,
         u.title AS detail
  FROM qbo_sync.document d
  LEFT JOIN qbo_sync.document_link l USING (workspace_id, document_kind, document_id)
  LEFT JOIN LATERAL qbo_sync.matter_of(d.workspace_id, d.document_kind, d.document_id, d.invoice_id) u ON true
  WHERE d.workspace_id = 1 AND d.document_kind IN ('invoice', 'credit_note')
) s
WHERE s.status IS NOT NULL AND (s.status, s.detail) IS DISTINCT FROM (s.shown_status, s.shown_detail)
ORDER BY s.document_kind, s.document_id
"""
"""Every document of the practice, one by one: what each card should be."""

COMBINATIONS = """
CREATE TEMPORARY TABLE combination AS
SELECT row_number() OVER () AS id, * FROM
  (VALUES ('invoice'), ('credit_note'), ('payment')) AS kind (document_kind),
  (VALUES (true), (false)) AS finalised (finalised),
  (VALUES ('present'), ('absent'), ('as_is')) AS wanted (wanted),
  (VALUES (NULL), ('historical'), ('never_synced'), ('left_out')) AS excluded (excluded_reason),
  (VALUES (NULL), ('v'), ('older')) AS synced (synced_version),
  (VALUES (NULL), ('Synced'), ('Not synced')) AS shown (shown_status),
  (VALUES (NULL), ('Inactive reference')) AS detail (shown_detail),
  (VALUES ('none'), ('equal'), ('other amounts'), ('removed')) AS link (link),
  (VALUES ('none'), ('itself'), ('next to it'), ('of its payment'), ('closed')) AS matter (matter)
WHERE document_kind <> 'payment' OR (finalised AND link = 'equal' AND shown_detail IS NULL);

INSERT INTO qbo_sync.document (workspace_id, document_kind, document_id, document_number, invoice_id,
  subtotal, tax, total, caspen_status, finalised, wanted, excluded_reason, version, synced_version,
  shown_status, shown_detail, updated_at)
SELECT 1, document_kind, id, 'N' || id,
       CASE document_kind WHEN 'invoice' THEN id ELSE 1000000 + id END, 10, 1, 11,
       'open', finalised, wanted, excluded_reason, 'v', synced_version, shown_status, shown_detail, now()
FROM combination;

INSERT INTO qbo_sync.document_link (workspace_id, realm_id, document_kind, document_id, quickbooks_type,
  quickbooks_id, caspen_total, quickbooks_subtotal, quickbooks_tax, quickbooks_total, removed_at)
SELECT 1, '9', document_kind, id, document_kind, id, 11, 10, 1,
       CASE link WHEN 'other amounts' THEN 12 ELSE 11 END,
       CASE link WHEN 'removed' THEN now() END
FROM combination WHERE link <> 'none';

INSERT INTO qbo_sync.unsynced_invoice (workspace_id, document_kind, document_id, document_number, invoice_id,
  error_key, title, detail, fix, blocks, field, resolved_at)
SELECT 1, CASE matter WHEN 'of its payment' THEN 'payment' ELSE document_kind END,
       CASE matter WHEN 'of its payment' THEN 2000000 + id ELSE id END, 'N' || id,
       CASE document_kind WHEN 'invoice' THEN id ELSE 1000000 + id END,
       CASE matter WHEN 'next to it' THEN 'inactive_reference' ELSE 'totals_mismatch' END,
       'Inactive reference', '', '',
       matter <> 'next to it', 'total', CASE matter WHEN 'closed' THEN now() END
FROM combination WHERE matter <> 'none';
"""
FIRST_LOOK = {"workspace_id": 1, "page_size": 10_000_000}


def test_it_finds_what_reading_every_document_finds_in_every_state(sync_db: Database) -> None:
    """Then again after what was found is shown, after what is left is laid to rest, and after anything moved
    that a document at rest can be woken by: its own row, its link, a row about it.
    """
    with psycopg.connect(sync_db.uri, autocommit=True, row_factory=tuple_row) as connection:
        connection.execute(COMBINATIONS)
        connection.execute("ANALYZE")
        first = _both(connection)
        assert len(first) > 1_000
        connection.execute(
            "CREATE TEMPORARY TABLE found (document_kind text, document_id bigint, status text, detail text)"
        )
        with connection.cursor() as cursor, cursor.copy("COPY found FROM STDIN") as copy:
            for row in first:
                copy.write_row(row)
        connection.execute(
            "UPDATE qbo_sync.document d SET shown_status = f.status, shown_detail = f.detail FROM found f"
            " WHERE (d.document_kind, d.document_id) = (f.document_kind, f.document_id)"
        )
        assert _both(connection) == []
        _end_run(connection)
        [(resting,)] = connection.execute("SELECT count(*) FROM qbo_sync.document WHERE at_rest").fetchall()
        assert resting > 50
        assert _both(connection) == []
        connection.execute("DELETE FROM qbo_sync.document WHERE hashint8(document_id) % 8 <> 0")
        for change in (
            "UPDATE qbo_sync.document SET shown_status = 'Not synced' WHERE document_id % 5 = 0",
            "UPDATE qbo_sync.document SET shown_status = 'Synced' WHERE document_id % 5 = 0",
            "UPDATE qbo_sync.unsynced_invoice SET resolved_at = now() WHERE document_id % 3 = 0",
            "UPDATE qbo_sync.unsynced_invoice SET resolved_at = NULL WHERE document_id % 2 = 0",
            "UPDATE qbo_sync.document SET excluded_reason = 'never_synced' WHERE document_id % 7 = 0",
            "UPDATE qbo_sync.document SET excluded_reason = NULL WHERE document_id % 7 = 1",
            "UPDATE qbo_sync.document SET version = 'new' WHERE document_id % 7 = 2",
            "UPDATE qbo_sync.document_link SET removed_at = NULL WHERE document_id % 4 = 0",
            "UPDATE qbo_sync.document_link SET removed_at = now() WHERE document_id % 4 = 1",
            "DELETE FROM qbo_sync.document_link WHERE document_id % 4 = 2",
        ):
            connection.execute(change)
            _end_run(connection)
            assert _both(connection), change


def _both(connection: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]]:
    expected = connection.execute(READING_ALL).fetchall()
    found = connection.execute(
        queries.load("posting/documents/select_statuses_to_show"), FIRST_LOOK
    ).fetchall()
    assert found == expected
    return found


def _end_run(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    for statement in ("wake", "fold", "settle"):
        connection.execute(queries.load(f"posting/ledger/{statement}"), {"workspace_id": 1})
