-- The files of each practice where reports are kept, a folder or object storage: so that what is older than it is kept
-- is found without listing millions of names, and a page knows what there is without asking.
CREATE TABLE qbo_sync.report_file (
  workspace_id bigint NOT NULL,
  name text NOT NULL,   -- below the practice's own place
  at timestamptz NOT NULL DEFAULT now(),
  written boolean NOT NULL DEFAULT false,   -- false: about to be; a process that ended then may have left it
  PRIMARY KEY (workspace_id, name)
);
CREATE INDEX report_file_at ON qbo_sync.report_file (at);
CREATE INDEX report_file_last ON qbo_sync.report_file (workspace_id, at) WHERE written;
