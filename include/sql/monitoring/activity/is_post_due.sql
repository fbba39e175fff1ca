-- Whether a post run would find something to do that is known already, or has not run for too long.
-- What moved in Caspen since the cursor is not known here. One row.
SELECT NOT EXISTS (
         SELECT 1 FROM qbo_sync.sync_run r
         WHERE r.workspace_id = %(workspace_id)s AND r.job = 'post' AND r.success
           AND r.started_at > now() - %(max_age)s
       )
       OR EXISTS (SELECT 1 FROM qbo_sync.request r WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared')
       OR EXISTS (   -- what a shared cause holds: the run looks up in QuickBooks whether it is fixed
         SELECT 1 FROM qbo_sync.unsynced_invoice u
         WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.cause_ref <> ''
       )
       OR EXISTS (SELECT 1 FROM qbo_sync.due_document d WHERE d.workspace_id = %(workspace_id)s) AS due
