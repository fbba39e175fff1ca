-- Mails to be sent now, those that were tried least first, so that one that holds up the server waits for the others.
SELECT workspace_id, day, address, kind, tries FROM qbo_sync.mail
WHERE state = 'due' ORDER BY tries, workspace_id, address
