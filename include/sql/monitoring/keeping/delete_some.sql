-- Some rows of one practice or company; how many there were.
SELECT qbo_sync.delete_some(%(table)s, %(key)s, %(value)s, %(batch)s) AS rows
