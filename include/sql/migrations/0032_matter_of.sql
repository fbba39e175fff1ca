-- What is listed about a document: whether a row says that it is not in QuickBooks as Caspen shows it, and the title of the
-- most pressing one. Of an invoice, the rows of its payments and credit notes too; what is wrong with the document itself
-- comes first. Plain SQL, so that it becomes part of the statement that asks.
CREATE FUNCTION qbo_sync.matter_of(workspace bigint, kind text, document bigint, invoice bigint)
RETURNS TABLE (differs boolean, title text) LANGUAGE sql STABLE AS $$
  SELECT bool_or(o.itself),
         (array_agg(o.title ORDER BY o.itself DESC, o.own DESC, o.blocks DESC, o.first_seen_at, o.id))[1]
  FROM (
    SELECT m.title, m.blocks, m.first_seen_at, m.id, m.document_kind = kind AS own,
           m.document_kind = kind AND m.of_document AS itself
    FROM qbo_sync.open_matter m
    WHERE m.workspace_id = workspace AND m.invoice_id = invoice
      AND (kind = 'invoice' OR (m.document_kind = kind AND m.document_id = document))
  ) o
$$;
