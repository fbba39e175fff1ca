-- Money received in a span of days by day and method, whether or not it is applied to an invoice. Void payments left out.
-- Grain:   one row per day and method
-- Params:  workspace_id bigint | first, last date
-- Columns: refunded: payments shown as refunded, in whole or in part
SELECT payment_date AS day, method, sum(amount) AS amount,
       count(*) FILTER (WHERE status IN ('refunded', 'partially_refunded')) AS refunded
FROM caspen.payment
WHERE workspace_id = %(workspace_id)s AND payment_date BETWEEN %(first)s AND %(last)s AND status <> 'void'
GROUP BY payment_date, method ORDER BY payment_date, method
