-- The few rows that no longer hold; the others need no second index.
CREATE INDEX signed_document_superseded ON qbo_sync.signed_document (superseded_by) WHERE superseded_by IS NOT NULL
