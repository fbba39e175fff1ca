-- Of the documents whose sync token moved, keep as edited those whose facts are no longer QuickBooks' answer when they
-- were posted. What moves automatically (balance, applications, tokens, times), private notes, the tax by rate (its sum is
-- a field of its own) and home amounts do not count, nor does a currency that one of the two does not name; a payment's
-- links do.
UPDATE qbo_sync.comparison_suspect c SET drifted = false
FROM qbo_sync.document_link l
JOIN qbo_sync.snapshot s USING (realm_id, quickbooks_type, quickbooks_id)
CROSS JOIN LATERAL (
  SELECT '{sync_token,balance,private_note,created_at,updated_at,links,taxes}'::text[]
         || '{exchange_rate,home_total,home_balance}'::text[]
         || CASE WHEN '' IN (coalesce(l.as_posted ->> 'currency', ''), coalesce(s.facts ->> 'currency', ''))
                 THEN '{currency}'::text[] ELSE '{}' END AS ignored
) v
WHERE c.workspace_id = %(workspace_id)s AND c.drifted
  AND l.workspace_id = c.workspace_id AND l.document_kind = c.document_kind AND l.document_id = c.document_id
  AND (l.as_posted IS NULL
       OR (s.facts - v.ignored)
          || CASE WHEN c.document_kind = 'payment' THEN jsonb_build_object('links', s.facts -> 'links') ELSE '{}' END
        = (l.as_posted - v.ignored)
          || CASE WHEN c.document_kind = 'payment' THEN jsonb_build_object('links', l.as_posted -> 'links') ELSE '{}' END)
