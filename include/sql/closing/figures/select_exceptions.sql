-- What was listed about documents of a month, with what a person decided about each and how it ended. What is
-- open first, then the newest; in_all is how many there are. Only fixed words: no name of a person other than the staff's.
SELECT u.document_kind AS kind, u.document_number AS number, u.title, u.delta, coalesce(u.field, '') AS field, u.first_seen_at AS since,
       u.resolved_at AS ended, coalesce(u.resolution, '') AS outcome, coalesce(e.what, '') AS decided,
       coalesce(e.who, '') AS decided_by, e.at AS decided_at, count(*) OVER () AS in_all
FROM qbo_sync.unsynced_invoice u
JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)
LEFT JOIN LATERAL (
  SELECT what, who, at FROM qbo_sync.document_event v
  WHERE v.workspace_id = u.workspace_id AND v.document_kind = u.document_kind AND v.document_id = u.document_id
    AND v.who <> 'sync' AND v.at >= u.first_seen_at AND v.at <= coalesce(u.resolved_at, now()) + interval '1 minute'
  ORDER BY v.at DESC LIMIT 1
) e ON true
WHERE u.workspace_id = %(workspace_id)s AND d.document_date BETWEEN %(first)s AND %(last)s
ORDER BY u.resolved_at IS NULL DESC, u.first_seen_at DESC, u.id DESC LIMIT %(most)s
