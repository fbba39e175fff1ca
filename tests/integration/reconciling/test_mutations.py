"""Every kind of difference planted in one company: each is found by the right check, and nothing else is.

Prints the table of what was changed, and how it is named: `pytest -s` shows it. The same in a company of
5,000 invoices: `python -m tests.support.planted`.
"""

from __future__ import annotations

from tests.support.flow import Flow
from tests.support.planted import check, drift_table, plant


def test_each_planted_difference_is_found_and_no_other(flow: Flow):
    planted = plant(flow, untouched=10)
    check(flow, planted)
    print(drift_table(flow, planted.invoices))
