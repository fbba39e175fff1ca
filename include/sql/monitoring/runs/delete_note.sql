-- What an earlier try of a task left.
DELETE FROM qbo_sync.run_note
WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s AND task_id = %(task_id)s AND map_index = %(map_index)s
