"""What every job builds on: the session, staging, the ledger."""
