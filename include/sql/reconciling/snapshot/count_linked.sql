-- How much QuickBooks holds of a workspace, and when all of it was last read. One row.
SELECT (SELECT count(*) FROM qbo_sync.document_link
        WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND removed_at IS NULL) AS linked,
       (SELECT max(started_at) FROM qbo_sync.reconciliation_run
        WHERE workspace_id = %(workspace_id)s AND full_compare AND success IS NOT NULL) AS full_read_at
