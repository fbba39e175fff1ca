CREATE INDEX document_link_lookup ON qbo_sync.document_link (realm_id, quickbooks_type, quickbooks_id)
