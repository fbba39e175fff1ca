-- What Caspen's screens show of these invoices, and of all on them, is not what was last written there.
UPDATE qbo_sync.document SET shown_status = NULL, shown_detail = NULL
WHERE workspace_id = %(workspace_id)s AND invoice_id = ANY(%(invoice_ids)s) AND shown_status IS NOT NULL
