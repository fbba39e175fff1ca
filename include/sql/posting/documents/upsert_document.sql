-- Stage one document as Caspen shows it now.
-- A new version may be tried at once, whatever held the old one, and one whose rows in Caspen were corrected.
INSERT INTO qbo_sync.document AS d
  (workspace_id, document_kind, document_id, document_number, invoice_id, client_id, document_date, due_date,
   subtotal, tax, total, balance, caspen_status, finalised, wanted, excluded_reason, version, updated_at,
   currency, unsound, made_at)
VALUES
  (%(workspace_id)s, %(document_kind)s, %(document_id)s, %(document_number)s, %(invoice_id)s, %(client_id)s,
   %(document_date)s, %(due_date)s, %(subtotal)s, %(tax)s, %(total)s, %(balance)s, %(caspen_status)s, %(finalised)s,
   %(wanted)s, %(excluded_reason)s, %(version)s, %(updated_at)s, %(currency)s,
   %(unsound)s, %(made_at)s)
ON CONFLICT (workspace_id, document_kind, document_id) DO UPDATE
SET document_number = excluded.document_number, invoice_id = excluded.invoice_id,
    client_id = excluded.client_id, document_date = excluded.document_date, due_date = excluded.due_date,
    subtotal = excluded.subtotal, tax = excluded.tax, total = excluded.total, balance = excluded.balance,
    caspen_status = excluded.caspen_status, finalised = excluded.finalised, wanted = excluded.wanted,
    excluded_reason = excluded.excluded_reason, currency = excluded.currency, made_at = excluded.made_at,
    released_at = CASE WHEN (d.version, d.unsound) IS DISTINCT FROM (excluded.version, excluded.unsound)
                       THEN now() ELSE d.released_at END,
    unsound = excluded.unsound,
    version = excluded.version, updated_at = excluded.updated_at, staged_at = now()
WHERE (d.document_number, d.client_id, d.balance, d.caspen_status, d.finalised, d.wanted, d.excluded_reason, d.version,
       d.updated_at, d.currency, d.unsound, d.made_at)
  IS DISTINCT FROM
      (excluded.document_number, excluded.client_id, excluded.balance, excluded.caspen_status, excluded.finalised,
       excluded.wanted, excluded.excluded_reason, excluded.version, excluded.updated_at, excluded.currency,
       excluded.unsound, excluded.made_at)
