-- Other words for those that name a person; how many rows had them.
SELECT qbo_sync.replace_words(%(table)s, %(column)s, %(key)s, %(value)s, %(pattern)s, %(words)s) AS rows
