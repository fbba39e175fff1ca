-- A person signs a finished run off; an earlier signature stays.
UPDATE qbo_sync.reconciliation_run SET signed_at = now(), signed_by = %(who)s, signed_through = %(through)s
WHERE workspace_id = %(workspace_id)s AND run_id = %(run_id)s AND finished_at IS NOT NULL
  AND documents_checked IS NOT NULL AND signed_at IS NULL
