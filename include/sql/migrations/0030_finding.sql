-- Documents found across all practices, by what a person has of them: a number or its end, an id in QuickBooks, an amount.
-- The practice is in each, for those who may see some practices only; not as a key, or a look for one practice's work
-- could pass over a whole index where few amounts differ.
CREATE INDEX document_found_number ON qbo_sync.document (lower(document_number) text_pattern_ops) INCLUDE (workspace_id);
CREATE INDEX document_found_end ON qbo_sync.document
  (ltrim(substring(document_number FROM '[0-9]+$'), '0')) INCLUDE (workspace_id);
CREATE INDEX document_found_total ON qbo_sync.document (total) INCLUDE (workspace_id);
CREATE INDEX document_link_found_id ON qbo_sync.document_link (quickbooks_id) INCLUDE (workspace_id);
CREATE INDEX document_link_found_total ON qbo_sync.document_link (quickbooks_total) INCLUDE (workspace_id);
