-- Memory for the hash tables of a large freeze; until the end of the transaction.
SELECT set_config('work_mem', '128MB', true)
