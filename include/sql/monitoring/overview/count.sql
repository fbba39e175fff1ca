-- How many practices are kept here; compared with what Caspen has.
SELECT count(*) AS practices FROM qbo_sync.practice_overview
