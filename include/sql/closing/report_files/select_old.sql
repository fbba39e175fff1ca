-- Some files of any practice written longer ago than is kept.
SELECT workspace_id, name FROM qbo_sync.report_file
WHERE at < now() - make_interval(days => %(days)s)
ORDER BY at LIMIT %(batch)s
