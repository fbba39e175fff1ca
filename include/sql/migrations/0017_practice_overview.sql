-- One row for each practice with what its last run left, so that the page of all practices is one short statement
-- however many there are. Everything in it can be made again from the other tables: a run refreshes its own practice,
-- the page those it shows.
CREATE TABLE qbo_sync.practice_overview (
  workspace_id bigint PRIMARY KEY, name text NOT NULL, time_zone text NOT NULL, currency text NOT NULL,
  posted_at timestamptz, imported_at timestamptz, reconciled_at timestamptz,   -- ends of the last good runs
  late_at timestamptz,   -- when a job will have gone without a good run for too long; null: not connected
  waiting bigint NOT NULL,   -- invoices, as the last run counted them
  listed_practice bigint NOT NULL, listed_finance bigint NOT NULL, listed_admin bigint NOT NULL,   -- open rows by turn
  listed_since timestamptz,   -- the oldest of them
  refused boolean NOT NULL,   -- QuickBooks refuses the connection, whatever its tokens look like
  reconciliation_id text,   -- the newest reconciliation with an end
  unexplained bigint NOT NULL,   -- differences it found that no open row names
  unexplained_amount numeric(14,2) NOT NULL,   -- the largest of each document, added up without their signs
  reads bigint NOT NULL,   -- metered by Intuit in the current month, UTC
  refreshed_at timestamptz NOT NULL DEFAULT now()
);

-- What each practice needs, worst first. A connection counts from the first warning before
-- it ends (CONNECTION_WARNING_DAYS).
CREATE VIEW qbo_sync.practice_need AS
SELECT o.*, c.status, c.company_name, c.connected_at,
       least(c.refresh_expires_at, c.refresh_hard_expires_at) AS ends_at,
       CASE
         WHEN c.status IS NULL OR c.status = 'disconnected' THEN 0                     -- off
         WHEN c.status = 'needs_reconnect' OR o.refused OR o.late_at < now() THEN 5    -- stopped
         WHEN o.unexplained > 0 THEN 4                                                 -- money
         WHEN o.listed_practice + o.listed_finance + o.listed_admin > 0 THEN 3         -- listed
         WHEN s.workspace_id IS NULL
           OR least(c.refresh_expires_at, c.refresh_hard_expires_at) < now() + interval '14 days' THEN 2   -- soon
         ELSE 1                                                                        -- fine
       END AS need
FROM qbo_sync.practice_overview o
LEFT JOIN qbo_sync.connection c USING (workspace_id)
LEFT JOIN qbo_sync.settings s USING (workspace_id);
