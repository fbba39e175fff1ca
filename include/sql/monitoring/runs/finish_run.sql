UPDATE qbo_sync.sync_run
SET finished_at = now(), counts = %(counts)s, calls = %(calls)s, finalised = %(finalised)s, synced = %(synced)s,
    waiting = %(waiting)s, listed = %(listed)s, excluded = %(excluded)s, success = %(success)s, message = %(message)s,
    paused_seconds = %(paused_seconds)s
WHERE run_id = %(run_id)s AND workspace_id = %(workspace_id)s AND job = %(job)s
