-- What a person accepted of some documents.
-- Grain:   one row per document that was accepted
-- Params:  workspace_id bigint, document_kind text, ids bigint[]
-- Columns: document_id | facts jsonb | version text
SELECT document_id, facts, version
FROM qbo_sync.acceptance
WHERE workspace_id = %(workspace_id)s AND document_kind = %(document_kind)s AND document_id = ANY(%(ids)s)
