-- A balance follows from what is listed of the same invoice: its split or excess payments, a payment or credit note of
-- it that is held, gone or edited.
-- Params:  run_id text, workspace_id bigint
UPDATE qbo_sync.reconciliation_difference r
SET explained = true
WHERE r.run_id = %(run_id)s AND r.workspace_id = %(workspace_id)s AND NOT r.explained
  AND r.field = 'balance' AND r.document_kind = 'invoice'
  AND EXISTS (SELECT 1 FROM qbo_sync.unsynced_invoice u
              WHERE u.workspace_id = r.workspace_id AND u.resolved_at IS NULL AND u.invoice_id = r.document_id
                AND (u.document_kind <> 'invoice' OR u.error_key IN ('split_payment', 'overpayment')))
