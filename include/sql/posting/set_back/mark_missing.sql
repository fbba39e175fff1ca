-- Caspen no longer has it. What is in QuickBooks would be taken out, and is held; what is not has nowhere to go.
UPDATE qbo_sync.document d
SET caspen_status = 'missing', finalised = false, staged_at = now(), wanted = CASE WHEN %(linked)s THEN 'absent' ELSE 'as_is' END,
    excluded_reason = CASE WHEN %(linked)s THEN NULL ELSE 'never_synced' END,
    version = CASE WHEN %(linked)s THEN 'absent' ELSE d.version END
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
