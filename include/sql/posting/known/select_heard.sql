-- What is known of webhooks and of all customers. At most one row.
-- Columns: customers_known: all were read once, and all changes of them within so long
SELECT heard_at, wrote_at, around_at,
       customers_at IS NOT NULL AND around_at >= now() - make_interval(secs => %(seconds)s) AS customers_known
FROM qbo_sync.import_rhythm WHERE workspace_id = %(workspace_id)s AND realm_id = %(realm_id)s
