-- Which company a workspace is connected to, without its tokens: a ConnectionFacts, no row when it never was.
-- Params:  practices_most: where more share the allowance of reads, no more of them are counted
-- Columns: practices: those that are not disconnected
SELECT workspace_id, realm_id, company_name, first_connected_at, connected_at, connected_by, disconnected_at, disconnected_by, status,
       refresh_expires_at, refresh_hard_expires_at, home_currency,
       (SELECT count(*) FROM (
          SELECT 1 FROM qbo_sync.connection o WHERE o.status <> 'disconnected' LIMIT %(practices_most)s
        ) counted) AS practices
FROM qbo_sync.connection WHERE workspace_id = %(workspace_id)s
