-- Practices, sorted as requested, those that need a person first unless asked otherwise; of a filter. One row per
-- practice; found repeats how many the filter leaves.
-- Params:  filter: null for all; ids those that may be seen, find part of a name or a whole id, turn whose turn it is
--          month: its first day; zones and month_ends the first moment after it, by time zone
--          closing: null for all; states of that month
--          sort: need, name, waiting, listed, unexplained, reads, ends or reconciled
WITH judged AS (
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
matched AS (
  SELECT * FROM judged n
  WHERE (%(closing)s::text[] IS NULL OR n.month_state = ANY(%(closing)s)) AND (%(ids)s::bigint[] IS NULL OR n.workspace_id = ANY(%(ids)s))
    AND (%(needs)s::int[] IS NULL OR n.need = ANY(%(needs)s))
    AND (%(turn)s::text IS NULL
         OR CASE %(turn)s WHEN 'practice' THEN n.listed_practice WHEN 'finance' THEN n.listed_finance
                          ELSE n.listed_admin END > 0)
    AND (%(find)s::text IS NULL OR n.name ILIKE %(find_like)s OR n.workspace_id::text = %(find)s)
),
keyed AS (
  SELECT m.*, CASE %(sort)s
    WHEN 'need' THEN m.need * 1e15 + least(m.unexplained_amount, 1e11) * 1e3
                     + least(m.listed_practice + m.listed_finance + m.listed_admin, 999)
    WHEN 'waiting' THEN m.waiting
    WHEN 'listed' THEN m.listed_practice + m.listed_finance + m.listed_admin
    WHEN 'unexplained' THEN m.unexplained_amount
    WHEN 'reads' THEN m.reads
    WHEN 'ends' THEN extract(epoch FROM coalesce(m.ends_at, '9999-01-01'))
    WHEN 'reconciled' THEN extract(epoch FROM coalesce(m.reconciled_at, '1970-01-01'))
  END * CASE WHEN %(descending)s THEN -1 ELSE 1 END AS key
  FROM matched m
)
SELECT workspace_id, name, time_zone, currency, status, company_name, connected_at, ends_at, posted_at, imported_at,
       reconciled_at, late_at, waiting, listed_practice, listed_finance, listed_admin, listed_since, reconciliation_id, unexplained,
       unexplained_amount, reads, need, refreshed_at, month_state, month_covered, closed_at, closed_by, closed_changed, count(*) OVER () AS found
FROM keyed
ORDER BY key, CASE WHEN %(sort)s = 'name' AND %(descending)s THEN name END DESC, name, workspace_id
LIMIT %(page_size)s OFFSET %(skip)s
