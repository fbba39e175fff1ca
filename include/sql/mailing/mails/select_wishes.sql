-- Everyone who wants a morning mail, or has one on its way.
-- Grain:   one row per practice that has wishes, and one for ops (workspace 0)
-- Columns: time_zone: the practice's as it was last read, null where it never was | pending: the newest day with a mail
--          that is not at its end
SELECT w.workspace_id, w.addresses, CASE WHEN w.workspace_id = 0 THEN w.time_zone ELSE o.time_zone END AS time_zone,
       w.send_at, w.quiet_from, w.quiet_to, w.weekends, w.weekly, w.decided_on, open.day AS pending
FROM qbo_sync.mail_wish w
LEFT JOIN qbo_sync.practice_overview o USING (workspace_id)
LEFT JOIN (
  SELECT workspace_id, max(day) AS day FROM qbo_sync.mail WHERE state IN ('due', 'handing') GROUP BY workspace_id
) open USING (workspace_id)
WHERE w.addresses <> '[]' OR open.day IS NOT NULL
ORDER BY w.workspace_id
