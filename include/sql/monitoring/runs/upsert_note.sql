-- What a task did, for its run's note; a task that is tried again replaces what its earlier try left.
INSERT INTO qbo_sync.run_note (dag_id, run_id, task_id, map_index, words)
VALUES (%(dag_id)s, %(run_id)s, %(task_id)s, %(map_index)s, %(words)s)
ON CONFLICT (dag_id, run_id, task_id, map_index) DO UPDATE SET words = excluded.words, written_at = now()
