-- List a document for a person; seen again, the row stays and counts. Not what a person left as it is, with the same
-- words and Caspen's version of then.
INSERT INTO qbo_sync.unsynced_invoice AS u
  (workspace_id, document_kind, document_id, document_number, invoice_id, error_key, title, detail, fix, cause_ref,
   blocks, field, caspen_value, quickbooks_value, delta, fault_code)
SELECT %(workspace_id)s::bigint, %(document_kind)s::text, %(document_id)s::bigint, %(document_number)s::text,
       %(invoice_id)s::bigint, %(error_key)s::text, %(title)s::text, %(detail)s::text, %(fix)s::text,
       %(cause_ref)s::text, %(blocks)s::boolean, %(field)s::text, %(caspen_value)s::text, %(quickbooks_value)s::text,
       %(delta)s::numeric, %(fault_code)s::text
WHERE NOT EXISTS (
  SELECT 1 FROM qbo_sync.left_row l JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
  WHERE l.workspace_id = %(workspace_id)s AND l.document_kind = %(document_kind)s
    AND l.document_id = %(document_id)s AND l.error_key = %(error_key)s
    AND l.version = d.version
    AND (l.detail = %(detail)s
         -- Import and reconciliation say it in words of their own; on an invoice they may mean different records.
         OR (%(error_key)s = 'unreadable_in_quickbooks'
             AND (l.document_kind <> 'invoice' OR strpos(l.detail, %(detail)s) > 0)))
)
ON CONFLICT (workspace_id, document_kind, document_id, error_key) WHERE resolved_at IS NULL DO UPDATE
SET document_number = excluded.document_number, invoice_id = excluded.invoice_id, title = excluded.title,
    detail = excluded.detail, fix = excluded.fix, cause_ref = excluded.cause_ref, blocks = excluded.blocks,
    field = excluded.field, caspen_value = excluded.caspen_value,
    quickbooks_value = excluded.quickbooks_value, delta = excluded.delta, fault_code = excluded.fault_code,
    last_seen_at = clock_timestamp(), attempts = u.attempts + 1
