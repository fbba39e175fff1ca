-- Whether a post run would find something to do that is known already, or has not run for too long.
-- What moved in Caspen since the cursor is not known here.
-- Grain:   one row
-- Params:  workspace_id bigint, max_age interval
-- Columns: due boolean
SELECT NOT EXISTS (
         SELECT 1
         FROM qbo_sync.sync_run r
         WHERE r.workspace_id = %(workspace_id)s AND r.job = 'post' AND r.success
           AND r.started_at > now() - %(max_age)s
       )
       OR EXISTS (SELECT 1 FROM qbo_sync.request r WHERE r.workspace_id = %(workspace_id)s AND r.state = 'prepared')
       OR EXISTS (   -- what a shared cause holds: whether it healed is looked up in QuickBooks by the run
         SELECT 1
         FROM qbo_sync.unsynced_invoice u
         WHERE u.workspace_id = %(workspace_id)s AND u.resolved_at IS NULL AND u.cause_ref <> ''
       )
       OR EXISTS (
         SELECT 1
         FROM qbo_sync.document d
         WHERE d.workspace_id = %(workspace_id)s
           AND d.excluded_reason IS NULL
           AND d.wanted <> 'as_is'
           AND d.version IS DISTINCT FROM d.synced_version
           AND NOT EXISTS (
             SELECT 1
             FROM qbo_sync.unsynced_invoice u
             WHERE u.workspace_id = d.workspace_id
               AND u.document_kind = d.document_kind
               AND u.document_id = d.document_id
               AND u.resolved_at IS NULL
               AND u.blocks
               AND (d.released_at IS NULL OR d.released_at <= u.last_seen_at)
           )
       ) AS due
