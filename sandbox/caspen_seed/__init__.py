"""A small, believable Caspen: its billing schema, its application (`Staff`), and a sample practice.

For the demo and the tests. It stands in for an outside system, so it shares no code with the project itself.
"""

from __future__ import annotations

from caspen_seed.arithmetic import LineAmounts, Totals, compute_line, compute_tax, compute_totals
from caspen_seed.database import load_schema
from caspen_seed.errors import CaspenRefused
from caspen_seed.records import CreditNote, Invoice, InvoiceLine, NewLine, Payment
from caspen_seed.staff import Staff, create_workspace

__all__ = [
    "CaspenRefused",
    "CreditNote",
    "Invoice",
    "InvoiceLine",
    "LineAmounts",
    "NewLine",
    "Payment",
    "Staff",
    "Totals",
    "compute_line",
    "compute_tax",
    "compute_totals",
    "create_workspace",
    "load_schema",
]
