-- What the pack of a closed month shows next to its figures: the practice and its clients by name, and what
-- persons wrote.
UPDATE qbo_sync.month_close
SET pack = pack || jsonb_build_object('note', '', 'company', '', 'workspace', '')
           || jsonb_build_object('aged', pack -> 'aged' || '{"lines": [], "others": null}'),
    note = '', reopened_reason = CASE WHEN reopened_at IS NOT NULL THEN '' END
WHERE workspace_id = %(workspace_id)s
  AND (note <> '' OR coalesce(reopened_reason, '') <> '' OR pack -> 'aged' -> 'lines' <> '[]' OR pack ->> 'workspace' <> '')
