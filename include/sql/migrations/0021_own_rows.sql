-- What is wrong in Caspen's own rows of a document, found when it is staged.
ALTER TABLE qbo_sync.document ADD COLUMN unsound jsonb NOT NULL DEFAULT '[]';
-- The few that have something, found without reading the others.
CREATE INDEX document_unsound ON qbo_sync.document (workspace_id, invoice_id) WHERE unsound <> '[]';

-- The open rows, and whether each says that its document itself is not in QuickBooks as Caspen shows it. The others are
-- about what pays or uses it, its customer, a copy of it, or a check of Caspen's own figures: the one definition for
-- Caspen's card and the pages.
CREATE OR REPLACE VIEW qbo_sync.open_matter AS
SELECT u.*,
       CASE
         WHEN u.error_key IN ('split_payment', 'overpayment') THEN u.document_kind = 'payment'
         WHEN u.error_key IN ('inactive_reference', 'inconsistent_in_caspen', 'practice_check') THEN u.blocks
         WHEN u.field IN ('balance', 'applied') THEN u.document_kind = 'payment'
         ELSE u.field IS DISTINCT FROM 'presence' OR u.caspen_value IS DISTINCT FROM 'nothing'
       END AS of_document
FROM qbo_sync.unsynced_invoice u
WHERE u.resolved_at IS NULL;
