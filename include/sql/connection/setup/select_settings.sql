-- Params:  workspace_id bigint
SELECT payment_account_id, service_item_id, product_item_id, updated_at, updated_by
FROM qbo_sync.settings
WHERE workspace_id = %(workspace_id)s
