"""Everything that talks to an outside system: Caspen's database, QuickBooks, our own bookkeeping tables."""
