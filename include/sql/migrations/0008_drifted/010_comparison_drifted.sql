-- The documents whose sync token moved, looked at one by one. How few the wider condition of comparison_suspect leaves
-- cannot be estimated, and the whole table was read for them.
CREATE INDEX comparison_drifted ON qbo_sync.comparison (workspace_id, document_kind, document_id) WHERE drifted
