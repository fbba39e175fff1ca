-- Whether anything was chosen from, linked to, or sent to the company the workspace is or was connected to.
SELECT EXISTS (SELECT FROM qbo_sync.settings s WHERE s.workspace_id = %(workspace_id)s)
    OR EXISTS (SELECT FROM qbo_sync.tax_link t WHERE t.workspace_id = %(workspace_id)s)
    OR EXISTS (SELECT FROM qbo_sync.customer_link c WHERE c.workspace_id = %(workspace_id)s)
    OR EXISTS (SELECT FROM qbo_sync.document_link d WHERE d.workspace_id = %(workspace_id)s)
    OR EXISTS (SELECT FROM qbo_sync.request r WHERE r.workspace_id = %(workspace_id)s)
