"""What the pages call things that are keys in the database."""

from __future__ import annotations

from caspen_qbo.catalogue import Turn

NOT_RETRIED = frozenset({"changed_in_quickbooks", "missing_in_quickbooks", "outcome_unknown"})
"""A person chooses about these on the invoice's page, or nobody has to do anything."""

TURNS = {
    Turn.PRACTICE: "Practice (in Caspen)",
    Turn.FINANCE: "Finance (in QuickBooks)",
    Turn.ADMIN: "Administrator",
    Turn.NOBODY: "Nobody: the next run",
}
KINDS = {"invoice": "Invoice", "credit_note": "Credit note", "payment": "Payment"}
