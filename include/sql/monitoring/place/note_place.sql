-- Note where the database is. Outside a transaction: a savepoint would write the row under a number of its own.
INSERT INTO qbo_sync.place (workspace_id, transaction_number, database_oid, server_started_at)
SELECT %(workspace_id)s, txid_current(), d.oid, pg_postmaster_start_time()
FROM pg_database d WHERE d.datname = current_database()
ON CONFLICT (workspace_id) DO UPDATE
SET transaction_number = excluded.transaction_number, database_oid = excluded.database_oid,
    server_started_at = excluded.server_started_at, noted_at = now()
