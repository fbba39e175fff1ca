INSERT INTO qbo_sync.settings (workspace_id, payment_account_id, service_item_id, product_item_id, updated_by)
VALUES (%(workspace_id)s, %(payment_account_id)s, %(service_item_id)s, %(product_item_id)s, %(who)s)
ON CONFLICT (workspace_id) DO UPDATE
SET payment_account_id = excluded.payment_account_id, service_item_id = excluded.service_item_id,
    product_item_id = excluded.product_item_id, updated_by = excluded.updated_by, updated_at = now()
