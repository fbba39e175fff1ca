"""Documents, their links, requests and unsynced entries."""
