-- One QuickBooks document is one Caspen document. An imported payment may be several allocations.
CREATE UNIQUE INDEX document_link_quickbooks ON qbo_sync.document_link (realm_id, quickbooks_type, quickbooks_id)
  WHERE origin <> 'quickbooks'
