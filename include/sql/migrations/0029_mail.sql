-- The morning mail: who gets it and when, and what became of each. Workspace 0 is ops' one mail about all practices.
CREATE TABLE qbo_sync.mail_wish (
  workspace_id bigint PRIMARY KEY,
  addresses jsonb NOT NULL DEFAULT '[]',   -- a list of texts; empty: nobody gets one
  time_zone text,   -- of ops' mail; null: the practice's own, as Caspen has it
  send_at time NOT NULL, quiet_from time NOT NULL, quiet_to time NOT NULL,   -- on the clock of that zone
  weekends boolean NOT NULL,
  weekly smallint CHECK (weekly BETWEEN 1 AND 7),   -- the day of the weekly one, Monday is 1; null: not asked for
  decided_on date,   -- the last local day for which it was decided whether a mail goes
  changed_at timestamptz NOT NULL DEFAULT now(), changed_by text NOT NULL
);

-- One row a mail to one address: written before anything is handed over, so that no day has two.
CREATE TABLE qbo_sync.mail (
  workspace_id bigint NOT NULL, day date NOT NULL,   -- the local day
  address text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('needed', 'equal', 'unproved')),
  -- handing: its text is on the way to the server; unknown: and the answer was lost, so it is not repeated
  state text NOT NULL DEFAULT 'due'
    CHECK (state IN ('due', 'handing', 'sent', 'refused', 'unknown', 'dropped', 'missed')),
  tries integer NOT NULL DEFAULT 0,
  problem text NOT NULL DEFAULT '',   -- the server's words, or ours
  decided_at timestamptz NOT NULL DEFAULT now(), ended_at timestamptz,
  PRIMARY KEY (workspace_id, day, address)
);
CREATE INDEX mail_open ON qbo_sync.mail (workspace_id) WHERE state IN ('due', 'handing');
CREATE INDEX mail_decided ON qbo_sync.mail (decided_at);
