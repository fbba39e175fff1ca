-- The few links that came from QuickBooks, found without reading the others.
CREATE INDEX document_link_imported ON qbo_sync.document_link (workspace_id) WHERE origin = 'quickbooks'
