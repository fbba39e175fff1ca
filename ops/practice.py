"""Setting up the sample practice the way a person would, once: load, connect, configure, link tax rates."""

from __future__ import annotations

DAG_IDS = {"post_to_quickbooks", "import_from_quickbooks", "reconcile_quickbooks", "backfill_invoices"}
