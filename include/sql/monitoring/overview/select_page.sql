-- Practices, sorted as requested, those that need a person first unless asked otherwise; of a filter. One row per
-- practice; found repeats how many the filter leaves.
-- Params:  filter: null for all; ids those that may be seen, find part of a name or a whole id, turn whose turn it is
--          month: its first day; zones and month_ends the first moment after it, by time zone
--          closing: null for all; states of that month
--          sort: need, name, waiting, listed, unexplained, reads, ends or reconciled
-- The month is looked at for the rows of the page alone, unless it is what is filtered by.
WITH judged AS NOT MATERIALIZED (
  SELECT n.*, m.closed_at, m.closed_by, coalesce(m.changed, 0) AS closed_changed,
         CASE WHEN m.changed > 0 THEN 'changed'
              WHEN m.id IS NOT NULL THEN 'closed'
              WHEN n.need = 0 THEN 'off'
              WHEN n.need < 3 AND n.waiting = 0 AND n.reconciled_at >= z.ends_at THEN 'ready'
              ELSE 'open' END AS month_state,
         coalesce(n.reconciled_at >= z.ends_at, false) AS month_covered
  FROM qbo_sync.practice_need n
  LEFT JOIN qbo_sync.connection k ON k.workspace_id = n.workspace_id
  LEFT JOIN qbo_sync.month_close m
    ON m.month = %(month)s AND m.workspace_id = n.workspace_id AND m.realm_id = k.realm_id AND m.reopened_at IS NULL
  LEFT JOIN unnest(%(zones)s::text[], %(month_ends)s::timestamptz[]) AS z (time_zone, ends_at) ON z.time_zone = n.time_zone
),
keyed AS MATERIALIZED (
  -- Amounts and counts as float8: whole numbers below 2^53, so exact, and a fifth of the time.
  SELECT n.workspace_id, n.name, CASE %(sort)s
    WHEN 'need' THEN n.need * 1e15::float8 + least(n.unexplained_amount, 1e11)::float8 * 1e3::float8
                     + least(n.listed_practice + n.listed_finance + n.listed_admin, 999)
    WHEN 'waiting' THEN n.waiting
    WHEN 'listed' THEN n.listed_practice + n.listed_finance + n.listed_admin
    WHEN 'unexplained' THEN n.unexplained_amount::float8
    WHEN 'reads' THEN n.reads
    WHEN 'ends' THEN extract(epoch FROM coalesce(n.ends_at, '9999-01-01'))::float8
    WHEN 'reconciled' THEN extract(epoch FROM coalesce(n.reconciled_at, '1970-01-01'))::float8
  END * CASE WHEN %(descending)s THEN -1 ELSE 1 END AS key
  FROM qbo_sync.practice_need n
  WHERE (%(ids)s::bigint[] IS NULL OR n.workspace_id = ANY(%(ids)s))
    AND (%(needs)s::int[] IS NULL OR n.need = ANY(%(needs)s))
    AND (%(turn)s::text IS NULL
         OR CASE %(turn)s WHEN 'practice' THEN n.listed_practice WHEN 'finance' THEN n.listed_finance
                          ELSE n.listed_admin END > 0)
    AND (%(find)s::text IS NULL OR n.name ILIKE %(find_like)s OR n.workspace_id::text = %(find)s)
    AND (%(closing)s::text[] IS NULL
         OR n.workspace_id IN (SELECT j.workspace_id FROM judged j WHERE j.month_state = ANY(%(closing)s)))
),
page AS (
  SELECT workspace_id, key FROM keyed
  ORDER BY key, CASE WHEN %(sort)s = 'name' AND %(descending)s THEN name END DESC, name, workspace_id
  LIMIT %(page_size)s OFFSET %(skip)s
)
SELECT workspace_id, name, time_zone, currency, status, company_name, connected_at, ends_at, posted_at, imported_at,
       reconciled_at, late_at, waiting, listed_practice, listed_finance, listed_admin, listed_since, reconciliation_id, unexplained,
       unexplained_amount, reads, need, refreshed_at, month_state, month_covered, closed_at, closed_by, closed_changed,
       (SELECT count(*) FROM keyed) AS found
FROM page JOIN judged USING (workspace_id)
ORDER BY key, CASE WHEN %(sort)s = 'name' AND %(descending)s THEN name END DESC, name, workspace_id
