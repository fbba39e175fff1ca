-- The practice's three choices. One row, none before they were made, as caspen_qbo.core.reference.Choices.
SELECT payment_account_id, service_item_id, product_item_id
FROM qbo_sync.settings WHERE workspace_id = %(workspace_id)s
