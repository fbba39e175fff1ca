-- How many practices need what. One row per need that any has.
-- Params:  ids: those that may be seen, null for all
SELECT need, count(*) AS practices FROM qbo_sync.practice_need
WHERE %(ids)s::bigint[] IS NULL OR workspace_id = ANY(%(ids)s)
GROUP BY need
