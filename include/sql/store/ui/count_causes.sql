-- The cards: open rows by kind of error and by what one fix repairs.
-- Grain:   one row per error_key and cause_ref
-- Order:   the largest first
-- Params:  workspace_id bigint
-- Columns: error_key text | cause_ref text | waiting bigint | since timestamptz
SELECT error_key, cause_ref, count(*) AS waiting, min(first_seen_at) AS since
FROM qbo_sync.unsynced_invoice
WHERE workspace_id = %(workspace_id)s AND resolved_at IS NULL
GROUP BY error_key, cause_ref
ORDER BY waiting DESC, error_key, cause_ref
