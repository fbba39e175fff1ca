-- Practices where runs should succeed, which share the allowance of reads. One row.
SELECT count(*) AS practices FROM qbo_sync.connection WHERE status <> 'disconnected'
