-- QuickBooks was asked for these numbers, and had nothing under them.
INSERT INTO qbo_sync.free_number (workspace_id, realm_id, quickbooks_type, number)
SELECT %(workspace_id)s, %(realm_id)s, %(quickbooks_type)s, n FROM unnest(%(numbers)s::text[]) AS n
ON CONFLICT (workspace_id, realm_id, quickbooks_type, number) DO UPDATE SET asked_at = now()
