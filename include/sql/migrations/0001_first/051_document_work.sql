-- Work to be done, found without reading what is settled.
CREATE INDEX document_work ON qbo_sync.document (workspace_id, document_kind, document_id)
  WHERE excluded_reason IS NULL AND wanted <> 'as_is' AND version IS DISTINCT FROM synced_version
