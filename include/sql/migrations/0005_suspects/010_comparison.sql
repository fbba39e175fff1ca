-- A comparison of a million rows is written and read in bulk; an index of all of them costs a third of writing it.
-- That a document is compared once is one of the checks.
ALTER TABLE qbo_sync.comparison DROP CONSTRAINT comparison_pkey
