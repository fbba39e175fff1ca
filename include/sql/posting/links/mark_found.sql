-- A document of ours that QuickBooks holds in another state than this database knows, after it was set back: who changed
-- it is not known.
UPDATE qbo_sync.document_link SET origin = 'found'
WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s AND quickbooks_type = %(quickbooks_type)s
  AND quickbooks_id = %(quickbooks_id)s AND origin = 'caspen' AND document_kind IN ('invoice', 'payment')
  AND removed_at IS NULL AND sync_token IS DISTINCT FROM %(sync_token)s
