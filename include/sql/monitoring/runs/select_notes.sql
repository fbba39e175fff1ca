-- What the tasks of a DAG run left for its note, oldest first. One row per task that left something.
SELECT words FROM qbo_sync.run_note
WHERE dag_id = %(dag_id)s AND run_id = %(run_id)s
ORDER BY written_at, task_id, map_index
