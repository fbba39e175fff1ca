-- Practices with addresses that still want a mail and whose last one was not taken. One row per practice.
-- Params:  days: how long ago at most
SELECT x.workspace_id, coalesce(o.name, '') AS practice, count(*) AS addresses
FROM (
  SELECT DISTINCT ON (m.workspace_id, m.address) m.workspace_id, m.address, m.state
  FROM qbo_sync.mail m
  WHERE m.decided_at > now() - make_interval(days => %(days)s) AND m.state IN ('sent', 'refused', 'missed') AND m.workspace_id <> 0
  ORDER BY m.workspace_id, m.address, m.day DESC
) x
JOIN qbo_sync.mail_wish w ON w.workspace_id = x.workspace_id AND w.addresses ? x.address
LEFT JOIN qbo_sync.practice_overview o ON o.workspace_id = x.workspace_id
WHERE x.state IN ('refused', 'missed')
GROUP BY x.workspace_id, o.name
ORDER BY x.workspace_id
