"""Which test files start first where several run at once: the longest, so that none is left to end alone."""

from __future__ import annotations

from collections import Counter

import pytest

E2E = "tests/e2e"
"""Its files stay together: they share one API server of Airflow."""

SECONDS = {
    "tests/dags/test_scheduler.py": 75,
    "tests/dags/test_metrics.py": 40,
    "tests/dags/test_traces.py": 12,
    "tests/integration/decisions/test_accepted_edits.py": 24,
    "tests/integration/restore/test_caspen_set_back.py": 40,
    "tests/integration/posting/test_own_rows.py": 30,
    "tests/integration/reconciling/test_practice_checks.py": 30,
    "tests/integration/closing/test_month_end.py": 10,
    "tests/integration/mailing/test_mail_servers.py": 12,
    "tests/integration/mailing/test_mails.py": 12,
    "tests/platform/test_house.py": 45,  # mypy without its cache, as in a fresh clone
    "tests/platform/test_housekeeping.py": 25,
    "tests/platform/test_package.py": 12,
    "tests/dags/test_watch.py": 25,
    E2E: 90,
    "tests/dags/test_celery.py": 60,
    "tests/integration/decisions/test_agreed.py": 30,
    "tests/integration/caspen/test_silence.py": 90,
    "tests/integration/ui/test_budget.py": 60,
    "tests/integration/decisions/test_leave_as_it_is.py": 32,
    "tests/integration/ui/test_fab.py": 55,
    "tests/integration/posting/test_unreadable.py": 24,
    "tests/integration/decisions/test_relink.py": 25,
    "tests/integration/posting/test_paid_before_credited.py": 23,
    "tests/integration/ui/test_connection_kinds.py": 45,
    "tests/integration/posting/additions/test_every_field.py": 30,
    "tests/integration/posting/test_moved_invoices.py": 20,
    "tests/integration/crash/test_crash_sweep.py": 40,
    "tests/integration/posting/test_own_void.py": 17,
    "tests/integration/importing/test_deletions.py": 21,
    "tests/integration/reconciling/test_sign_off.py": 35,
    "tests/integration/monitoring/test_died_runs.py": 35,
    "tests/integration/quickbooks/test_sandbox.py": 30,
    "tests/integration/posting/test_inactive_references.py": 30,
    "tests/integration/importing/test_several_clients.py": 30,
    "tests/integration/ui/test_forms.py": 30,
    "tests/integration/ui/test_poolers.py": 30,
    "tests/dags/test_runs.py": 30,
    "tests/integration/posting/currencies/test_customers.py": 10,
    "tests/integration/crash/test_quiet.py": 25,
    "tests/integration/ui/test_card.py": 25,
    "sandbox/tests/caspen_seed/test_practice.py": 22,
    "tests/integration/crash/test_life.py": 21,
    "tests/integration/reconciling/test_inactive.py": 20,
    "tests/integration/crash/test_at_once.py": 20,
    "tests/integration/importing/test_credits_of_others.py": 18,
    "tests/integration/ui/test_unsynced_page.py": 18,
    "tests/integration/ui/test_webhook.py": 17,
    "tests/integration/decisions/test_accept_or_resend.py": 16,
    "tests/integration/reconciling/test_reconcile.py": 16,
    "tests/integration/reconciling/test_tie_outs.py": 16,
    "tests/integration/crash/test_lost_updates.py": 16,
    "tests/integration/posting/test_deposited_payments.py": 15,
    "tests/integration/quickbooks/test_transport.py": 15,
    "tests/integration/ui/test_access.py": 25,
}
"""What the long ones took on a machine of two cores (`pytest -n 4 --dist loadfile --durations=0`). Only their
order matters: a figure that is out of date costs a little time and nothing else.
"""

A_TEST = 0.2
"""Seconds of one test in a file that is not listed."""


def unit_of(test: str) -> str:
    """What runs from end to end in one process: the test's file, or all browser tests."""
    file = test.split("::")[0]
    return E2E if file.startswith(f"{E2E}/") else file


def longest_first(items: list[pytest.Item]) -> None:
    """Order tests by what their file takes; within a file, and among equals, as they were collected."""
    numbers = Counter(unit_of(item.nodeid) for item in items)
    seconds = {unit: SECONDS.get(unit, A_TEST * number) for unit, number in numbers.items()}
    items.sort(key=lambda item: -seconds[unit_of(item.nodeid)])
