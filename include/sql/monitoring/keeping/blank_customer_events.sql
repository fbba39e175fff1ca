-- Remarks in the history of those links; who changed what to what, when, stays.
UPDATE qbo_sync.customer_link_event SET detail = '' WHERE workspace_id = %(workspace_id)s AND detail <> ''
