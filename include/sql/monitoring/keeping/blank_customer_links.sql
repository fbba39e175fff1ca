-- Remarks on which customer a client is; the ids of both stay.
UPDATE qbo_sync.customer_link SET note = NULL WHERE workspace_id = %(workspace_id)s AND note IS NOT NULL
