-- What an open row is about.

-- The open rows, and whether each says that its document itself is not in QuickBooks as Caspen shows it. The others are
-- about what pays or uses it, its customer, or a copy of it: the one definition for Caspen's card and the pages.
CREATE VIEW qbo_sync.open_matter AS
SELECT u.*,
       CASE
         WHEN u.error_key IN ('split_payment', 'overpayment') THEN u.document_kind = 'payment'
         WHEN u.error_key = 'inactive_reference' THEN u.blocks
         WHEN u.field IN ('balance', 'applied') THEN u.document_kind = 'payment'
         ELSE u.field IS DISTINCT FROM 'presence' OR u.caspen_value IS DISTINCT FROM 'nothing'
       END AS of_document
FROM qbo_sync.unsynced_invoice u
WHERE u.resolved_at IS NULL;
