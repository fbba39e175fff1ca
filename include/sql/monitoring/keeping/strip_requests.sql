-- Some answered requests of versions that kept names, addresses and the words of lines: without them.
UPDATE qbo_sync.request SET payload = qbo_sync.without_words(payload)
WHERE ctid = ANY (ARRAY(
  SELECT ctid FROM qbo_sync.request
  WHERE state <> 'prepared' AND (payload ? 'DisplayName' OR payload @? '$.Line[*].Description')
  LIMIT %(batch)s
))
