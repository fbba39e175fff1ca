-- What the tasks of a DAG run leave for its note: Airflow shows the whole of it, once the run has ended.
CREATE TABLE qbo_sync.run_note (
  dag_id text NOT NULL, run_id text NOT NULL, task_id text NOT NULL, map_index integer NOT NULL,
  workspace_id bigint NOT NULL DEFAULT 0,   -- the practice it is about; 0: several
  words text NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dag_id, run_id, task_id, map_index)
);
CREATE INDEX run_note_written ON qbo_sync.run_note (written_at);
