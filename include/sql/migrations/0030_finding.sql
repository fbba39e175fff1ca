-- Documents found across all practices, by what a person has of them: a number or its end, an id in QuickBooks, an amount.
-- The practice is in each, for those who may see some practices only.
CREATE INDEX document_found_number ON qbo_sync.document (lower(document_number) text_pattern_ops, workspace_id);
CREATE INDEX document_found_end ON qbo_sync.document
  (ltrim(substring(document_number FROM '[0-9]+$'), '0'), workspace_id);
CREATE INDEX document_found_total ON qbo_sync.document (total, workspace_id);
CREATE INDEX document_link_found_id ON qbo_sync.document_link (quickbooks_id, workspace_id);
CREATE INDEX document_link_found_total ON qbo_sync.document_link (quickbooks_total, workspace_id);
