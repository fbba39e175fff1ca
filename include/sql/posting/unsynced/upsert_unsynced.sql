-- List a document for a person; seen again, the row stays and counts.
INSERT INTO qbo_sync.unsynced_invoice AS u
  (workspace_id, document_kind, document_id, document_number, invoice_id, error_key, title, detail, fix, cause_ref,
   blocks, field, caspen_value, quickbooks_value, delta, fault_code)
VALUES
  (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(document_number)s, %(invoice_id)s, %(error_key)s, %(title)s,
   %(detail)s, %(fix)s, %(cause_ref)s, %(blocks)s, %(field)s, %(caspen_value)s, %(quickbooks_value)s, %(delta)s,
   %(fault_code)s)
ON CONFLICT (workspace_id, document_kind, document_id, error_key) WHERE resolved_at IS NULL DO UPDATE
SET document_number = excluded.document_number, invoice_id = excluded.invoice_id, title = excluded.title,
    detail = excluded.detail, fix = excluded.fix, cause_ref = excluded.cause_ref, blocks = excluded.blocks,
    field = excluded.field, caspen_value = excluded.caspen_value,
    quickbooks_value = excluded.quickbooks_value, delta = excluded.delta, fault_code = excluded.fault_code,
    last_seen_at = clock_timestamp(), attempts = u.attempts + 1
