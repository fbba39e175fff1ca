-- Store what a backfill would do, before anyone approves it.
INSERT INTO qbo_sync.backfill_plan (workspace_id, plan_run_id, lines, fingerprint)
VALUES (%(workspace_id)s, %(plan_run_id)s, %(lines)s, %(fingerprint)s)
