-- Lines of the history of documents, in the order given.
-- Params:  document_kinds, document_ids, what, details, who: in step
INSERT INTO qbo_sync.document_event (workspace_id, document_kind, document_id, what, detail, who)
SELECT %(workspace_id)s, n.document_kind, n.document_id, n.what, n.detail, n.who
FROM unnest(%(document_kinds)s::text[], %(document_ids)s::bigint[], %(what)s::text[], %(details)s::text[], %(who)s::text[])
  WITH ORDINALITY AS n (document_kind, document_id, what, detail, who, place)
ORDER BY n.place
