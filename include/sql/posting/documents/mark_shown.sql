-- Remember what Caspen's screen was given to show; and the time its row bears since, where that write changed what had been
-- staged: before is the row's time as it was found. Where it was changed in between, that is yet to be staged.
-- Params:  document_kinds, document_ids, statuses, details, before, after: in step
UPDATE qbo_sync.document d
SET shown_status = n.status, shown_detail = n.detail,
    own_updated_at = CASE WHEN n.before IN (d.updated_at, d.own_updated_at) THEN n.after ELSE d.own_updated_at END
FROM unnest(%(document_kinds)s::text[], %(document_ids)s::bigint[], %(statuses)s::text[], %(details)s::text[],
            %(before)s::timestamptz[], %(after)s::timestamptz[])
  AS n (document_kind, document_id, status, detail, before, after)
WHERE d.workspace_id = %(workspace_id)s AND d.document_kind = n.document_kind AND d.document_id = n.document_id
