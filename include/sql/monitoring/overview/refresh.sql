-- Read the overview of some practices again, all figures from the tables they come from. One row per practice.
-- Params:  ids, names, time_zones, currencies: of each practice, as Caspen has them
--          keys, turns: whose turn each kind of error is
--          jobs, limits: how long each job may go without a good run
INSERT INTO qbo_sync.practice_overview AS o (
  workspace_id, name, time_zone, currency, posted_at, imported_at, reconciled_at, late_at, waiting,
  listed_practice, listed_finance, listed_admin, listed_since, refused, reconciliation_id, unexplained, unexplained_amount,
  reads)
SELECT w.id, w.name, w.time_zone, w.currency, good.posted_at, good.imported_at, good.reconciled_at,
       late.at, coalesce(ledger.waiting, 0), listed.of_practice, listed.of_finance, listed.of_admin, listed.since, listed.refused,
       found.run_id, coalesce(found.unexplained, 0), coalesce(found.amount, 0), metered.reads
FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(time_zones)s::text[], %(currencies)s::text[])
     AS w (id, name, time_zone, currency)
CROSS JOIN LATERAL (
  SELECT max(r.finished_at) FILTER (WHERE j.job = 'post') AS posted_at,
         max(r.finished_at) FILTER (WHERE j.job = 'import') AS imported_at,
         max(r.finished_at) FILTER (WHERE j.job = 'reconcile') AS reconciled_at
  FROM (VALUES ('post'), ('import'), ('reconcile')) AS j (job)
  CROSS JOIN LATERAL (
    SELECT finished_at FROM qbo_sync.sync_run WHERE workspace_id = w.id AND job = j.job AND success
    ORDER BY started_at DESC LIMIT 1
  ) r
) good
LEFT JOIN LATERAL (
  -- The import may rest for a day by its rhythm.
  SELECT min(greatest(c.connected_at, CASE j.job WHEN 'post' THEN good.posted_at
                                      WHEN 'import' THEN greatest(good.imported_at, a.asked_at + interval '1 day')
                                      ELSE good.reconciled_at END) + j.quiet_at_most) AS at
  FROM qbo_sync.connection c
  LEFT JOIN qbo_sync.import_rhythm a USING (workspace_id)
  CROSS JOIN unnest(%(jobs)s::text[], %(limits)s::interval[]) AS j (job, quiet_at_most)
  WHERE c.workspace_id = w.id AND c.status <> 'disconnected'
) late ON true
LEFT JOIN LATERAL (
  SELECT r.waiting
  FROM (VALUES ('post'), ('import'), ('reconcile'), ('backfill')) AS j (job)
  CROSS JOIN LATERAL (
    SELECT started_at, waiting FROM qbo_sync.sync_run
    WHERE workspace_id = w.id AND job = j.job AND finalised IS NOT NULL
    ORDER BY started_at DESC LIMIT 1
  ) r
  ORDER BY r.started_at DESC LIMIT 1
) ledger ON true
CROSS JOIN LATERAL (
  SELECT count(*) FILTER (WHERE t.turn = 'practice') AS of_practice,
         count(*) FILTER (WHERE t.turn = 'finance') AS of_finance,
         count(*) FILTER (WHERE coalesce(t.turn, 'admin') = 'admin') AS of_admin,   -- and of a kind not known here
         min(u.first_seen_at) FILTER (WHERE t.turn IS DISTINCT FROM 'nobody') AS since,
         count(*) FILTER (WHERE u.error_key = 'invalid_refresh_token') > 0 AS refused
  FROM qbo_sync.unsynced_invoice u
  LEFT JOIN unnest(%(keys)s::text[], %(turns)s::text[]) AS t (error_key, turn) USING (error_key)
  WHERE u.workspace_id = w.id AND u.resolved_at IS NULL
) listed
LEFT JOIN LATERAL (
  SELECT r.run_id, coalesce(sum(d.fields), 0) AS unexplained, sum(d.largest) AS amount
  FROM (SELECT run_id FROM qbo_sync.reconciliation_run
        WHERE workspace_id = w.id AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1) r
  LEFT JOIN LATERAL (
    SELECT count(*) AS fields, max(abs(f.delta)) AS largest FROM qbo_sync.reconciliation_difference f
    WHERE f.workspace_id = w.id AND f.run_id = r.run_id AND NOT f.explained
    GROUP BY f.document_kind, f.document_id
  ) d ON true
  GROUP BY r.run_id
) found ON true
CROSS JOIN LATERAL (
  SELECT coalesce(sum(m.calls), 0) AS reads FROM qbo_sync.metered_call m
  WHERE m.workspace_id = w.id AND m.kind <> 'write'
    AND m.day >= date_trunc('month', now() AT TIME ZONE 'UTC')::date
) metered
ON CONFLICT (workspace_id) DO UPDATE SET
  name = excluded.name, time_zone = excluded.time_zone, currency = excluded.currency, posted_at = excluded.posted_at,
  imported_at = excluded.imported_at, reconciled_at = excluded.reconciled_at,
  late_at = excluded.late_at, waiting = excluded.waiting,
  listed_practice = excluded.listed_practice, listed_finance = excluded.listed_finance,
  listed_admin = excluded.listed_admin, listed_since = excluded.listed_since, refused = excluded.refused,
  reconciliation_id = excluded.reconciliation_id, unexplained = excluded.unexplained,
  unexplained_amount = excluded.unexplained_amount, reads = excluded.reads, refreshed_at = now()
