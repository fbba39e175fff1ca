-- Caspen's updated_at as our own last status left it, where that write changed nothing but what had been staged: the watcher
-- does not take it for new work.
ALTER TABLE qbo_sync.document ADD COLUMN own_updated_at timestamptz;
-- The payments of nothing that apply credit memos, found when a webhook reports that they were made.
CREATE INDEX document_link_application ON qbo_sync.document_link (realm_id, application_id) WHERE application_id IS NOT NULL;
