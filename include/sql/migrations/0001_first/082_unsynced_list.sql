-- The cards of the pages are counted from this index alone.
CREATE INDEX unsynced_list ON qbo_sync.unsynced_invoice (workspace_id, error_key, cause_ref, first_seen_at)
  WHERE resolved_at IS NULL
