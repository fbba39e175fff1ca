-- Lock the whole table until the end of the transaction, or fail at once when it is in use.
LOCK TABLE qbo_sync.comparison IN ACCESS EXCLUSIVE MODE NOWAIT
