-- A page of the links of clients to customers, those that hold something first, then by client id.
-- Params:  search: a client's or a customer's id, or null for all; client_ids: of clients found by name, or null
WITH found AS (
  SELECT l.client_id, l.customer_id, l.matched_by, l.linked_at, l.shared_with,
         k.customer_id IS NOT NULL AS inactive,
         (SELECT count(DISTINCT (u.document_kind, u.document_id)) FROM qbo_sync.unsynced_invoice u
          WHERE u.workspace_id = l.workspace_id AND u.resolved_at IS NULL AND u.blocks
            AND u.error_key = 'inactive_reference' AND u.cause_ref = 'customer:' || l.customer_id) AS waiting
  FROM qbo_sync.customer_link l
  LEFT JOIN qbo_sync.inactive_customer k ON k.realm_id = l.realm_id AND k.customer_id = l.customer_id
  WHERE l.workspace_id = %(workspace_id)s AND l.realm_id = %(realm_id)s
    AND (%(search)s::text IS NULL OR l.client_id::text = %(search)s OR l.customer_id = %(search)s
         OR l.client_id = ANY(%(client_ids)s))
), page AS (
  SELECT *, count(*) OVER () AS found FROM found
  ORDER BY waiting = 0, NOT inactive, client_id
  LIMIT %(page_size)s OFFSET %(skip)s
)
SELECT p.client_id, p.customer_id, p.matched_by, p.linked_at, p.shared_with, p.inactive, p.waiting, p.found,
       (SELECT count(*) FROM qbo_sync.document d
        JOIN qbo_sync.document_link k USING (workspace_id, document_kind, document_id)
        WHERE d.workspace_id = %(workspace_id)s AND d.client_id = p.client_id
          AND k.realm_id = %(realm_id)s AND k.removed_at IS NULL) AS posted
FROM page p
ORDER BY p.waiting = 0, NOT p.inactive, p.client_id
