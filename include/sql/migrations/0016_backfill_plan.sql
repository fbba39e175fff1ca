-- What a backfill would do, number by number, and the approval of the person who wants it done. Carrying out looks here.
CREATE TABLE qbo_sync.backfill_plan (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, workspace_id bigint NOT NULL,
  plan_run_id text NOT NULL,   -- the run that made the plan
  planned_at timestamptz NOT NULL DEFAULT now(),
  lines jsonb NOT NULL,   -- number, verdict, total, reason and digest of each invoice
  fingerprint text NOT NULL,   -- of all lines
  run_id text,   -- the one run that may carry it out; null until a person approves
  approved_by text, approved_at timestamptz,
  approved_through text CHECK (approved_through IN ('page', 'question', 'command line', 'dag test')),
  expires_at timestamptz,   -- after this the approval holds no more
  carried_out_at timestamptz   -- an approval holds once
);
CREATE INDEX backfill_plan_planned ON qbo_sync.backfill_plan (plan_run_id);
CREATE INDEX backfill_plan_run ON qbo_sync.backfill_plan (workspace_id, run_id) WHERE run_id IS NOT NULL;
