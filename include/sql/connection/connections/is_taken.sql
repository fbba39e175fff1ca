-- Whether another workspace is connected to the company.
SELECT EXISTS (
  SELECT FROM qbo_sync.connection
  WHERE realm_id = %(realm_id)s AND workspace_id <> %(workspace_id)s AND status <> 'disconnected')
