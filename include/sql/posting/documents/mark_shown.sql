-- Remember what Caspen's screen was given to show; and the time its row bears since, where that write changed what had been
-- staged: before is the row's time as it was found. Where it was changed in between, that is yet to be staged.
UPDATE qbo_sync.document
SET shown_status = %(status)s, shown_detail = %(detail)s,
    own_updated_at = CASE WHEN %(before)s::timestamptz IN (updated_at, own_updated_at) THEN %(after)s::timestamptz
                          ELSE own_updated_at END
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = %(document_id)s
