-- The whole table for oneself until the end of the transaction, or an error at once when somebody uses it.
LOCK TABLE qbo_sync.comparison IN ACCESS EXCLUSIVE MODE NOWAIT
