-- QuickBooks was asked for these numbers, and had nothing under them. What was not used for a month goes.
WITH unused AS (
  DELETE FROM qbo_sync.free_number
  WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND quickbooks_type = %(quickbooks_type)s
    AND asked_at < now() - interval '30 days' AND number <> ALL(%(numbers)s)
)
INSERT INTO qbo_sync.free_number (workspace_id, realm_id, quickbooks_type, number)
SELECT %(workspace_id)s, %(realm_id)s, %(quickbooks_type)s, n FROM unnest(%(numbers)s::text[]) AS n
ON CONFLICT (workspace_id, realm_id, quickbooks_type, number) DO UPDATE SET asked_at = now()
