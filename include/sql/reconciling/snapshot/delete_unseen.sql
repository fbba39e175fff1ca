-- After everything was read: what is not ours and was not found is gone and is not needed.
DELETE FROM qbo_sync.snapshot s
WHERE s.realm_id = %(realm_id)s AND s.quickbooks_type = %(quickbooks_type)s AND s.seen_at < %(since)s
  AND NOT EXISTS (SELECT 1 FROM qbo_sync.document_link l
                  WHERE l.realm_id = s.realm_id AND l.quickbooks_type = s.quickbooks_type
                    AND l.quickbooks_id = s.quickbooks_id)
