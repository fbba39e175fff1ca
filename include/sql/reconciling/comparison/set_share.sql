-- The money that an imported payment puts on its invoice, without the credits it uses up.
UPDATE qbo_sync.comparison SET quickbooks_total = %(share)s
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
  AND origin = 'quickbooks'
